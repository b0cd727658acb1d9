"""Answers, and the kinds of check on one: what each finds."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import msgspec

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
NEEDED: tuple[Check, ...] = (Required(),)


def is_filled(answer: Answer) -> bool:
    return bool(answer.strip() if isinstance(answer, str) else answer)


def broken(check: Check, answer: Answer) -> tuple[str, dict[str, str]] | None:
    """The code of what is wrong with an answer that was given, and what its sentence names; None where the check holds."""
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
