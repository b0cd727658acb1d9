"""What stands against submitting the answers of a section: what its checks find."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from facility.forms.sections import AnyOf, Section, SumAtMost, is_asked
from facility.forms.types import (
    Answer,
    Answers,
    AtLeast,
    Between,
    Check,
    Field,
    Length,
    OneOf,
    Required,
    Within,
)
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
