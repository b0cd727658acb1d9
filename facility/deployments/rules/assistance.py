"""How long it takes from a request for experts to experts on the spot, and why it took too long."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Literal

import msgspec


class Urgency(StrEnum):
    """By the time that an expert has to answer: up to 2 hours, a day, 3 days, or more."""

    HOURS = "hours"
    DAY = "day"
    DAYS = "days"
    USUAL = "usual"


def urgency(respond_within_hours: int) -> Urgency:
    """Which of them a request is."""
    limits = ((2, Urgency.HOURS), (24, Urgency.DAY), (72, Urgency.DAYS))
    return next((kind for most, kind in limits if respond_within_hours <= most), Urgency.USUAL)


type Stage = Literal["asked", "yes", "released", "deployed"]
STAGES: tuple[Stage, ...] = ("asked", "yes", "released", "deployed")


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A request for experts with the instants at which it got so far: the first expert asked, every seat with a yes, every expert released
    (where that is needed), the first day with all of them. target_days: within how many days every seat should have its yes."""

    requested_at: datetime
    urgency: Urgency
    seats: int
    target_days: int | None
    asked: datetime | None
    yes: datetime | None
    released: datetime | None
    deployed: datetime | None
    declined: int
    silent: int
    refused: int
    exhausted: bool

    def after(self, stage: Stage) -> timedelta | None:
        """From the request to this stage; None where it has not got so far."""
        at: datetime | None = getattr(self, stage)
        return at - self.requested_at if at else None

    @property
    def due(self) -> datetime | None:
        """When every seat should have its yes."""
        return None if self.target_days is None else self.requested_at + timedelta(days=self.target_days)

    def breached(self, now: datetime) -> bool:
        """Whether the target was missed, or is by now."""
        return self.due is not None and (self.yes or now) > self.due


class Cause(msgspec.Struct, frozen=True):
    """Why a target was missed. order: it took so long until the order was confirmed; answers: until the last yes, from then on; the others
    count experts."""

    kind: Literal["order", "answers", "declined", "silent", "refused", "exhausted"]
    took: timedelta = timedelta()
    count: int = 0


def causes(course: Course, now: datetime) -> list[Cause]:
    """The longer of the two waits comes first, then what experts and employers said."""
    first_asked = course.asked or now
    waits = [Cause("order", took=first_asked - course.requested_at)]
    if course.asked:
        waits.append(Cause("answers", took=(course.yes or now) - first_asked))
    counted = [
        Cause("declined", count=course.declined),
        Cause("silent", count=course.silent),
        Cause("refused", count=course.refused),
    ]
    waits.sort(key=lambda wait: wait.took, reverse=True)
    nobody = [Cause("exhausted")] if course.exhausted else []
    return [*waits, *(cause for cause in counted if cause.count), *nobody]


class Figure(msgspec.Struct, frozen=True):
    """The median of so many requests."""

    n: int
    median: timedelta | None


def figure(times: Iterable[timedelta | None]) -> Figure:
    """Of those that got so far."""
    known = [time for time in times if time is not None]
    seconds = [time.total_seconds() for time in known]
    return Figure(len(known), timedelta(seconds=median(seconds)) if known else None)


class Line(msgspec.Struct, frozen=True):
    """The figures of one urgency. n: all requests; with_target and breached: those with a target, and those that missed it."""

    urgency: Urgency
    n: int
    figures: dict[Stage, Figure]
    with_target: int
    breached: int


def figures(courses: Sequence[Course], now: datetime) -> list[Line]:
    """By urgency, the most urgent first; without those of which there is no request."""
    lines = []
    for kind in Urgency:
        own = [course for course in courses if course.urgency is kind]
        if own:
            by_stage = {stage: figure(course.after(stage) for course in own) for stage in STAGES}
            aimed = [course for course in own if course.due]
            lines.append(Line(kind, len(own), by_stage, len(aimed), sum(c.breached(now) for c in aimed)))
    return lines
