"""How alike two undertakings are, in words that people can check; and what an officer may say about it (dossier 1a, Q10,
Q11)."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache

import msgspec

from facility.applications.rules.activities import Plan
from facility.applications.rules.status import ApplicationStatus
from facility.folding import fold, search_words
from facility.refused import refuse
from facility.zone import FIRST_DAY, LAST_DAY

RESULTS = tuple(f"R{number}" for number in range(1, 10))
"""Results of the action beside this facility, which is R10."""
DONOR = "donor"
"""Stands in place of a result where others pay."""
MOST_WORDS = 60
"""Words of a text that are looked for: its first."""
EXCERPT = 280
"""Characters of a text that are shown around what it has in common."""
LEAST_LETTERS = 3

_NO_MATTER = frozenset(
    fold(
        "the and for with from this that these those are was were will have has had not but its their our your which who"
        " whom into onto over under between within without through during after before about against such than then them"
        " they can may must shall should would could been being also more most other others each all any both one two"
        " three four five new joint common support project activity activities action actions facility"
        " za na od vo so se da je i u ili iz sa po kao koji koja koje ili kako ovaj ova ovo"
        " workshop workshops seminar seminars study trip trips visit visits expert experts member state states day days"
        " week weeks month months people partner partners institution institutions work works together twenty"
        " dhe nga per ne me te se nje si qe ka jane do eshte balkans western balkan"
    ).split()
)


class OverlapOutcome(StrEnum):
    """What an officer finds."""

    NONE = "none"
    ACCEPTABLE = "acceptable"
    DUPLICATES = "duplicates"


class Piece(msgspec.Struct, frozen=True):
    """A piece of a text; common: it has a word in common with what it is compared with."""

    text: str
    common: bool


def stems(*texts: str) -> list[str]:
    """What texts are compared by: their different words, folded, without what every text has, and without the ends of long
    ones, which the languages of the region decline."""
    words = [word for text in texts for word in search_words(text)]
    meaningful = [
        word for word in dict.fromkeys(words) if len(word) >= LEAST_LETTERS and word not in _NO_MATTER
    ]
    return list(dict.fromkeys(map(stem, meaningful)))


def stem(word: str) -> str:
    """A word as it is compared: its first six letters, or five of a word of six."""
    return word[:5] if len(word) == 6 else word[:6]


def pieces(text: str, common: Collection[str]) -> list[Piece]:
    """The text in pieces, words in common apart."""
    made: list[Piece] = []
    rest = 0
    for match in re.finditer(r"\w+", text):
        if _is_common(match[0], common):
            made += [Piece(text[rest : match.start()], False), Piece(match[0], True)]
            rest = match.end()
    return [piece for piece in [*made, Piece(text[rest:], False)] if piece.text]


@lru_cache(maxsize=20_000)
def _stems_of(word: str) -> tuple[str, ...]:
    # A page of results asks for the same words again and again.
    return tuple(map(stem, search_words(word)))


def _is_common(word: str, common: Collection[str]) -> bool:
    return any(stem in common for stem in _stems_of(word))


def excerpt(text: str, common: Collection[str]) -> list[Piece]:
    """The part of the text that has most in common, in pieces; an ellipsis where something is left out."""
    if len(text) <= EXCERPT:
        return pieces(text, common)
    hits = [m.start() for m in re.finditer(r"\w+", text) if _is_common(m[0], common)]
    start = max(hits, key=lambda at: sum(at <= other < at + EXCERPT for other in hits), default=0)
    start = text.rfind(" ", 0, max(0, start - 30) + 1) + 1
    part = text[start : start + EXCERPT]
    end = start + EXCERPT
    if end < len(text):
        part = part.rsplit(" ", 1)[0]
    return [
        *([Piece("… ", False)] if start else []),
        *pieces(part, common),
        *([Piece(" …", False)] if end < len(text) else []),
    ]


def shared_words(texts: Iterable[str], common: Collection[str]) -> list[str]:
    """The words that the texts have in common with what they are compared with, as they are written, each once."""
    by_stem: dict[str, str] = {}
    for text in texts:
        for match in re.finditer(r"\w+", text):
            if _is_common(match[0], common):
                by_stem.setdefault(_stems_of(match[0])[0], match[0].lower())
    return list(by_stem.values())


def may_judge_overlap(
    status: ApplicationStatus, *, sealed: bool, decided: bool, outcome: OverlapOutcome, reason: str
) -> None:
    """After the opening and before the decision; anything but "no overlap" has a reason.

    Refused: "not_opened", "call_decided", "wrong_status", or "reason_missing" (invalid).
    """
    if sealed:
        refuse("not_opened")
    if decided:
        refuse("call_decided")
    if status not in (
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.ADMISSIBLE,
        ApplicationStatus.INADMISSIBLE,
    ):
        refuse("wrong_status", status=status.value)
    if outcome is not OverlapOutcome.NONE and not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


class InitiativeLine(msgspec.Struct, frozen=True):
    """A line of the imported list: what another result of the action, or another donor, does."""

    result: str
    title: str
    text: str
    beneficiaries: tuple[str, ...]
    themes: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    source: str


def read_codes(cell: str, known: Collection[str]) -> tuple[tuple[str, ...], list[str]]:
    """Codes in a cell, parted by commas, semicolons or blanks: those that are known, sorted, and the others as written."""
    codes = [code for code in re.split(r"[\s,;/|]+", cell.strip()) if code]
    good = sorted({code.upper() for code in codes if code.upper() in known})
    return tuple(good), [code for code in codes if code.upper() not in known]


def read_result(cell: str) -> str | None:
    """ "R3", "r 3", "Result 3" or "donor"; None for anything else."""
    plain = fold(cell).replace(" ", "")
    if plain in (DONOR, "donors", "other"):
        return DONOR
    match = re.fullmatch(r"(?:r|result)([1-9])", plain)
    return f"R{match[1]}" if match else None


def read_day(cell: str) -> date | None:
    """A day as spreadsheets write it: 2026-07-30, 30.07.2026 or 30/07/2026. Raises ValueError for anything else, and for a
    day that nobody can have meant."""
    written = cell.strip()
    if not written:
        return None
    if match := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})\.?", written):
        day = date(int(match[3]), int(match[2]), int(match[1]))
    else:
        day = date.fromisoformat(written)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(day)
    return day


type Period = tuple[date, date]
"""Its first day and its last."""


def period_of(activities: Iterable[Plan]) -> Period | None:
    """From the first day of planned activities to the last; of one whose days are not known yet, its whole month. None where
    nothing is planned."""
    days = [day for activity in activities for day in _days_of(activity)]
    return (min(days), max(days)) if days else None


def _days_of(activity: Plan) -> Period:
    if activity.starts_on and activity.ends_on:
        return activity.starts_on, activity.ends_on
    return activity.month, activity.month.replace(
        day=monthrange(activity.month.year, activity.month.month)[1]
    )


def times_meet(first: Period | None, second: tuple[date | None, date | None]) -> Period | None:
    """The days that two periods have in common; None where one is not known or they don't meet."""
    begins, ends = second
    if first is None or begins is None or ends is None:
        return None
    start, end = max(first[0], begins), min(first[1], ends)
    return (start, end) if start <= end else None
