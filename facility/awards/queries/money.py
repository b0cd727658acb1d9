"""What the awards read about money and places, from state rows."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, ScalarSelect, Select, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from facility.applications.models.application import Application
from facility.applications.models.carry_over import CarryOver
from facility.applications.rules.parties import enough_beneficiaries
from facility.applications.rules.status import ApplicationStatus
from facility.awards.models.award import Award
from facility.awards.models.decision import ReserveEntry, ReserveState
from facility.awards.models.offer import OfferState, PartialOffer
from facility.awards.rules.money_line import Request
from facility.awards.rules.reserve import ReserveList
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.contracts.models import FREE, Envelope
from facility.evaluation.queries.standing import Reader, on_board
from facility.zone import BRUSSELS


def committed_by_call() -> ScalarSelect[Decimal]:
    """What the awards of the row's call commit, in EUR (closed ones at their final cost), exceptions apart; of all batches of its series."""
    sharing = aliased(Call)
    own = select(sharing.id).where(
        (sharing.id == Call.id) | (sharing.series_id == Call.series_id) | (sharing.series_id == Call.id)
    )
    return (
        select(func.coalesce(func.sum(Award.committed), Decimal(0)))
        .where(Award.call_id.in_(own.correlate(Call)), ~Award.exceptional)
        .correlate(Call)
        .scalar_subquery()
    )


def held_by_call() -> ScalarSelect[Decimal]:
    """What is held for open offers of the row's call, in EUR, or of all batches of its series."""
    sharing = aliased(Call)
    own = select(sharing.id).where(
        (sharing.id == Call.id) | (sharing.series_id == Call.series_id) | (sharing.series_id == Call.id)
    )
    return (
        select(func.coalesce(func.sum(PartialOffer.amount), Decimal(0)))
        .where(PartialOffer.call_id.in_(own.correlate(Call)), PartialOffer.state == OfferState.OPEN)
        .correlate(Call)
        .scalar_subquery()
    )


def _free() -> ColumnElement[Decimal]:
    return func.least(Call.amount - committed_by_call() - held_by_call(), literal_column(FREE, Numeric))


async def free_money(reader: Reader, call_id: UUID) -> Decimal:
    """What an award of the call may draw, in EUR: what is left of the call's amount, and free in its envelope."""
    query = (
        select(_free())
        .select_from(Call)
        .join(Envelope, Envelope.id == Call.envelope_id)
        .where(Call.id == call_id)
    )
    free: Decimal = (await reader.execute(query)).scalar_one()
    return max(free, Decimal("0.00"))


async def waiting_lists(
    reader: Reader,
    envelope_id: UUID,
    *,
    first: UUID | None,
    freed: Decimal,
    leaving: UUID | None,
    at: datetime,
) -> list[ReserveList]:
    """The reserve lists of the decided calls on the envelope that are valid at this instant, in the order in which they are served.

    `freed` EUR are on their way back to the call `first`. An application that has lost its beneficiaries is passed
    over; its place is about to end. Of what a part is offered to, that is held for it: it needs the rest.
    """
    rows = (await reader.execute(_waiting_on(envelope_id, first, at))).all()
    codes = await on_board(reader, [row.application_id for row in rows])
    lists: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        if row.application_id != leaving and enough_beneficiaries(
            codes.get(row.application_id, ()), row.min_beneficiaries
        ):
            lists[row.call_id].append(row)
    shared = await _pot(reader, first)
    return [
        _waiting(waiting, freed if waiting[0].pot == shared else Decimal(0)) for waiting in lists.values()
    ]


def _waiting_on(envelope_id: UUID, first: UUID | None, at: datetime) -> Select[*tuple[Any, ...]]:
    """What waits on the envelope, list by list, and of each by its place."""
    return (
        select(
            ReserveEntry.application_id,
            ReserveEntry.requested,
            Call.id.label("call_id"),
            func.coalesce(Call.series_id, Call.id).label("pot"),
            Call.min_beneficiaries,
            Call.skip_unaffordable,
            (Call.amount - committed_by_call() - held_by_call()).label("left"),
            func.coalesce(PartialOffer.amount, Decimal(0)).label("held"),
        )
        .join(Call, Call.id == ReserveEntry.call_id)
        .outerjoin(
            PartialOffer,
            (PartialOffer.application_id == ReserveEntry.application_id)
            & (PartialOffer.state == OfferState.OPEN),
        )
        .where(
            Call.envelope_id == envelope_id,
            ReserveEntry.state == ReserveState.WAITING,
            or_(
                ReserveEntry.valid_until.is_(None),
                ReserveEntry.valid_until >= at.astimezone(BRUSSELS).date(),
            ),
        )
        .order_by(Call.id != first, Call.decided_at, Call.reference, ReserveEntry.place)
    )


async def _pot(reader: Reader, call_id: UUID | None) -> UUID | None:
    """The call whose amount this one shares: its series, or itself."""
    query = select(func.coalesce(Call.series_id, Call.id)).where(Call.id == call_id)
    shared_with: UUID | None = (await reader.execute(query)).scalar()
    return shared_with


def _waiting(rows: list[Any], freed: Decimal) -> ReserveList:
    return ReserveList(
        call_id=rows[0].call_id,
        pot=rows[0].pot,
        left=rows[0].left + freed,
        skip_unaffordable=rows[0].skip_unaffordable,
        requests=tuple(Request(str(row.application_id), row.requested - row.held) for row in rows),
    )


async def application_ids(reader: Reader, call_id: UUID) -> list[UUID]:
    """Every application of the call, whatever its state."""
    return list(
        (await reader.execute(select(Application.id).where(Application.call_id == call_id))).scalars()
    )


async def earlier_batch_open(reader: Reader, call: Call) -> bool:
    """Whether an earlier batch of the call's rolling series still has something to decide."""
    if call.mode != Mode.ROLLING:
        return False
    earlier = select(Call.id).where(
        Call.series_id == call.series_id, Call.batch < call.batch, Call.decided_at.is_(None)
    )
    query = select(Application.id).where(
        Application.call_id.in_(earlier),
        Application.track == "joint",
        Application.received_at.is_not(None),
        Application.status != ApplicationStatus.WITHDRAWN,
    )
    return (await reader.execute(query.limit(1))).scalar() is not None


async def may_be_carried(reader: Reader, call_id: UUID) -> frozenset[UUID]:
    """The call's applications that the next batch of its rolling series may rank once more: those that never were
    carried over. None in the last batch, and in any other call."""
    following = aliased(Call)
    later = select(following.id).where(
        following.series_id == Call.series_id, following.batch == Call.batch + 1, Call.mode == Mode.ROLLING
    )
    carried = select(CarryOver.application_id).where(CarryOver.application_id == Application.id)
    query = (
        select(Application.id)
        .join(Call, Call.id == Application.call_id)
        .where(Application.call_id == call_id, later.exists(), ~carried.exists())
    )
    return frozenset((await reader.execute(query)).scalars())


async def carried_to(reader: Reader, call_id: UUID) -> dict[UUID, str]:
    """What the decided batch carried over, with the reference of the batch that it went to."""
    query = (
        select(CarryOver.application_id, Call.reference)
        .join(Call, Call.id == CarryOver.to_call_id)
        .where(CarryOver.from_call_id == call_id)
    )
    return {row.application_id: row.reference for row in await reader.execute(query)}
