"""What is planned: kinds of activities, and what stands against handing in a plan."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.calls.rules.modes import Mode
from facility.refused import Reason, refuse_if
from facility.zone import BRUSSELS

MAX_ACTIVITIES = 40
MAX_PEOPLE = 9999
"""Participants that one institution may send to one activity."""
MAX_DAYS = 366
MAX_PLACE = 200
MAX_PURPOSE = 3000
JOINT = 2
"""From so many Western Balkans beneficiaries people take part in an activity that is joint."""


class ActivityKind(StrEnum):
    """What support consists of (action document; dossier 1a, Q3 and Q4)."""

    WORKSHOP = "workshop"
    SEMINAR = "seminar"
    INTERNSHIP = "internship"
    STUDY_TRIP = "study_trip"
    EXPERT_MISSION = "expert_mission"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """An activity as an application plans it. month: the first of a month; the days, both included, where they are
    known. people: participants by party."""

    kind: ActivityKind
    title: str
    place: str
    country: str
    days: int
    month: date
    starts_on: date | None = None
    ends_on: date | None = None
    purpose: str
    people: dict[UUID, int]


class Planned(Plan, frozen=True, kw_only=True):
    """An activity that stands in an application; people: those of parties that left among them."""

    id: UUID


def check_activity(activity: Plan) -> None:
    """Refused (invalid): "ends_before_it_starts", "more_days_than_that"."""
    refuse_if(activity_mistakes(activity))


def earliest_day(mode: Mode, *, joint: bool, opens_at: datetime, closes_at: datetime) -> date:
    """The first day in Brussels on which an award can cover an activity: after the deadline, or where applications are
    decided one by one or by cut-offs, after the opening."""
    at = closes_at if joint and mode is Mode.DEADLINE else opens_at
    return at.astimezone(BRUSSELS).date() + timedelta(days=1)


def is_too_early(activity: Plan, earliest: date) -> bool:
    """Whether it is planned for days, or a whole month, before this day."""
    if activity.starts_on is not None:
        return activity.starts_on < earliest
    return activity.month < earliest.replace(day=1)


def activity_mistakes(activity: Plan, earliest: date = date.min) -> Iterator[Reason]:
    """What is wrong between its fields, and with days before `earliest`."""
    if is_too_early(activity, earliest):
        field = "month" if activity.starts_on is None else "starts_on"
        yield Reason("day_too_early", field, {"first": earliest.isoformat()})
    first, last = activity.starts_on, activity.ends_on
    if first is None or last is None:
        return
    if last < first:
        yield Reason("ends_before_it_starts", "ends_on")
    elif activity.days > (last - first).days + 1:
        yield Reason("more_days_than_that", "days", {"most": str((last - first).days + 1)})


def not_joint(people: Mapping[UUID, int], beneficiaries: Mapping[UUID, str]) -> bool:
    """Whether too few beneficiaries take part; beneficiaries: the code of each party on board."""
    codes = [beneficiaries[party] for party, count in people.items() if count and party in beneficiaries]
    return distinct_beneficiaries(codes) < JOINT


def moved[Item](items: Sequence[Item], item: Item, by: int) -> list[Item]:
    """The same list with one item moved up (by -1) or down (by 1); unchanged at its ends."""
    order = list(items)
    place = order.index(item)
    order.insert(max(0, place + by), order.pop(place))
    return order
