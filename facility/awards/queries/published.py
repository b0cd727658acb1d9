"""The public list of awards: what anybody may read of whom the facility supports (Regulation (EU, Euratom) 2024/2509, Article 38).

An award stands in it from its signature, with the subject that somebody here has entered for it; nothing that an applicant wrote
is read. What was withdrawn, lost or withheld leaves no trace in any of these reads, in their counts neither.
"""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.parties import TAKES_PART_SQL
from facility.awards.models.award import PUBLISHED_SQL
from facility.awards.models.offer import REQUESTED_SQL
from facility.db import Database

PAGE, BATCH = 25, 500


class Taker(msgspec.Struct, frozen=True):
    """An institution that takes part, with its beneficiary."""

    institution: str
    beneficiary_code: str
    beneficiary: str


class Published(msgspec.Struct, frozen=True):
    """An award in the public list. amount in EUR: what is committed, and of a completed award what it cost in the end. call: a batch
    goes by the reference of its series. requested: in EUR, where only a part of it was awarded."""

    id: UUID
    call: str
    call_title: str
    subject: str
    signed_on: date
    amount: Decimal
    state: str
    lead: Taker
    partners: list[Taker]
    requested: Decimal | None


class Narrowed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a visitor asks of the list; empty: whatever it is. beneficiary: whose institutions take part."""

    call: str = ""
    beneficiary: str = ""


EVERYTHING = Narrowed()
_TAKERS = """SELECT json_agg(json_build_object('institution', institution.name, 'beneficiary_code', beneficiary.code,
        'beneficiary', beneficiary.name) ORDER BY party.position)
    FROM party JOIN institution ON institution.id = party.institution_id
    JOIN beneficiary ON beneficiary.code = party.beneficiary_code
    WHERE party.application_id = award.application_id"""
_FROM = f"""FROM award JOIN award_signature ON award_signature.award_id = award.id JOIN call ON call.id = award.call_id
    LEFT JOIN call AS series ON series.id = call.series_id
    WHERE {PUBLISHED_SQL} AND (:call = '' OR coalesce(series.reference, call.reference) = :call)
        AND (:beneficiary = '' OR EXISTS (SELECT FROM party WHERE party.application_id = award.application_id
            AND party.beneficiary_code = :beneficiary AND {TAKES_PART_SQL}))"""
_LINES = text(
    f"""
    SELECT award.id, coalesce(series.reference, call.reference) AS call, coalesce(series.title, call.title) AS call_title,
        award_signature.subject, signed_on, award.committed AS amount,
        CASE WHEN award.end_kind IS NULL THEN 'running' ELSE 'completed' END AS state, {REQUESTED_SQL} AS requested,
        CAST(({_TAKERS} AND party.is_lead) AS text) AS lead, CAST(({_TAKERS} AND NOT party.is_lead AND {TAKES_PART_SQL}) AS text) AS partners
    {_FROM}
        AND (CAST(:before AS uuid) IS NULL OR (signed_on, award.id) < (
            coalesce(CAST(:on AS date), (SELECT signed_on FROM award_signature WHERE award_id = :before)), :before))
    ORDER BY signed_on DESC, award.id DESC LIMIT :limit
    """  # noqa: S608 - our own text
)
_takers = msgspec.json.Decoder(list[Taker])


async def published(
    connection: AsyncConnection,
    narrowed: Narrowed = EVERYTHING,
    *,
    before: UUID | None = None,
    on: date | None = None,
    limit: int = PAGE,
) -> tuple[list[Published], UUID | None]:
    """A page of the list, the latest signature first, and the award before which the next page begins: one statement. `on`: the day
    of `before`, where it is known."""
    about = {"before": before, "on": on, "limit": limit + 1, "call": narrowed.call}
    rows = await connection.execute(_LINES, {**about, "beneficiary": narrowed.beneficiary})
    lines = [_line(row) for row in rows]
    return lines[:limit], lines[limit - 1].id if len(lines) > limit else None


def _line(row: Any) -> Published:
    takers = {"lead": _takers.decode(row.lead)[0], "partners": _takers.decode(row.partners or "[]")}
    return Published(**{**row._mapping, **takers})


async def all_published(db: Database, narrowed: Narrowed = EVERYTHING) -> AsyncIterator[list[Published]]:
    """The whole list in batches, each read on its own, since whoever loads it may be slow."""
    before, on = None, None
    while True:
        async with db.reader() as connection:
            lines, before = await published(connection, narrowed, before=before, on=on, limit=BATCH)
        yield lines
        if before is None:
            return
        on = lines[-1].signed_on


class Sums(msgspec.Struct, frozen=True):
    """How many awards there are, and their amounts together in EUR."""

    count: int
    amount: Decimal


_SUMS = text(f"SELECT count(*) AS count, coalesce(sum(award.committed), 0.00) AS amount {_FROM}")


async def sums(connection: AsyncConnection, narrowed: Narrowed = EVERYTHING) -> Sums:
    """Of all that the list holds."""
    about = msgspec.structs.asdict(narrowed)
    return Sums(**(await connection.execute(_SUMS, about)).mappings().one())


class Choices(msgspec.Struct, frozen=True):
    """What the list can be narrowed to: code and name."""

    calls: list[tuple[str, str]]
    beneficiaries: list[tuple[str, str]]


_LISTED = f"""FROM award JOIN award_signature ON award_signature.award_id = award.id WHERE {PUBLISHED_SQL}"""
_CHOICES = text(
    f"""
    SELECT CAST((SELECT json_agg(json_build_array(reference, title) ORDER BY reference COLLATE "C" DESC) FROM call
            WHERE call.id IN (SELECT coalesce(own.series_id, own.id) FROM call AS own
                WHERE own.id IN (SELECT award.call_id {_LISTED}))) AS text) AS calls,
        CAST((SELECT json_agg(json_build_array(code, name) ORDER BY sort_order) FROM beneficiary
            WHERE EXISTS (SELECT FROM party WHERE party.beneficiary_code = beneficiary.code AND {TAKES_PART_SQL}
                AND party.application_id IN (SELECT award.application_id {_LISTED}))) AS text) AS beneficiaries
    """  # noqa: S608 - our own text
)
_pairs = msgspec.json.Decoder(list[tuple[str, str]])


async def choices(connection: AsyncConnection) -> Choices:
    """The calls and beneficiaries of which the list holds anything: one statement."""
    row = (await connection.execute(_CHOICES)).one()
    return Choices(_pairs.decode(row.calls or "[]"), _pairs.decode(row.beneficiaries or "[]"))
