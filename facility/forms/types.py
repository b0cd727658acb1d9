"""Fields, and what is the same for all fields of a type. A closed list of types and of kinds of check, chosen and parametrised
for each field; no expression language, so that whoever drafts a call can read what is asked."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

MOST_SHORT, MOST_LONG = 200, 12_000
"""Characters that a text takes where its field says nothing else."""


class FieldType(StrEnum):
    """What an answer is: texts, one or several of the field's options, a number, EUR, a day, themes of the taxonomy."""

    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    ONE_OF = "one_of"
    SOME_OF = "some_of"
    NUMBER = "number"
    AMOUNT = "amount"
    DAY = "day"
    THEMES = "themes"


TEXTS = frozenset({FieldType.SHORT_TEXT, FieldType.LONG_TEXT})
CHOICES = frozenset({FieldType.ONE_OF, FieldType.SOME_OF})

type Answer = str | list[str]
"""Texts and single choices as they were typed ("yes" or "no" for yes_no), numbers and EUR as decimal strings, days as
YYYY-MM-DD, several choices as a list of keys. An empty string or list: not answered."""
type Answers = Mapping[str, Answer]
"""The answers of a section by field key."""


class _Check(msgspec.Struct, frozen=True, tag_field="kind"):
    """One check on a field."""


class Required(_Check, frozen=True, tag="required"):
    """It must be answered."""


class Length(_Check, frozen=True, tag="length"):
    """Characters that a text must have at least and may have at most."""

    least: int = 0
    most: int | None = None


class Between(_Check, frozen=True, tag="between"):
    """Bounds of a number or of EUR, both included."""

    least: Decimal | None = None
    most: Decimal | None = None


class Within(_Check, frozen=True, tag="within"):
    """Bounds of a day, both included."""

    first: date | None = None
    last: date | None = None


class AtLeast(_Check, frozen=True, tag="at_least"):
    """So many of the options, or of the themes, must be chosen."""

    count: int


class OneOf(_Check, frozen=True, tag="one_of"):
    """Only these answers let the application in, for example "yes" to a declaration."""

    values: tuple[str, ...]


type Check = Required | Length | Between | Within | AtLeast | OneOf


class AskedIf(msgspec.Struct, frozen=True):
    """A field is asked only if another one of its section has one of these answers."""

    field: str
    values: tuple[str, ...]


class Option(msgspec.Struct, frozen=True):
    """A choice: what is stored and what is read."""

    key: str
    label: str


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question. `material`: partners confirm what it says, so that changing it voids their confirmations.
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

    @property
    def required(self) -> bool:
        """Whether it must be answered (where it is asked)."""
        return any(isinstance(check, Required) for check in self.checks)

    @property
    def most(self) -> int:
        """Characters that a text takes."""
        limits = [check.most for check in self.checks if isinstance(check, Length) and check.most]
        return min(limits, default=MOST_LONG if self.type is FieldType.LONG_TEXT else MOST_SHORT)
