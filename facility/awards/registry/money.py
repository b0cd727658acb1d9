"""What the ledger's pages call an award, and what calls promise: this room tells the room of the money, which doesn't know it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Boolean, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.application import Application
from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import PROMISED_SQL, Award
from facility.contracts.queries import AwardLabel, awards_named_by, promised_by

promised_by(PROMISED_SQL)


@awards_named_by
async def name_awards(
    connection: AsyncConnection, award_ids: Sequence[UUID], viewer: UUID
) -> dict[UUID, AwardLabel | None]:
    """Awards by the reference of their application, with the page of each."""
    closed = text(shut_out()).bindparams(viewer=viewer)
    rows = await connection.execute(
        select(Award.id, Application.reference, type_coerce(closed, Boolean).label("closed"))
        .join(Application, Application.id == Award.application_id)
        .where(Award.id.in_(award_ids))
    )
    return {row.id: None if row.closed else AwardLabel(row.reference, f"/awards/{row.id}") for row in rows}
