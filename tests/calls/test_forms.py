"""Forms as data of a call: what their checks find, and what is wrong with a form."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from facility.applications.pages.versions import Sent
from facility.calls.rules.forms import By, FormDefinition, FormSection, SectionKind, form_mistakes
from facility.calls.rules.presets import PLAIN, STANDARD
from facility.drafting.handlers import OF_A_LINK
from facility.forms.checks import Answers, AtLeast, Between, Check, Length, OneOf, Required, Within
from facility.forms.findings import findings
from facility.forms.keys import BESIDE
from facility.forms.sections import AnyOf, SumAtMost
from facility.forms.types import AskedIf, Field, FieldType, Option

OPTIONS = (Option("a", "First"), Option("b", "Second"))


def field(key: str = "x", type_: FieldType = FieldType.SHORT_TEXT, *checks: Check, **more: object) -> Field:
    """A field of a section under test."""
    options = OPTIONS if type_ in (FieldType.ONE_OF, FieldType.SOME_OF) else ()
    made = Field(key=key, label=key.upper(), type=type_, checks=checks, options=options)
    return msgspec.structs.replace(made, **more)


@pytest.mark.parametrize(
    ("type_", "check", "answer", "code"),
    [
        (FieldType.SHORT_TEXT, Required(), " ", "answer_missing"),
        (FieldType.SHORT_TEXT, Required(), "yes", None),
        (FieldType.SOME_OF, Required(), [], "answer_missing"),
        (FieldType.LONG_TEXT, Length(least=3), "ab", "answer_too_short"),
        (FieldType.LONG_TEXT, Length(most=3), "abcd", "answer_too_long"),
        (FieldType.LONG_TEXT, Length(3, 3), "abc", None),
        (FieldType.LONG_TEXT, Length(least=3), "", None),
        (FieldType.NUMBER, Between(Decimal(1), Decimal(5)), "0.99", "answer_too_small"),
        (FieldType.AMOUNT, Between(most=Decimal("5.00")), "5.01", "answer_too_great"),
        (FieldType.AMOUNT, Between(Decimal(1), Decimal(5)), "5.00", None),
        (FieldType.DAY, Within(first=date(2026, 1, 2)), "2026-01-01", "answer_too_early"),
        (FieldType.DAY, Within(last=date(2026, 1, 2)), "2026-01-03", "answer_too_late"),
        (FieldType.DAY, Within(date(2026, 1, 2), date(2026, 1, 2)), "2026-01-02", None),
        (FieldType.SOME_OF, AtLeast(2), ["a"], "answer_too_few"),
        (FieldType.SOME_OF, AtLeast(2), ["a", "b"], None),
        (FieldType.YES_NO, OneOf(("yes",)), "no", "answer_not_accepted"),
        (FieldType.YES_NO, OneOf(("yes",)), "yes", None),
    ],
)
def test_each_kind_of_check(
    type_: FieldType, check: Check, answer: str | list[str], code: str | None
) -> None:
    section = FormSection(key="s", title="S", fields=(field("x", type_, check),))
    reasons = findings(section, {"x": answer})
    assert [(reason.code, reason.field) for reason in reasons] == ([(code, "s.x")] if code else [])


def test_a_field_that_is_not_asked_is_not_missed() -> None:
    conditional = field("why", FieldType.LONG_TEXT, Required(), asked_if=AskedIf("waived", ("yes",)))
    section = FormSection(key="s", title="S", fields=(field("waived", FieldType.YES_NO), conditional))
    assert [reason.field for reason in findings(section, {"waived": "yes"})] == ["s.why"]
    assert findings(section, {"waived": "no"}) == []
    assert findings(section, {}) == []


def test_checks_over_several_fields() -> None:
    numbers = tuple(field(key, FieldType.AMOUNT) for key in ("x", "y"))
    checks = (AnyOf(("x", "y")), SumAtMost(("x", "y"), Decimal("10.00")))
    section = FormSection(key="s", title="S", fields=numbers, checks=checks)
    cases: list[tuple[Answers, list[str]]] = [
        ({}, ["answers_too_few"]),
        ({"x": "4.00"}, []),
        ({"x": "4.00", "y": "6.00"}, []),
        ({"x": "4.00", "y": "6.01"}, ["answers_sum_too_great"]),
    ]
    for answers, codes in cases:
        assert [reason.code for reason in findings(section, answers)] == codes


def test_no_field_is_called_as_what_the_page_of_answers_sends_beside_them() -> None:
    assert {*Sent.__struct_fields__, "by", *OF_A_LINK} == set(BESIDE)


def test_a_form_survives_being_stored() -> None:
    assert msgspec.json.decode(msgspec.json.encode(PLAIN), type=FormDefinition) == PLAIN
    assert form_mistakes(PLAIN) == []


def with_section(
    *fields: Field, by: By = By.LEAD, kind: SectionKind = SectionKind.QUESTIONS
) -> FormDefinition:
    """The plain form and one more section."""
    return FormDefinition((*PLAIN.sections, FormSection(key="s", title="S", by=by, kind=kind, fields=fields)))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (FormDefinition(()), "section_kind_missing"),
        (FormDefinition((*PLAIN.sections, PLAIN.sections[1])), "section_twice"),
        (with_section(kind=SectionKind.BUDGET), "budget_needs_activities"),
        (with_section(kind=SectionKind.DOCUMENTS), "section_kind_twice"),
        (with_section(), "section_empty"),
        (
            FormDefinition(
                (
                    *STANDARD.sections[:-2],
                    msgspec.structs.replace(STANDARD.sections[-2], indirect_most=Decimal(8)),
                )
            ),
            "indirect_out_of_bounds",
        ),
        (with_section(field(), kind=SectionKind.ACTIVITIES), "section_takes_no_fields"),
        (with_section(field(), field()), "field_twice"),
        (with_section(field("title")), "field_needed"),
        *(
            (with_section(field(key)), "key_reserved")
            for key in ("seen", "began", "void", "then", "by", "merging")
        ),
        *(
            (with_section(field(key)), "key_malformed")
            for key in ("mine-x", "theirs-x", "choice-x", "a.b", "_x", "")
        ),
        (
            FormDefinition((*PLAIN.sections, FormSection(key="own-role", title="R", fields=(field(),)))),
            "key_malformed",
        ),
        (with_section(field("x", FieldType.ONE_OF, options=OPTIONS[:1])), "options_missing"),
        (with_section(field("x", confidential=True)), "confidential_not_by_party"),
        (with_section(field("x", asked_if=AskedIf("y", ("yes",)))), "asked_if_unknown"),
        (with_section(field("x", FieldType.DAY, Length(1))), "check_does_not_fit"),
    ],
)
def test_each_mistake_in_a_form(form: FormDefinition, code: str) -> None:
    assert code in {reason.code for reason in form_mistakes(form)}
