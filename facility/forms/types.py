"""Fields, and what is the same for all fields of a type. A closed list of types and of kinds of check, chosen and parametrised
for each field; no expression language, so that whoever drafts a call can read what is asked. A new type that is typed and worded like
one of these is a `FieldType` and its `Kind`; one with a syntax of its own has a reader in `web/fields.py` and words in `words.py`, too."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from facility.forms.checks import Answer, AtLeast, Between, Check, Length, OneOf, Required, Within
from facility.message import N_, Message

MOST_SHORT, MOST_LONG = 200, 12_000
"""Characters that a text takes where its field says nothing else."""
MOST_NUMBER = Decimal(999_999_999)


class FieldType(StrEnum):
    """What an answer is. Calls don't ask the last four; forms of our own pages do: one of a long list, a whole number, a mail
    address, a box to tick."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    ONE_OF = "one_of"
    SOME_OF = "some_of"
    NUMBER = "number"
    AMOUNT = "amount"
    DAY = "day"
    THEMES = "themes"
    ONE_OF_LIST = "one_of_list"
    WHOLE = "whole"
    MAIL = "mail"
    FLAG = "flag"


class AskedIf(msgspec.Struct, frozen=True):
    """A field is asked only if another one of its section has one of these answers."""

    field: str
    values: tuple[str, ...]


class Option(msgspec.Struct, frozen=True):
    """A choice: what is stored and what is read."""

    key: str
    label: str


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question. `unit`: what its number counts, said behind it. `missing`: what a text of our own forms says where it is empty,
    such as "Enter your name."; others ask for an answer. `material`: partners confirm what it says, so that changing it voids their confirmations.
    `confidential`: in a party's own section, for that party, the secretariat and assessors only. `restricted`: for the
    parties, the secretariat and assessors, not for others who watch (dossier 7)."""

    key: str
    label: str
    type: FieldType
    hint: str = ""
    options: tuple[Option, ...] = ()
    checks: tuple[Check, ...] = ()
    asked_if: AskedIf | None = None
    material: bool = True
    confidential: bool = False
    restricted: bool = False
    unit: str = ""
    missing: str = ""

    @property
    def kind(self) -> "Kind":
        """What is the same for all of its type."""
        return KINDS[self.type]

    @property
    def choices(self) -> tuple[Option, ...]:
        """What may be chosen: its own options, or those of its type, which are translated where they are shown."""
        return self.options or self.kind.options

    @property
    def keys(self) -> list[str]:
        return [option.key for option in self.choices]

    @property
    def is_text(self) -> bool:
        return self.type in TEXTS

    @property
    def required(self) -> bool:
        """Whether it must be answered (where it is asked)."""
        return any(isinstance(check, Required) for check in self.checks)

    @property
    def most(self) -> int:
        """Characters that a text takes."""
        limits = [check.most for check in self.checks if isinstance(check, Length) and check.most]
        return min(limits, default=MOST_LONG if self.type is FieldType.LONG_TEXT else MOST_SHORT)

    @property
    def between(self) -> tuple[Decimal, Decimal]:
        """The least and the most that a number may be."""
        bounds = [check for check in self.checks if isinstance(check, Between)]
        least = [check.least for check in bounds if check.least is not None]
        most = [check.most for check in bounds if check.most is not None]
        return max(least, default=Decimal(0)), min(most, default=MOST_NUMBER)


class Typed(Protocol):
    """A form that was sent, as the types read it (`web.fields.Fields`): what is wrong is noted, and a placeholder comes back."""

    def text(self, name: str, *, missing: str | None, most: int = 200, multiline: bool = False) -> str: ...
    def choice(self, name: str, options: Collection[str]) -> str: ...
    def many(self, name: str, options: Collection[str], *, required: bool = True) -> list[str]: ...
    def decimal(self, name: str, least: Decimal, most: Decimal, places: int = 2) -> Decimal: ...
    def eur(self, name: str) -> Decimal: ...
    def day(self, name: str) -> date: ...
    def integer(self, name: str, least: int, most: int) -> int: ...
    def email(self, name: str) -> str: ...
    def yes(self, name: str) -> bool: ...


class Kind(msgspec.Struct, frozen=True):
    """What is the same for all fields of a type. name: as whoever drafts a call reads it, none where calls don't ask it; read: what
    was typed, where something was or must be, and of several answers always; checks: those that fit, beside `Required`; control: how
    it is drawn (`_macros/questions.html`); box: what that macro of `_macros/forms.html` takes beside, where `before` and `after`
    are the units of a line; several: an answer is a list; needs_options: each field has its own; options: those of every field of
    the type."""

    name: Message | None
    read: Callable[[Typed, Field], Answer]
    checks: tuple[type[Check], ...] = ()
    control: str = "line"
    box: Mapping[str, Any] = {}
    several: bool = False
    needs_options: bool = False
    options: tuple[Option, ...] = ()

    @property
    def is_number(self) -> bool:
        return Between in self.checks


def _text(fields: Typed, field: Field) -> str:
    paragraphs = field.kind.control == "paragraphs"
    return fields.text(field.key, missing=field.missing, most=field.most, multiline=paragraphs)


def _choice(fields: Typed, field: Field) -> str:
    """One of the choices, the first in place of a wrong one."""
    chosen = fields.choice(field.key, field.keys)
    return chosen if chosen in field.keys else next(iter(field.keys), "")


def _several(fields: Typed, field: Field) -> list[str]:
    return fields.many(field.key, field.keys, required=field.required)


def _number(fields: Typed, field: Field) -> str:
    return str(fields.decimal(field.key, *field.between))


def _whole(fields: Typed, field: Field) -> str:
    return str(fields.integer(field.key, *map(int, field.between)))


_YES_NO = (Option("yes", N_("Yes")), Option("no", N_("No")))
_NUMBER = {"width": "xs", "inputmode": "numeric", "spellcheck": False}
_EUR = {"width": "s", "inputmode": "decimal", "before": N_("EUR"), "spellcheck": False}
_MAIL = {"type": "email", "spellcheck": False}
T = FieldType
KINDS = {
    T.SHORT_TEXT: Kind(N_("A line of text"), _text, (Length,), box={"width": "full"}),
    T.LONG_TEXT: Kind(N_("A long text"), _text, (Length,), "paragraphs"),
    T.YES_NO: Kind(N_("Yes or no"), _choice, (OneOf,), "radios", {"inline": True}, options=_YES_NO),
    T.ONE_OF: Kind(N_("One of several answers"), _choice, (OneOf,), "radios", needs_options=True),
    T.SOME_OF: Kind(
        N_("Any of several answers"), _several, (AtLeast,), "checkboxes", several=True, needs_options=True
    ),
    T.NUMBER: Kind(N_("A number"), _number, (Between,), box=_NUMBER),
    T.AMOUNT: Kind(N_("An amount in EUR"), lambda f, field: str(f.eur(field.key)), (Between,), box=_EUR),
    T.DAY: Kind(N_("A day"), lambda f, field: f.day(field.key).isoformat(), (Within,), "day"),
    T.THEMES: Kind(
        N_("Themes"), lambda f, field: sorted(_several(f, field)), (AtLeast,), "checkboxes", several=True
    ),
    T.ONE_OF_LIST: Kind(None, _choice, (OneOf,), "select", needs_options=True),
    T.WHOLE: Kind(None, _whole, (Between,), box=_NUMBER),
    T.MAIL: Kind(None, lambda f, field: f.email(field.key), (Length,), box=_MAIL),
    T.FLAG: Kind(None, lambda f, field: "yes" if f.yes(field.key) else "", control="checkbox"),
}


def of_kind(check: type[Check]) -> frozenset[FieldType]:
    """The types that such a check fits."""
    return frozenset(type_ for type_, kind in KINDS.items() if check in kind.checks)


TEXTS, NUMBERS = of_kind(Length), of_kind(Between)
CHOICES = frozenset(type_ for type_, kind in KINDS.items() if kind.needs_options)


def ask(
    key: str,
    label: str,
    type_: FieldType,
    hint: str = "",
    *,
    needed: bool = True,
    least: int = 0,
    most: int | None = None,
    **more: Any,
) -> Field:
    """A field of a form that our own pages ask. least, most: of a number; most: characters of a text."""
    checks: list[Check] = [Required()] if needed else []
    if most is not None:
        checks.append(Length(most=most) if type_ in TEXTS else Between(Decimal(least), Decimal(most)))
    return Field(key=key, label=label, type=type_, hint=hint, checks=tuple(checks), **more)


def options(pairs: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    """What may be chosen, by key and label."""
    return tuple(Option(key, label) for key, label in pairs)
