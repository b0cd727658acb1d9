"""What the awards read about money and places, from state rows."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from facility.applications.models import Application
from facility.applications.rules import still_eligible
from facility.awards.models import Award, ReserveEntry, ReserveState
from facility.awards.rules import Request, Waiting
from facility.calls.models import Call
from facility.contracts.models import Envelope
from facility.evaluation.queries import Reader, on_board


def committed_by_call() -> ScalarSelect[Decimal]:
    """What the awards of the row's call commit, in EUR (closed ones at their final cost)."""
    return (
        select(func.coalesce(func.sum(Award.committed), Decimal(0)))
        .where(Award.call_id == Call.id)
        .correlate(Call)
        .scalar_subquery()
    )


def _free() -> ColumnElement[Decimal]:
    return func.least(Call.amount - committed_by_call(), Envelope.amount - Envelope.committed)


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
    reader: Reader, envelope_id: UUID, *, first: UUID | None, freed: Decimal, leaving: UUID | None
) -> list[Waiting]:
    """The reserve lists of the decided calls on the envelope, in the order in which they are served.

    `freed` EUR are on their way back to the call `first`. An application that has lost its beneficiaries is passed
    over; its place is about to end.
    """
    rows = (
        await reader.execute(
            select(
                ReserveEntry.application_id,
                ReserveEntry.requested,
                Call.id.label("call_id"),
                Call.min_beneficiaries,
                Call.skip_unaffordable,
                (Call.amount - committed_by_call()).label("left"),
            )
            .join(Call, Call.id == ReserveEntry.call_id)
            .where(Call.envelope_id == envelope_id, ReserveEntry.state == ReserveState.WAITING)
            .order_by(Call.id != first, Call.decided_at, Call.reference, ReserveEntry.place)
        )
    ).all()
    codes = await on_board(reader, [row.application_id for row in rows])
    lists: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        if row.application_id != leaving and still_eligible(
            codes.get(row.application_id, ()), row.min_beneficiaries
        ):
            lists[row.call_id].append(row)
    return [_waiting(rows, freed if call_id == first else Decimal(0)) for call_id, rows in lists.items()]


def _waiting(rows: list[Any], freed: Decimal) -> Waiting:
    return Waiting(
        call_id=rows[0].call_id,
        left=rows[0].left + freed,
        skip_unaffordable=rows[0].skip_unaffordable,
        requests=tuple(Request(str(row.application_id), row.requested) for row in rows),
    )


async def application_ids(reader: Reader, call_id: UUID) -> list[UUID]:
    """Every application of the call, whatever its state."""
    return list(
        (await reader.execute(select(Application.id).where(Application.call_id == call_id))).scalars()
    )
