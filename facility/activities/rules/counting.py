"""What counts for indicator 10.1 as a joint activity (scenarios/README, indicator_10_1; dossier 9)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.awards.rules.awards import stands
from facility.refused import refuse
from facility.zone import brussels_midnight

NEEDED_EVIDENCE = frozenset({"agenda", "attendance_list", "report"})


JOINT_BENEFICIARIES = 2
"""From so many Western Balkans beneficiaries people must have come, whatever the call's minimum."""


class ActivityStatus(StrEnum):
    """postponed is planned for other days; verified is completed and confirmed by a second person."""

    PLANNED = "planned"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    VERIFIED = "verified"


class AwardEnd(StrEnum):
    """How an award ended."""

    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"


class AwardLife(msgspec.Struct, frozen=True):
    """When an application's award was made, and when and how it ended (UTC). exceptional: on an approved exception."""

    made_at: datetime
    ended_at: datetime | None = None
    end: AwardEnd | None = None
    exceptional: bool = False


class ActivityView(msgspec.Struct, frozen=True):
    """What counting looks at; attended: people present by beneficiary code; persons as opaque keys."""

    start: date
    award: AwardLife | None
    completed: bool
    evidence: frozenset[str]
    reported_by: str
    verified_by: str | None
    attended: dict[str, int]


def standing(award: AwardLife | None, at: datetime) -> bool:
    """Whether the award stands at this instant, after all that happens at it."""
    return award is not None and award.made_at <= at and stands(award.ended_at, at)


def funded(start: date, award: AwardLife | None) -> bool:
    """Whether a standing award bore the activity as its first day began in Brussels, and was not lost later.

    Closed afterwards is fine; withdrawn or ineligible afterwards is not.
    """
    if award is None or not standing(award, brussels_midnight(start)):
        return False
    return award.end in (None, AwardEnd.CLOSED)


def is_joint(attended: Mapping[str, int]) -> bool:
    """Whether people from at least two Western Balkans beneficiaries were present."""
    return (
        distinct_beneficiaries(code for code, people in attended.items() if people > 0) >= JOINT_BENEFICIARIES
    )


def counting(activity: ActivityView) -> str | None:
    """None if the activity counts for indicator 10.1, else the first reason why it doesn't."""
    if not funded(activity.start, activity.award):
        return "not_funded"
    if activity.award is not None and activity.award.exceptional:
        return "exceptional"
    if not activity.completed:
        return "not_completed"
    if not activity.evidence >= NEEDED_EVIDENCE:
        return "missing_evidence"
    if activity.verified_by is None or activity.verified_by == activity.reported_by:
        return "not_verified"
    if not is_joint(activity.attended):
        return "too_few_beneficiaries_attended"
    return None


def has_evidence(kinds: Collection[str]) -> None:
    """Agenda, attendance list and report must be there before anybody verifies (Refused: "missing_evidence")."""
    if missing := sorted(NEEDED_EVIDENCE.difference(kinds)):
        refuse("missing_evidence", missing=", ".join(missing))
