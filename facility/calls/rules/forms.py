"""What a call asks for: the sections and fields of its form, and the checks on them, as data of the call.

A closed list of field types and of kinds of check, chosen and parametrised for each call; no expression language, so that
whoever drafts a call can read what is asked, and the form is frozen with the other rules at publication.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from facility.calls.rules.form_keys import key_mistakes
from facility.refused import Reason

TITLE, THEMES = "title", "themes"
"""Keys of the two fields that every form has, and that stand in columns of the application, since lists and matching
use them."""
MOST_SHORT, MOST_LONG = 200, 12_000
"""Characters that a text takes where its field says nothing else."""


INDIRECT_MOST = Decimal(7)
"""Percent of the direct costs that indirect costs may be at most, and where a call says nothing else (dossier 2d)."""


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


class AnyOf(msgspec.Struct, frozen=True, tag_field="kind", tag="any_of"):
    """At least so many of these fields of the section must be answered."""

    fields: tuple[str, ...]
    count: int = 1


class SumAtMost(msgspec.Struct, frozen=True, tag_field="kind", tag="sum_at_most"):
    """These numbers or amounts of the section together are at most so much."""

    fields: tuple[str, ...]
    most: Decimal


type SectionCheck = AnyOf | SumAtMost


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


class FormSection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of the form and a line of the task list.

    Of a budget: indirect_most, the most that indirect costs may be in percent of the direct ones, and rates_on, the day
    whose unit costs count (None: that of the call's publication).
    """

    key: str
    title: str
    kind: SectionKind = SectionKind.QUESTIONS
    by: By = By.LEAD
    hint: str = ""
    fields: tuple[Field, ...] = ()
    checks: tuple[SectionCheck, ...] = ()
    indirect_most: Decimal = INDIRECT_MOST
    rates_on: date | None = None

    def field(self, key: str) -> Field:
        """The field with this key. KeyError where there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


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


def is_asked(field: Field, answers: Answers) -> bool:
    """Whether the field is asked, given the other answers of its section."""
    if field.asked_if is None:
        return True
    other = answers.get(field.asked_if.field, "")
    given = other if isinstance(other, list) else [other]
    return not set(field.asked_if.values).isdisjoint(given)


def findings(section: FormSection, answers: Answers) -> list[Reason]:
    """Everything that stands against submitting these answers, each with the section's and the field's key as its field
    ("ask.summary") and the field's label as a parameter."""
    findings = []
    for field in section.fields:
        if is_asked(field, answers):
            findings += [
                Reason(code, f"{section.key}.{field.key}", {"label": field.label, **params})
                for code, params in _field_findings(field, answers.get(field.key, ""))
            ]
    return findings + list(_section_findings(section, answers))


def _field_findings(field: Field, answer: Answer) -> Iterator[tuple[str, dict[str, str]]]:
    filled = is_filled(answer)
    for check in field.checks:
        if isinstance(check, Required):
            if not filled:
                yield "answer_missing", {}
        elif filled and (wrong := _broken(check, answer)):
            yield wrong


def is_filled(answer: Answer) -> bool:
    return bool(answer.strip() if isinstance(answer, str) else answer)


def _broken(check: Check, answer: Answer) -> tuple[str, dict[str, str]] | None:
    match check, answer:
        case Length(least, most), str():
            return _outside("answer_too_short", "answer_too_long", len(answer), least, most)
        case Between(low, high), str():
            return _outside("answer_too_small", "answer_too_great", Decimal(answer), low, high)
        case Within(first, last), str():
            return _outside("answer_too_early", "answer_too_late", date.fromisoformat(answer), first, last)
        case AtLeast(count), list() if len(answer) < count:
            return "answer_too_few", {"least": str(count)}
        case OneOf(values), str() if answer not in values:
            return "answer_not_accepted", {}
    return None


def _outside[T: (int, Decimal, date)](
    low_code: str, high_code: str, value: T, low: T | None, high: T | None
) -> tuple[str, dict[str, str]] | None:
    if low is not None and value < low:
        return low_code, {"least": str(low)}
    if high is not None and value > high:
        return high_code, {"most": str(high)}
    return None


def _section_findings(section: FormSection, answers: Answers) -> Iterator[Reason]:
    for check in section.checks:
        labels = ", ".join(section.field(key).label for key in check.fields)
        at = f"{section.key}.{check.fields[0]}"
        match check:
            case AnyOf(keys, count):
                if sum(is_filled(answers.get(key, "")) for key in keys) < count:
                    yield Reason("answers_too_few", at, {"labels": labels, "least": str(count)})
            case SumAtMost(keys, most):
                if _total(answers, keys) > most:
                    yield Reason("answers_sum_too_great", at, {"labels": labels, "most": str(most)})


def _total(answers: Answers, keys: tuple[str, ...]) -> Decimal:
    given = [answers.get(key, "") for key in keys]
    return sum((Decimal(value) for value in given if isinstance(value, str) and value), Decimal(0))


def form_mistakes(form: FormDefinition) -> list[Reason]:
    """Everything wrong with a form, each at "form.<section>" or "form.<section>.<field>"."""
    mistakes = [*_frame_mistakes(form), *key_mistakes(form.sections)]
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
    seen: set[str] = set()
    for field in section.fields:
        here = f"{at}.{field.key}"
        if field.key in seen:
            yield Reason("field_twice", here)
        if field.type in CHOICES and len(field.options) < 2:
            yield Reason("options_missing", here)
        if field.confidential and section.by is not By.PARTY:
            yield Reason("confidential_not_by_party", here)
        if field.asked_if is not None and field.asked_if.field not in seen:
            yield Reason("asked_if_unknown", here)
        elif _tells_a_secret(section, field):
            yield Reason("asked_if_confidential", here)
        if any(not _fits(check, field.type) for check in field.checks):
            yield Reason("check_does_not_fit", here)
        seen.add(field.key)
    for check in section.checks:
        if not check.fields or not seen.issuperset(check.fields) or not _fits_all(check, section):
            yield Reason("check_does_not_fit", at)
        elif len({section.field(key).confidential for key in check.fields}) > 1:
            yield Reason("check_mixes_confidential", at)


def _tells_a_secret(section: FormSection, field: Field) -> bool:
    """Whether all who see that the field is asked learn what a confidential one says."""
    return (
        field.asked_if is not None
        and not field.confidential
        and section.field(field.asked_if.field).confidential
    )


def _fits(check: Check, type_: FieldType) -> bool:
    match check:
        case Required():
            return True
        case Length():
            return type_ in TEXTS
        case Between():
            return type_ in (FieldType.NUMBER, FieldType.AMOUNT)
        case Within():
            return type_ is FieldType.DAY
        case AtLeast():
            return type_ in (FieldType.SOME_OF, FieldType.THEMES)
        case OneOf():
            return type_ in (FieldType.ONE_OF, FieldType.YES_NO)


def _fits_all(check: SectionCheck, section: FormSection) -> bool:
    if isinstance(check, AnyOf):
        return True
    numbers = (FieldType.NUMBER, FieldType.AMOUNT)
    return all(section.field(key).type in numbers for key in check.fields)
