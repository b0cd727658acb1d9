"""Sections of a form: fields that are asked together, and the checks over several of them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Self

import msgspec
from msgspec.structs import replace

from facility.forms.checks import Answer, Answers
from facility.forms.types import Field, FieldType, options


class AnyOf(msgspec.Struct, frozen=True, tag_field="kind", tag="any_of"):
    """At least so many of these fields of the section must be answered."""

    fields: tuple[str, ...]
    count: int = 1


class SumAtMost(msgspec.Struct, frozen=True, tag_field="kind", tag="sum_at_most"):
    """These numbers or amounts of the section together are at most so much."""

    fields: tuple[str, ...]
    most: Decimal


type SectionCheck = AnyOf | SumAtMost


class Section(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields that are asked together. A room's own kind of section may say more."""

    key: str
    title: str
    hint: str = ""
    fields: tuple[Field, ...] = ()
    checks: tuple[SectionCheck, ...] = ()

    def field(self, key: str) -> Field:
        """The field with this key. KeyError where there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    @property
    def labels(self) -> dict[str, str]:
        """What the fields are called, for the summary of what is wrong; also where two versions are chosen from."""
        return {name: field.label for field in self.fields for name in (field.key, f"choice-{field.key}")}

    def without(self, *keys: str) -> Self:
        """The section without these fields, which a page draws and reads by itself."""
        return replace(self, fields=tuple(field for field in self.fields if field.key not in keys))


def is_asked(field: Field, answers: Answers) -> bool:
    """Whether the field is asked, given the other answers of its section."""
    if field.asked_if is None:
        return True
    other = answers.get(field.asked_if.field, "")
    given = other if isinstance(other, list) else [other]
    return not set(field.asked_if.values).isdisjoint(given)


def answered(section: Section, answers: Answers) -> list[tuple[Field, Answer]]:
    """The fields that are asked, each with its answer."""
    return [(field, answers.get(field.key, "")) for field in section.fields if is_asked(field, answers)]


def offering[S: Section](section: S, themes: Iterable[tuple[str, str]]) -> S:
    """The section with these themes (code and name) to choose from, where it asks for themes."""
    choices = options(themes)
    return replace(
        section,
        fields=tuple(
            replace(field, options=choices) if field.type is FieldType.THEMES else field
            for field in section.fields
        ),
    )
