"""What a call asks for: the sections of its form, as data of the call, which is frozen with the other rules at publication."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from facility.forms.keys import key_mistakes
from facility.forms.mistakes import field_mistakes
from facility.forms.sections import Section
from facility.forms.types import FieldType
from facility.refused import Reason

TITLE, THEMES = "title", "themes"
"""Keys of the two fields that every form has, and that stand in columns of the application, since lists and matching
use them."""
OF_PAGES = ("check", "consultation")
"""Parts of every application's task list that are no section of its call: a section of such a key would be taken for it."""
INDIRECT_MOST = Decimal(7)
"""Percent of the direct costs that indirect costs may be at most, and where a call says nothing else (dossier 2d)."""


class SectionKind(StrEnum):
    """What a section is made of: questions, or one of the pages that have a form of their own."""

    QUESTIONS = "questions"
    PARTNERS = "partners"
    ACTIVITIES = "activities"
    BUDGET = "budget"
    DOCUMENTS = "documents"


class By(StrEnum):
    """Who fills in a section: the lead once for all, or every party for itself."""

    LEAD = "lead"
    PARTY = "party"


class FormSection(Section, frozen=True, kw_only=True, omit_defaults=True):
    """A page of the form and a line of the task list.

    Of a budget: indirect_most, the most that indirect costs may be in percent of the direct ones, and rates_on, the day
    whose unit costs count (None: that of the call's publication).
    """

    kind: SectionKind = SectionKind.QUESTIONS
    by: By = By.LEAD
    indirect_most: Decimal = INDIRECT_MOST
    rates_on: date | None = None


class FormDefinition(msgspec.Struct, frozen=True):
    """Everything that a call asks for, in the order of the task list."""

    sections: tuple[FormSection, ...]

    def section(self, key: str) -> FormSection | None:
        return next((section for section in self.sections if section.key == key), None)

    def of(self, kind: SectionKind) -> FormSection | None:
        """The first section of this kind."""
        return next((section for section in self.sections if section.kind is kind), None)

    def has(self, kind: SectionKind) -> bool:
        """Whether a section of this kind is asked for."""
        return self.of(kind) is not None

    def questions(self, by: By) -> tuple[FormSection, ...]:
        """The sections of questions that the lead, or that every party, fills in."""
        return tuple(s for s in self.sections if s.kind is SectionKind.QUESTIONS and s.by is by)


def form_mistakes(form: FormDefinition) -> list[Reason]:
    """Everything wrong with a form, each at "form.<section>" or "form.<section>.<field>"."""
    mistakes = [*_frame_mistakes(form), *key_mistakes(form.sections, OF_PAGES)]
    return mistakes + [mistake for section in form.sections for mistake in _section_mistakes(section)]


_ONCE = (SectionKind.PARTNERS, SectionKind.ACTIVITIES, SectionKind.BUDGET, SectionKind.DOCUMENTS)
_NEEDED = (SectionKind.PARTNERS, SectionKind.DOCUMENTS)


def _frame_mistakes(form: FormDefinition) -> Iterator[Reason]:
    kinds = Counter(section.kind for section in form.sections)
    for kind in _ONCE:
        if kinds[kind] > 1:
            yield Reason("section_kind_twice", "form", {"kind": kind.value})
        if kind in _NEEDED and not kinds[kind]:
            yield Reason("section_kind_missing", "form", {"kind": kind.value})
    if kinds[SectionKind.BUDGET] and not kinds[SectionKind.ACTIVITIES]:
        yield Reason("budget_needs_activities", "form")
    for key, times in Counter(section.key for section in form.sections).items():
        if times > 1:
            yield Reason("section_twice", f"form.{key}")
    for key, type_ in ((TITLE, FieldType.SHORT_TEXT), (THEMES, FieldType.THEMES)):
        holders = [f for s in form.questions(By.LEAD) for f in s.fields if f.key == key]
        if len(holders) != 1 or holders[0].type is not type_:
            yield Reason("field_needed", "form", {"key": key})


def _section_mistakes(section: FormSection) -> Iterator[Reason]:
    at = f"form.{section.key}"
    if section.kind is SectionKind.QUESTIONS and not section.fields:
        yield Reason("section_empty", at)
    if not 0 <= section.indirect_most <= INDIRECT_MOST:
        yield Reason("indirect_out_of_bounds", at, {"most": str(INDIRECT_MOST)})
    if section.kind is not SectionKind.QUESTIONS and section.fields:
        yield Reason("section_takes_no_fields", at)
    for field in section.fields:
        if field.confidential and section.by is not By.PARTY:
            yield Reason("confidential_not_by_party", f"{at}.{field.key}")
    yield from field_mistakes(section)
