"""Read models behind the Commission's page. Each loads the rows that a batch touches, takes its steps, writes them back."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities.events import (
    ActivityCancelled,
    ActivityCompleted,
    ActivityPlanned,
    ActivityVerified,
    CompletionUndone,
    VerificationUndone,
)
from facility.admission.events import ExceptionDecided
from facility.awards.events.awards import AwardEnded, AwardMade, AwardReduced
from facility.awards.events.decisions import AwardsDecided
from facility.calls.events import CallCancelled, CallClosed, CallCorrected, CallPublished
from facility.contracts.events import (
    AgreementSigned,
    CommitmentChanged,
    CommitmentShared,
    EnvelopeChanged,
    EnvelopeOpened,
)
from facility.deployments.events.requests import (
    ExpertiseRequested,
    InvitationAccepted,
    ListExhausted,
)
from facility.events.base import Event, Recorded, kind_of
from facility.events.projector import projection
from facility.monitoring.models import (
    READ_MODELS,
    ApplicationFigure,
    AwardLifeFigure,
    CallFigure,
    EnvelopeFigure,
    Headline,
    JointActivity,
    MoneyFigure,
    RequestFigure,
)
from facility.monitoring.projections import expertise, figures
from facility.monitoring.projections.figures import CALLS, JOINT, MONEY
from facility.monitoring.projections.rows import load, save, table_of

UNITS, LIVES = table_of(JointActivity), table_of(AwardLifeFigure)
SHARES, PURSES = table_of(MoneyFigure), table_of(EnvelopeFigure)
CALL_FIGURES, HANDED = table_of(CallFigure), table_of(ApplicationFigure)
REQUEST_FIGURES = table_of(RequestFigure)
HEADLINES = table_of(Headline)

HEADLINE_EVENTS: tuple[type[Event], ...] = (
    CallPublished,
    CallCorrected,
    CallCancelled,
    CallClosed,
    AwardsDecided,
    AwardMade,
    AwardEnded,
    AwardReduced,
    ExceptionDecided,
    EnvelopeOpened,
    EnvelopeChanged,
    ExpertiseRequested,
    InvitationAccepted,
    ListExhausted,
    ActivityPlanned,
    ActivityCancelled,
    ActivityCompleted,
    ActivityVerified,
    VerificationUndone,
    CompletionUndone,
)
"""What the Commission's page tells of as it happens. What comes in before a call closes is not among it."""


@projection(READ_MODELS[0], tables=[UNITS, LIVES], follows=JOINT)
async def indicator(connection: AsyncConnection, events: Sequence[Recorded]) -> None:
    """Indicator 10.1: one row for each activity, with what counting looks at and whether it counts."""
    ended = {r.event.award_id for r in events if isinstance(r.event, AwardEnded)}
    touched = {r.event.subject_id for r in events if r.event.subject == "activity"}
    if ended:
        query = select(UNITS.c.activity_id).where(UNITS.c.award_id.in_(ended))
        touched |= set((await connection.execute(query)).scalars())
    units = await load(connection, UNITS, figures.Unit, touched)
    awards = {unit.award_id for unit in units.values()} | ended
    awards |= {r.event.award_id for r in events if isinstance(r.event, ActivityPlanned)}
    state = figures.Joint(units, await load(connection, LIVES, figures.Life, awards))
    for recorded in events:
        figures.joint(state, recorded)
    figures.settle(state)
    await save(connection, LIVES, state.awards.values())
    await save(connection, UNITS, state.units.values())


@projection(READ_MODELS[1], tables=[SHARES, PURSES], follows=MONEY)
async def money(connection: AsyncConnection, events: Sequence[Recorded]) -> None:
    """What each donor agreed to and what is committed, and the same of each envelope."""
    donors: set[UUID] = set()
    envelopes: set[UUID] = set()
    for recorded in events:
        match recorded.event:
            case AgreementSigned(by_donor=by_donor) | CommitmentShared(by_donor=by_donor):
                donors |= set(map(UUID, by_donor))
            case CommitmentChanged() as event:
                donors |= set(map(UUID, event.by_donor))
                envelopes.add(event.envelope_id)
            case EnvelopeChanged(envelope_id=envelope):
                envelopes.add(envelope)
    state = figures.Money(
        await load(connection, SHARES, figures.Share, donors),
        await load(connection, PURSES, figures.Purse, envelopes),
    )
    for recorded in events:
        figures.money(state, recorded)
    await save(connection, SHARES, state.shares.values())
    await save(connection, PURSES, state.purses.values())


@projection(READ_MODELS[2], tables=[CALL_FIGURES, HANDED], follows=CALLS)
async def calls(connection: AsyncConnection, events: Sequence[Recorded]) -> None:
    """Calls and the applications that came in, and how long these waited for their answer."""
    applications: set[UUID] = set()
    for recorded in events:
        match recorded.event:
            case AwardsDecided() as event:
                applications.update(event.awarded, event.reserve, event.not_funded)
            case event if event.subject == "application":
                applications.add(event.subject_id)
    handed = await load(connection, HANDED, figures.Handed, applications)
    touched = {key for r in events if (key := getattr(r.event, "call_id", None))}
    touched |= {application.call_id for application in handed.values()}
    state = figures.Calls(await load(connection, CALL_FIGURES, figures.CallSoFar, touched), handed)
    for recorded in events:
        figures.calls(state, recorded)
    await save(connection, CALL_FIGURES, state.calls.values())
    await save(connection, HANDED, state.handed.values())


@projection(READ_MODELS[3], tables=[REQUEST_FIGURES], follows=expertise.REQUESTS)
async def requests(connection: AsyncConnection, events: Sequence[Recorded]) -> None:
    """Requests for expertise, from the request to the first yes."""
    touched = {recorded.event.subject_id for recorded in events}
    state = expertise.Requests(await load(connection, REQUEST_FIGURES, expertise.Request, touched))
    for recorded in events:
        expertise.requests(state, recorded)
    await save(connection, REQUEST_FIGURES, state.requests.values())


@projection(READ_MODELS[4], tables=[HEADLINES], follows=HEADLINE_EVENTS)
async def headlines(connection: AsyncConnection, events: Sequence[Recorded]) -> None:
    """What happened, one row for each event that is told."""
    await connection.execute(
        _TELL,
        {
            "position": [recorded.position for recorded in events],
            "kind": [kind_of(recorded.event) for recorded in events],
            "at": [recorded.recorded_at for recorded in events],
            "subject": [recorded.event.subject for recorded in events],
            "subject_id": [recorded.event.subject_id for recorded in events],
            "data": [msgspec.json.encode(recorded.event).decode() for recorded in events],
        },
    )


# Columns as arrays: a batch is one statement, and not one for each event.
_TELL = text(
    """
    INSERT INTO headline (position, kind, at, subject, subject_id, data)
    SELECT * FROM unnest(CAST(:position AS bigint[]), CAST(:kind AS text[]), CAST(:at AS timestamptz[]),
        CAST(:subject AS text[]), CAST(:subject_id AS uuid[]), CAST(:data AS jsonb[]))
    """
)
