"""What stands against submitting the answers of a section: what its checks find."""

from collections.abc import Iterator
from decimal import Decimal

from facility.forms.checks import Answer, Answers, Required, broken, is_filled
from facility.forms.sections import AnyOf, Section, SumAtMost, is_asked
from facility.forms.types import Field
from facility.refused import Reason


def findings(section: Section, answers: Answers) -> list[Reason]:
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
        elif filled and (wrong := broken(check, answer)):
            yield wrong


def _section_findings(section: Section, answers: Answers) -> Iterator[Reason]:
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
