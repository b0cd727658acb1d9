"""Edits of a form that is being drafted: each gives a new form."""

import re
from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from facility.calls.rules.forms import OF_PAGES, FormDefinition, FormSection, SectionKind
from facility.forms.types import Field
from facility.refused import refuse

MOST_SECTIONS, MOST_FIELDS = 30, 40
"""Of a form, and of a section."""
type Way = Literal["up", "down"]


def slug(text: str, most: int) -> str:
    """A key made from a text, "" where it has neither letters nor digits of ASCII: "Budget and costs" becomes
    "budget_and_costs"."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:most].strip("_")


def key_of(label: str, taken: tuple[str, ...]) -> str:
    """A key made from a label, which nothing else has: "Your part" becomes "your_part"."""
    made = slug(label, 30) or "part"
    free = (made, *(f"{made}_{number}" for number in range(2, MOST_FIELDS + 2)))
    return next(key for key in free if key not in taken)


def section_key(form: FormDefinition, title: str) -> str:
    """A key for a new section, made from its title."""
    return key_of(title, (*OF_PAGES, *(section.key for section in form.sections)))


def _sections(form: FormDefinition, key: str, change: Callable[[FormSection], FormSection]) -> FormDefinition:
    if form.section(key) is None:
        refuse("not_found", kind="missing", what="section")
    return FormDefinition(
        tuple(change(section) if section.key == key else section for section in form.sections)
    )


def with_section(form: FormDefinition, section: FormSection) -> FormDefinition:
    """One more section at the end, or this one in place of the one with its key. Refused: "too_many_sections"."""
    if form.section(section.key) is not None:
        return _sections(form, section.key, lambda _old: section)
    if len(form.sections) >= MOST_SECTIONS:
        refuse("too_many_sections", most=str(MOST_SECTIONS))
    return FormDefinition((*form.sections, section))


def without_section(form: FormDefinition, key: str) -> FormDefinition:
    """The form without a section; what a form can't do without stays (Refused: "section_needed")."""
    section = form.section(key) or refuse("not_found", kind="missing", what="section")
    if section.kind in (SectionKind.PARTNERS, SectionKind.DOCUMENTS):
        refuse("section_needed")
    return FormDefinition(tuple(section for section in form.sections if section.key != key))


def moved_section(form: FormDefinition, key: str, way: Way) -> FormDefinition:
    """The form with a section one place earlier or later; the same form where it is the first or the last."""
    keys = [section.key for section in form.sections]
    if key not in keys:
        refuse("not_found", kind="missing", what="section")
    return FormDefinition(_moved(form.sections, keys.index(key), way))


def placed_section(form: FormDefinition, key: str, behind: str) -> FormDefinition:
    """The form with a section right behind another one. Refused (invalid): "section_unknown"."""
    section = form.section(key) or refuse("not_found", kind="missing", what="section")
    others = [section for section in form.sections if section.key != key]
    keys = [section.key for section in others]
    if behind not in keys:
        refuse("section_unknown", kind="invalid", field="behind")
    others.insert(keys.index(behind) + 1, section)
    return FormDefinition(tuple(others))


def _moved[T](items: tuple[T, ...], at: int, way: Way) -> tuple[T, ...]:
    to = at - 1 if way == "up" else at + 1
    if not 0 <= to < len(items):
        return items
    changed = list(items)
    changed[at], changed[to] = changed[to], changed[at]
    return tuple(changed)


def with_field(form: FormDefinition, section_key: str, field: Field) -> FormDefinition:
    """One more field at the end of a section, or this one in place of the one with its key. Refused: "too_many_fields"."""

    def change(section: FormSection) -> FormSection:
        if any(section.key == field.key for section in section.fields):
            fields = tuple(field if section.key == field.key else section for section in section.fields)
        else:
            fields = (*section.fields, field)
        if len(fields) > MOST_FIELDS:
            refuse("too_many_questions", most=str(MOST_FIELDS))
        return replace(section, fields=fields)

    return _sections(form, section_key, change)


def without_field(form: FormDefinition, section_key: str, key: str) -> FormDefinition:
    """The form without a field, and without the checks over several fields that named it."""

    def change(section: FormSection) -> FormSection:
        fields = tuple(section for section in section.fields if section.key != key)
        checks = tuple(check for check in section.checks if key not in check.fields)
        return replace(section, fields=fields, checks=checks)

    return _sections(form, section_key, change)


def moved_field(form: FormDefinition, section_key: str, key: str, way: Way) -> FormDefinition:
    """The form with a field one place earlier or later in its section."""

    def change(section: FormSection) -> FormSection:
        keys = [field.key for field in section.fields]
        if key not in keys:
            refuse("not_found", kind="missing", what="field")
        return replace(section, fields=_moved(section.fields, keys.index(key), way))

    return _sections(form, section_key, change)
