"""What `facility reconcile` looks at in the figures: state rows, the log and the read models say the same.

A backlog is no error: a read model is compared with the log up to its own position, the state with the whole of it.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities.queries.counting import counting_of
from facility.events.base import Event, Recorded
from facility.events.log import to_recorded
from facility.events.models import EventRow
from facility.events.projector import positions
from facility.events.reconcile import check, read_ahead
from facility.monitoring.models import READ_MODELS
from facility.monitoring.projections import expertise, figures
from facility.monitoring.projections.read_models import (
    CALL_FIGURES,
    HANDED,
    HEADLINE_EVENTS,
    LIVES,
    PURSES,
    REQUEST_FIGURES,
    SHARES,
    UNITS,
)
from facility.monitoring.projections.rows import load


async def _events_in_order(
    connection: AsyncConnection, kinds: Iterable[type[Event]], until: int | None = None
) -> AsyncIterator[Recorded]:
    """The events of these kinds in the order of the log: up to this position, or all; those without a number yet come
    last."""
    query = (
        select(EventRow.__table__)
        .where(EventRow.kind.in_([kind.__name__ for kind in kinds]))
        .order_by(EventRow.position.nulls_last(), EventRow.seq)
    )
    if until is not None:
        query = query.where(EventRow.position <= until)
    async for portion in read_ahead(connection, query):
        for row in portion:
            yield to_recorded(row)


async def _figures_from_log[Figures](
    connection: AsyncConnection,
    model: int,
    kinds: Iterable[type[Event]],
    known: Figures,
    add: Callable[[Figures, Recorded], None],
) -> Figures:
    """What the log makes of a read model, up to the position that this has reached."""
    async for recorded in _events_in_order(
        connection, kinds, (await positions(connection))[READ_MODELS[model]]
    ):
        add(known, recorded)
    return known


async def _differences(
    connection: AsyncConnection, table: Table, expected: dict[UUID, Any], kind: type[msgspec.Struct]
) -> list[str]:
    """Rows of a read model that are not what the log makes of them."""
    stored = await load(connection, table, kind)
    return [
        f"{table.name} {key}: not what the log says"
        for key in sorted(expected.keys() | stored.keys())
        if expected.get(key) != stored.get(key)
    ]


@check("monitoring: indicator 10.1")
async def indicator(connection: AsyncConnection) -> list[str]:
    """What counts by the state rows is what counts by the log, and the read model is the log up to its position."""
    position = (await positions(connection))[READ_MODELS[0]]
    whole, known = figures.Joint(), figures.Joint()
    async for recorded in _events_in_order(connection, figures.JOINT):
        figures.joint(whole, recorded)
        if recorded.position is not None and recorded.position <= position:
            figures.joint(known, recorded)
    for joint in (whole, known):
        figures.settle(joint)
    state = await counting_of(connection)
    log = {key: unit.reason for key, unit in whole.units.items()}
    wrong = [
        f"activity {key}: {_verdict(state, key)} by its rows, {_verdict(log, key)} by the log"
        for key in sorted(state.keys() | log.keys())
        if state.get(key, "") != log.get(key, "")
    ]
    wrong += await _differences(connection, UNITS, known.units, figures.Unit)
    return wrong + await _differences(connection, LIVES, known.awards, figures.Life)


def _verdict(verdicts: dict[UUID, str | None], key: UUID) -> str:
    return (verdicts[key] or "counts") if key in verdicts else "missing"


@check("monitoring: money")
async def money(connection: AsyncConnection) -> list[str]:
    """The read model is the log up to its position, and its commitments are the ledger up to there."""
    position = (await positions(connection))[READ_MODELS[1]]
    known = await _figures_from_log(connection, 1, figures.MONEY, figures.Money(), figures.money)
    wrong = await _differences(connection, SHARES, known.shares, figures.Share)
    wrong += await _differences(connection, PURSES, known.purses, figures.Purse)
    shares = await load(connection, SHARES, figures.Share)
    purses = await load(connection, PURSES, figures.Purse)
    by_source = [("donor", {k: share.committed for k, share in shares.items()})]
    by_source.append(("envelope", {k: purse.committed for k, purse in purses.items()}))
    for what, committed in by_source:
        booked = await _booked(connection, what, position)
        wrong += [
            f"{what} {key}: EUR {committed.get(key)} committed by the read model, EUR {booked.get(key, 0)} booked"
            for key in sorted(committed.keys() | booked.keys())
            if committed.get(key) != booked.get(key, Decimal(0))
        ]
    return wrong


async def _booked(connection: AsyncConnection, what: str, position: int) -> dict[UUID, Decimal]:
    """Sums of the ledger by donor or by envelope, of the bookings whose events are numbered up to this position."""
    column = {"donor": "donor_id", "envelope": "envelope_id"}[what]
    rows = await connection.execute(
        text(
            f"""
            SELECT {column} AS key, sum(amount) AS booked
            FROM ledger_entry JOIN event ON event.id = ledger_entry.event_id
            WHERE event.position <= :position GROUP BY {column}
            """  # noqa: S608 - one of two names of ours
        ),
        {"position": position},
    )
    return {row.key: row.booked for row in rows}


@check("monitoring: calls and applications")
async def calls(connection: AsyncConnection) -> list[str]:
    """The read model is the log up to its position."""
    known = await _figures_from_log(connection, 2, figures.CALLS, figures.Calls(), figures.calls)
    wrong = await _differences(connection, CALL_FIGURES, known.calls, figures.CallSoFar)
    return wrong + await _differences(connection, HANDED, known.handed, figures.Handed)


@check("monitoring: requests for expertise")
async def requests(connection: AsyncConnection) -> list[str]:
    """By the log as many seats have a yes as by the invitations, and the read model is the log up to its position."""
    whole = expertise.Requests()
    async for recorded in _events_in_order(connection, expertise.REQUESTS):
        expertise.requests(whole, recorded)
    state = {row.deployment_id: row.accepted for row in await connection.execute(_ACCEPTED)}
    wrong = [
        f"request {key}: {state.get(key, 0)} seats filled by its invitations, {request.accepted} by the log"
        for key, request in sorted(whole.requests.items())
        if state.get(key, 0) != request.accepted
    ]
    known = await _figures_from_log(
        connection, 3, expertise.REQUESTS, expertise.Requests(), expertise.requests
    )
    return wrong + await _differences(connection, REQUEST_FIGURES, known.requests, expertise.Request)


_ACCEPTED = text(
    "SELECT deployment_id, count(*) AS accepted FROM invitation WHERE outcome = 'accepted' GROUP BY deployment_id"
)


@check("monitoring: headlines")
async def headlines(connection: AsyncConnection) -> list[str]:
    """Every event that is told stands there once, up to the read model's position."""
    headlines = {
        "kinds": [kind.__name__ for kind in HEADLINE_EVENTS],
        "position": (await positions(connection))[READ_MODELS[4]],
    }
    rows = await connection.execute(_DIFFERENT_HEADLINES, headlines)
    return [f"headline {row.position}: missing or not in the log" for row in rows]


_DIFFERENT_HEADLINES = text(
    """
    SELECT coalesce(told.position, headline.position) AS position
    FROM (SELECT position FROM event WHERE kind = ANY (CAST(:kinds AS text[])) AND position <= :position) AS told
    FULL JOIN headline USING (position)
    WHERE told.position IS NULL OR headline.position IS NULL ORDER BY 1
    """
)
