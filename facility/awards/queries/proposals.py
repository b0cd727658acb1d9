"""Who proposed and decided the ranking of a call, and who sent the last proposal back."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.rules.money_line import Drawn


class Proposal(msgspec.Struct, frozen=True):
    """Who proposed and decided a call, and the lines. root: of the decided ranking, as it stands in the log."""

    proposed_by: UUID
    proposer: str
    proposed_at: datetime
    proposed: Drawn
    decider: str | None
    decided_at: datetime | None
    decided: Drawn | None
    root: str | None


class Returned(msgspec.Struct, frozen=True):
    """Who sent the last proposal back, and why."""

    name: str
    at: datetime
    reason: str


_RETURNED = text(
    """
    SELECT person.name, returned_at AS at, reason FROM returned_proposal JOIN person ON person.id = returned_by
    WHERE call_id = :call AND NOT EXISTS (SELECT FROM award_decision WHERE award_decision.call_id = :call)
    ORDER BY returned_at DESC LIMIT 1
    """
)


async def returned(connection: AsyncConnection, call_id: UUID) -> Returned | None:
    """What is to be corrected before the ranking is proposed again; None where it is proposed, or was never sent back."""
    row = (await connection.execute(_RETURNED, {"call": call_id})).mappings().first()
    return Returned(**row) if row else None


_RETURNED_SINCE = text(
    """
    SELECT person.name, returned_at AS at, reason FROM returned_proposal JOIN person ON person.id = returned_by
    WHERE call_id = :call AND returned_at >= :since ORDER BY returned_at DESC LIMIT 1
    """
)


async def returned_since(connection: AsyncConnection, call_id: UUID, since: datetime) -> Returned | None:
    """The same of a later version of the ranking, which is being made since this instant and is not proposed."""
    row = (await connection.execute(_RETURNED_SINCE, {"call": call_id, "since": since})).mappings().first()
    return Returned(**row) if row else None


ROOT_SQL = """(SELECT data ->> 'root' FROM event
    WHERE event.subject_id = award_decision.call_id AND event.kind = 'AwardsDecided')"""
"""What the log says that the root of the decided ranking is (rules.bundle); NULL where it was decided before there was one."""

_PROPOSAL = text(
    f"""
    SELECT proposed_by, proposer.name AS proposer, proposed_at, line AS proposed,
        decider.name AS decider, decided_at, decided_line AS decided, {ROOT_SQL} AS root
    FROM award_decision JOIN person AS proposer ON proposer.id = award_decision.proposed_by
    LEFT JOIN person AS decider ON decider.id = award_decision.decided_by
    WHERE call_id = :call
    """  # noqa: S608 - our own text
)


async def proposal(connection: AsyncConnection, call_id: UUID) -> Proposal | None:
    """What was proposed and decided, if anything."""
    row = (await connection.execute(_PROPOSAL, {"call": call_id})).mappings().first()
    return msgspec.convert(dict(row), Proposal, strict=False) if row else None
