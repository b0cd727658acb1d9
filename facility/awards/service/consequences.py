"""What a decision about money would lead to, shown before it is made: how much comes free or is added, and which
applications on the reserve lists get an award from it."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.awards.service import reserve
from facility.contracts.queries import free_with
from facility.refused import refuse

NOTHING = Decimal("0.00")


class EndsToo(NamedTuple):
    """Something that ends with an award. `what`: what becomes of it, untranslated; `rows`: a SELECT of `label` and `day`."""

    what: str
    rows: str


class Ending(NamedTuple):
    """One of the things that end. `day`: the first on which it takes place."""

    label: str
    day: date


ENDS_TOO: list[EndsToo] = []


def ends_with_the_award(what: str, *, rows: str) -> None:
    """Register what rooms above end when an award ends, so that pages say it before. Mark `what` with N_().

    `rows`: a SELECT of `label` and first `day` of each such thing, over :award_id and :now, without an ORDER BY.
    """
    ENDS_TOO.append(EndsToo(what, rows))


async def what_ends(connection: AsyncConnection, award_id: UUID) -> list[tuple[str, list[Ending]]]:
    """What would end if the award ended now, by what becomes of it (untranslated): one statement."""
    parts = [f"SELECT {n} AS kind, label, day FROM ({kind.rows})" for n, kind in enumerate(ENDS_TOO)]  # noqa: S608
    statement = f"{' UNION ALL '.join(parts)} ORDER BY kind, label"
    endings: dict[str, list[Ending]] = {}
    for row in await connection.execute(text(statement), {"award_id": award_id, "now": clock.now()}):
        endings.setdefault(ENDS_TOO[row.kind].what, []).append(Ending(row.label, row.day))
    return list(endings.items())


class Served(msgspec.Struct, frozen=True):
    """An application on a reserve list that gets an award of this amount, in EUR."""

    application_id: UUID
    reference: str
    title: str
    lead: str
    call: str
    amount: Decimal


class Consequence(msgspec.Struct, frozen=True):
    """In EUR: what can be drawn before (`free`) and what comes to it (`more`); who is served, in this order."""

    free: Decimal
    more: Decimal
    served: tuple[Served, ...]

    @property
    def left(self) -> Decimal:
        """What can be drawn afterwards."""
        return self.free + self.more - sum((award.amount for award in self.served), NOTHING)

    @property
    def fingerprint(self) -> str:
        """Equal for equal consequences. Whoever confirms sends back the one that their page showed."""
        shown = (self.free, self.more, [(award.application_id, award.amount) for award in self.served])
        return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:32]


_AWARD = text(
    """
    SELECT award.application_id, award.call_id, award.envelope_id, award.committed, award.exceptional, envelope.amount
    FROM award JOIN envelope ON envelope.id = award.envelope_id WHERE award.id = :award
    """
)


async def of_withdrawing(
    connection: AsyncConnection, award_id: UUID, at: datetime | None = None
) -> Consequence:
    """If the award were withdrawn at this instant (None: now). Raises Refused (missing)."""
    award = await _award(connection, award_id)
    return await _of_freeing(connection, award, award.committed, award.application_id, at)


async def of_reducing(
    connection: AsyncConnection, award_id: UUID, freed: Decimal, at: datetime | None = None
) -> Consequence:
    """If the award fell by `freed` EUR at this instant (None: now), and went on. Raises Refused (missing)."""
    return await _of_freeing(connection, await _award(connection, award_id), freed, None, at)


async def _award(connection: AsyncConnection, award_id: UUID) -> Row[Any]:
    award = (await connection.execute(_AWARD, {"award": award_id})).first()
    return award or refuse("not_found", kind="missing", what="award")


async def _of_freeing(
    connection: AsyncConnection, award: Row[Any], freed: Decimal, ending: UUID | None, at: datetime | None
) -> Consequence:
    free = await free_with(connection, award.envelope_id, award.amount)
    served = await reserve.plan_after(connection, award, free, freed, ending=ending, at=at or clock.now())
    return Consequence(free, freed, await _served(connection, served))


async def of_enlarging(
    connection: AsyncConnection, envelope_id: UUID, old: Decimal, new: Decimal, at: datetime | None = None
) -> Consequence:
    """If an envelope of `old` EUR held `new` at this instant (None: now): awards can draw more, unless the donors signed no more."""
    before, after = [await free_with(connection, envelope_id, amount) for amount in (old, new)]
    served = await reserve.plan(connection, envelope_id, after, freed=NOTHING, at=at or clock.now())
    return Consequence(before, after - before, await _served(connection, served))


_SERVED = text(
    """
    SELECT application.id AS application_id, application.reference, application.title, institution.name AS lead,
        call.reference AS call, application.requested AS amount
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS one (id, place)
    JOIN application ON application.id = one.id JOIN call ON call.id = application.call_id
    JOIN institution ON institution.id = application.lead_institution_id ORDER BY place
    """
)


async def _served(connection: AsyncConnection, application_ids: list[UUID]) -> tuple[Served, ...]:
    rows = await connection.execute(_SERVED, {"ids": application_ids})
    return tuple(Served(**row._mapping) for row in rows)
