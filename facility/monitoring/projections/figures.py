"""Figures as the log makes them: one step for each kind of event, on plain values, without a database.

The read models apply these steps to rows; the reconcile checks apply them to the whole log from nothing. Those of requests for
expertise stand in `expertise.py`.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.activities.events import (
    ActivityCancelled,
    ActivityCompleted,
    ActivityDaysCorrected,
    ActivityPlanned,
    ActivityPostponed,
    ActivityVerified,
    AttendanceRecorded,
    CompletionUndone,
    EvidenceAttached,
    EvidenceRemoved,
    VerificationUndone,
)
from facility.activities.rules.counting import ActivityView, AwardEnd, AwardLife, counting
from facility.admission.events import ExceptionDecided
from facility.applications.events import ApplicationSubmitted, ApplicationTakenUp, ApplicationWithdrawn
from facility.awards.events.awards import AwardEnded, AwardMade, AwardReduced
from facility.awards.events.decisions import AwardsDecided, ReserveEnded, ReservePlaced
from facility.calls.events import CallClosed, CallCorrected, CallPublished
from facility.contracts.events import (
    AgreementSigned,
    CommitmentChanged,
    CommitmentShared,
    ContractOpened,
    EnvelopeChanged,
    EnvelopeOpened,
)
from facility.events.base import Event, Recorded

NOTHING = Decimal("0.00")
_MICROSECOND = timedelta(microseconds=1)


class Life(msgspec.Struct):
    """An award: made, and perhaps ended."""

    award_id: UUID
    made_at: datetime
    exceptional: bool = False
    ended_at: datetime | None = None
    end_kind: str | None = None


class Unit(msgspec.Struct):
    """An activity as indicator 10.1 sees it."""

    activity_id: UUID
    application_id: UUID
    award_id: UUID
    kind: str
    starts_on: date
    ends_on: date
    year: int
    completed: bool = False
    reported_by: UUID | None = None
    verified_by: UUID | None = None
    evidence: dict[str, int] = {}
    attended: dict[str, int] = {}
    reason: str | None = None


class Share(msgspec.Struct):
    """A donor's part of a contract, in EUR."""

    donor_id: UUID
    contract_id: UUID
    agreed: Decimal
    committed: Decimal = NOTHING


class Purse(msgspec.Struct):
    """An envelope, in EUR."""

    envelope_id: UUID
    contract_id: UUID
    amount: Decimal
    committed: Decimal = NOTHING


class CallSoFar(msgspec.Struct):
    """A published call and what came of it (models.CallFigure)."""

    call_id: UUID
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    published_at: datetime
    closed_at: datetime | None = None
    decided_at: datetime | None = None
    received: int = 0
    withdrawn: int = 0
    awarded: int = 0
    reserve: int = 0
    committed: Decimal = NOTHING
    decided: int = 0
    waited: int = 0
    exceptions_received: int = 0
    exceptions_awarded: int = 0
    exceptions_committed: Decimal = NOTHING


class Handed(msgspec.Struct):
    """An application that was handed in; received_at is None once it is withdrawn before the decision."""

    application_id: UUID
    call_id: UUID
    track: str
    received_at: datetime | None
    withdrawn: bool = False
    decided_at: datetime | None = None


class Joint(msgspec.Struct):
    """Indicator 10.1: activities and awards by id."""

    units: dict[UUID, Unit] = {}
    awards: dict[UUID, Life] = {}


class Money(msgspec.Struct):
    """Shares by donor, purses by envelope."""

    shares: dict[UUID, Share] = {}
    purses: dict[UUID, Purse] = {}


class Calls(msgspec.Struct):
    """Calls and applications by id."""

    calls: dict[UUID, CallSoFar] = {}
    handed: dict[UUID, Handed] = {}


JOINT: tuple[type[Event], ...] = (
    AwardMade,
    AwardEnded,
    ActivityPlanned,
    ActivityPostponed,
    ActivityDaysCorrected,
    ActivityCancelled,
    AttendanceRecorded,
    EvidenceAttached,
    EvidenceRemoved,
    ActivityCompleted,
    ActivityVerified,
    VerificationUndone,
    CompletionUndone,
)


def joint(figures: Joint, recorded: Recorded) -> None:
    """One event of an award or an activity. `settle` says afterwards what counts."""
    match recorded.event:
        case AwardMade() as event:
            figures.awards[event.award_id] = Life(event.award_id, recorded.recorded_at, event.exceptional)
        case AwardEnded() as event:
            life = figures.awards[event.award_id]
            life.ended_at, life.end_kind = recorded.recorded_at, event.how
        case ActivityPlanned() as event:
            figures.units[event.activity_id] = Unit(
                activity_id=event.activity_id,
                application_id=event.application_id,
                award_id=event.award_id,
                kind=event.kind.value,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                year=event.ends_on.year,
            )
        case event:
            _activity(figures.units[event.subject_id], recorded)


def _activity(unit: Unit, recorded: Recorded) -> None:
    match recorded.event:
        case (
            ActivityPostponed(starts_on=first, ends_on=last)
            | ActivityDaysCorrected(starts_on=first, ends_on=last)
        ):
            unit.starts_on, unit.ends_on, unit.year = first, last, last.year
        case AttendanceRecorded(present=present):
            unit.attended = dict(sorted(present.items()))
        case EvidenceAttached(kind=kind):
            unit.evidence[kind] = unit.evidence.get(kind, 0) + 1
        case EvidenceRemoved(kind=kind):
            unit.evidence[kind] -= 1
        case ActivityCompleted():
            unit.completed, unit.reported_by = True, recorded.actor_id
        case ActivityVerified():
            unit.verified_by = recorded.actor_id
        case VerificationUndone():
            unit.verified_by = None
        case CompletionUndone():
            unit.completed, unit.reported_by = False, None


def settle(figures: Joint) -> None:
    """Judge every unit."""
    for unit in figures.units.values():
        unit.reason = judge(unit, figures.awards.get(unit.award_id))


def judge(unit: Unit, life: Life | None) -> str | None:
    """None where the activity counts for indicator 10.1, else the first reason why it does not."""
    end = AwardEnd(life.end_kind) if life and life.end_kind else None
    return counting(
        ActivityView(
            start=unit.starts_on,
            award=AwardLife(life.made_at, life.ended_at, end, life.exceptional) if life else None,
            completed=unit.completed,
            evidence=frozenset(kind for kind, pieces in unit.evidence.items() if pieces),
            reported_by=str(unit.reported_by),
            verified_by=str(unit.verified_by) if unit.verified_by else None,
            attended=unit.attended,
        )
    )


MONEY: tuple[type[Event], ...] = (
    ContractOpened,
    AgreementSigned,
    EnvelopeOpened,
    EnvelopeChanged,
    CommitmentChanged,
    CommitmentShared,
)


def money(figures: Money, recorded: Recorded) -> None:
    """One event of a contract or an envelope."""
    match recorded.event:
        case ContractOpened(contract_id=contract, by_donor=agreed):
            for donor, amount in agreed.items():
                figures.shares[UUID(donor)] = Share(UUID(donor), contract, amount)
        case AgreementSigned(by_donor=agreed):
            for donor, amount in agreed.items():
                figures.shares[UUID(donor)].agreed = amount
        case EnvelopeOpened(envelope_id=envelope, contract_id=contract, amount=amount):
            figures.purses[envelope] = Purse(envelope, contract, amount)
        case EnvelopeChanged(envelope_id=envelope, new=amount):
            figures.purses[envelope].amount = amount
        case CommitmentChanged() as event:
            figures.purses[event.envelope_id].committed += event.new - event.old
            for donor, amount in event.by_donor.items():
                figures.shares[UUID(donor)].committed += amount
        case CommitmentShared(by_donor=booked):
            for donor, amount in booked.items():
                figures.shares[UUID(donor)].committed += amount


CALLS: tuple[type[Event], ...] = (
    CallPublished,
    CallCorrected,
    CallClosed,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ApplicationTakenUp,
    ExceptionDecided,
    AwardsDecided,
    AwardMade,
    AwardEnded,
    AwardReduced,
    ReservePlaced,
    ReserveEnded,
)


def calls(figures: Calls, recorded: Recorded) -> None:
    """One event of a call, an application or an award."""
    match recorded.event:
        case CallPublished() as event:
            figures.calls[event.call_id] = CallSoFar(
                event.call_id, event.opens_at, event.closes_at, event.amount, recorded.recorded_at
            )
        case CallCorrected(call_id=call, closes_at=closes_at, amount=amount):
            figures.calls[call].closes_at, figures.calls[call].amount = closes_at, amount
        case CallClosed(call_id=call):
            figures.calls[call].closed_at = recorded.due_at
        case AwardsDecided() as event:
            figures.calls[event.call_id].decided_at = recorded.recorded_at
            for key in (*event.awarded, *event.reserve, *event.not_funded):
                _answered(figures, key, recorded.recorded_at)
        case AwardMade(exceptional=True, call_id=call, amount=amount):
            figures.calls[call].exceptions_awarded += 1
            figures.calls[call].exceptions_committed += amount
        case (
            AwardEnded(exceptional=True, call_id=call, freed=freed)
            | AwardReduced(exceptional=True, call_id=call, freed=freed)
        ):
            figures.calls[call].exceptions_committed -= freed
        case AwardMade(call_id=call, amount=amount):
            figures.calls[call].awarded += 1
            figures.calls[call].committed += amount
        case AwardEnded(call_id=call, freed=freed) | AwardReduced(call_id=call, freed=freed):
            figures.calls[call].committed -= freed
        case ReservePlaced(call_id=call):
            figures.calls[call].reserve += 1
        case ReserveEnded(call_id=call):
            figures.calls[call].reserve -= 1
        case event:
            _application(figures, event, recorded.recorded_at)


def _application(figures: Calls, event: Event, at: datetime) -> None:
    match event:
        case ApplicationSubmitted():
            before = figures.handed.get(event.application_id)
            handed = Handed(event.application_id, event.call_id, event.track, event.received_at)
            figures.handed[event.application_id] = handed
            if before is None or before.received_at is None:
                _count(figures, handed, received=1)
        case ApplicationWithdrawn(application_id=key):
            if (application := figures.handed.get(key)) and application.received_at is not None:
                application.received_at, application.withdrawn = None, True
                _count(figures, application, received=-1, withdrawn=1)
        case ApplicationTakenUp(application_id=key):
            if (application := figures.handed.get(key)) and application.withdrawn:
                application.withdrawn = False
                _count(figures, application, withdrawn=-1)
        case ExceptionDecided(application_id=key):
            _answered(figures, key, at)


def _count(figures: Calls, application: Handed, *, received: int = 0, withdrawn: int = 0) -> None:
    """Among the applications that compete, or apart: so many more are received, or withdrawn."""
    call = figures.calls[application.call_id]
    if application.track == "exception":
        call.exceptions_received += received
    else:
        call.received += received
        call.withdrawn += withdrawn


def _answered(figures: Calls, key: UUID, at: datetime) -> None:
    application = figures.handed.get(key)
    if application is None or application.received_at is None or application.decided_at is not None:
        return
    application.decided_at = at
    call = figures.calls[application.call_id]
    call.decided += 1
    call.waited += (at - application.received_at) // _MICROSECOND
