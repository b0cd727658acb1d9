"""How a call takes applications: until one deadline, rolling with cut-offs, or urgent (dossier 1g)."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from facility.refused import Reason

MOST_CUT_OFFS = 60
MOST_HOURS = 720
"""The longest time that an urgent call may take to decide: thirty days."""


class Mode(StrEnum):
    """One deadline for all · cut-offs, each with a ranking of its own · one decision for each application, in hours.

    A rolling or urgent call is a series: each cut-off, and each urgent submission, is a call of its own with the
    series' frozen rules.
    """

    DEADLINE = "deadline"
    ROLLING = "rolling"
    URGENT = "urgent"


def mode_mistakes(
    mode: Mode, opens_at: datetime, cut_offs: Sequence[datetime], decide_within_hours: int | None
) -> Iterator[Reason]:
    """What is wrong with a draft's mode, each at its field ("cut_offs.2" is the third cut-off)."""
    if mode is Mode.ROLLING:
        yield from _cut_off_mistakes(opens_at, cut_offs)
    if mode is Mode.URGENT:
        if decide_within_hours is None:
            yield Reason("hours_missing", "decide_within_hours")
        elif not 1 <= decide_within_hours <= MOST_HOURS:
            yield Reason("hours_out_of_range", "decide_within_hours", {"most": str(MOST_HOURS)})


def _cut_off_mistakes(opens_at: datetime, cut_offs: Sequence[datetime]) -> Iterator[Reason]:
    if not cut_offs:
        yield Reason("no_cut_off", "cut_offs.0")
    if len(cut_offs) > MOST_CUT_OFFS:
        yield Reason("too_many_cut_offs", "cut_offs.0", {"most": str(MOST_CUT_OFFS)})
    for i, cut_off in enumerate(cut_offs):
        if cut_off <= opens_at:
            yield Reason("cut_off_before_opening", f"cut_offs.{i}")
    for i, (before, here) in enumerate(pairwise(cut_offs), 1):
        if here <= before:
            yield Reason("cut_offs_not_in_order", f"cut_offs.{i}")


def windows(opens_at: datetime, cut_offs: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Beginning and end of each batch: from the opening or the cut-off before it to its own cut-off."""
    return list(pairwise([opens_at, *cut_offs]))


def batch_at(opens_at: datetime, cut_offs: Sequence[datetime], received_at: datetime) -> int | None:
    """The number of the batch whose window holds this instant; exactly at a cut-off is in time for it."""
    if received_at < opens_at:
        return None
    return next((n for n, cut_off in enumerate(cut_offs, 1) if received_at <= cut_off), None)


def submit_by(cut_offs: Sequence[datetime], closes_at: datetime, at: datetime) -> datetime:
    """The next cut-off from this instant on, itself included; the closing of a call that has none, or none any more."""
    return next((cut_off for cut_off in cut_offs if at <= cut_off), closes_at)


def monthly(first: date, last: date) -> list[date]:
    """The first day and the same day of each month after it, up to the last; a month that is shorter gives its last day."""
    days: list[date] = []
    year, month = first.year, first.month
    while len(days) <= MOST_CUT_OFFS:
        day = date(year, month, min(first.day, monthrange(year, month)[1]))
        if day > last:
            break
        days.append(day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return days
