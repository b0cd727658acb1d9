"""What each party of an award has of it, and what became of the parts of those that left."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.models import with_beneficiary
from facility.applications.models.parties import ON_BOARD_SQL
from facility.awards.models.award import LEFT_AFTER_SQL
from facility.awards.models.offer import PART_SQL
from facility.refused import refuse


class PartShown(msgspec.Struct, frozen=True):
    """A party and its part, in EUR. left_after: after the award was made. outcome: of the last proposal to take its part off the
    award; proposed: one stands."""

    party_id: UUID
    institution: str
    amount: Decimal
    left_at: datetime | None
    left_after: bool
    proposed: bool
    outcome: str | None

    @property
    def taken_off(self) -> bool:
        return self.outcome == "agreed"

    @property
    def to_take_off(self) -> bool:
        """It left after the award with a part, on which nothing is decided or proposed."""
        return self.left_after and self.amount > 0 and not self.proposed and not self.taken_off


_PARTS = text(
    f"""
    SELECT party.id AS party_id, {with_beneficiary()} AS institution, {PART_SQL} AS amount, left_at, {LEFT_AFTER_SQL} AS left_after,
        coalesce(last.outcome IS NULL AND last.id IS NOT NULL, false) AS proposed, last.outcome
    FROM award JOIN application ON application.id = award.application_id
    JOIN party ON party.application_id = application.id AND ({ON_BOARD_SQL} OR left_at > received_at)
    JOIN institution ON institution.id = party.institution_id
    LEFT JOIN LATERAL (SELECT id, outcome FROM award_reduction WHERE award_reduction.party_id = party.id
        ORDER BY proposed_at DESC, id DESC LIMIT 1) AS last ON true
    WHERE award.id = :award ORDER BY position
    """  # noqa: S608 - our own text
)


async def parts(connection: AsyncConnection, award_id: UUID) -> list[PartShown]:
    """The parties that submitted the application of this award, the lead first: one statement."""
    return [PartShown(**row._mapping) for row in await connection.execute(_PARTS, {"award": award_id})]


async def part(connection: AsyncConnection, award_id: UUID, party_id: UUID) -> PartShown:
    """That of one party. Raises Refused (missing)."""
    shown = next((row for row in await parts(connection, award_id) if row.party_id == party_id), None)
    return shown or refuse("not_found", kind="missing", what="party")


class ReductionShown(msgspec.Struct, frozen=True):
    """A proposal that stands; amount in EUR."""

    id: UUID
    amount: Decimal
    reason: str
    proposed_by: UUID
    proposer: str
    proposed_at: datetime


_PROPOSAL = text(
    """
    SELECT award_reduction.id, amount, reason, proposed_by, person.name AS proposer, proposed_at
    FROM award_reduction JOIN person ON person.id = proposed_by WHERE party_id = :party AND outcome IS NULL
    """
)


async def reduction(connection: AsyncConnection, party_id: UUID) -> ReductionShown | None:
    """The proposal that stands to take the part of this party off the award."""
    row = (await connection.execute(_PROPOSAL, {"party": party_id})).first()
    return ReductionShown(**row._mapping) if row else None
