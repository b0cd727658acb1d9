"""Applications of institutions: where one takes part, and what happens to them when two entries become one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from facility.accounts.service.later_rooms import TakesPart, of_institutions
from facility.applications.events import PartyMoved
from facility.applications.models.application import Application, Party
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL, TAKES_PART_SQL
from facility.applications.models.sealing import TELLS_SQL
from facility.db import Tx, as_sql
from facility.events.log import record

_TAKING = text(
    f"""
    SELECT application.id, '/applications/' || application.id AS href, application.reference, application.title,
        is_lead AS as_lead, {TAKES_PART_SQL} AS open, received_at AS at
    FROM party JOIN application ON application.id = party.application_id JOIN call ON call.id = application.call_id
    WHERE party.institution_id = :institution AND {TELLS_SQL} AND NOT {shut_out()}
    ORDER BY received_at DESC, application.id DESC LIMIT 21
    """  # noqa: S608 - our own text
)

_TOGETHER = text(
    f"""
    SELECT CASE WHEN {TELLS_SQL} THEN application.reference END AS reference
    FROM party JOIN party AS other ON other.application_id = party.application_id
    JOIN application ON application.id = party.application_id JOIN call ON call.id = application.call_id
    WHERE party.institution_id = :one AND other.institution_id = :other
        AND {ON_BOARD_SQL} AND {as_sql(aliased(Party, name="other").on_board)}
    ORDER BY application.reference
    """  # noqa: S608 - our own text
)


async def taking_part(connection: AsyncConnection, institution_id: UUID, viewer: UUID) -> Sequence[TakesPart]:
    """The latest applications that were handed in and are open to staff, and to the viewer."""
    rows = await connection.execute(_TAKING, {"institution": institution_id, "viewer": viewer})
    return [TakesPart(**row) for row in rows.mappings()]


async def together(tx: Tx, institution_id: UUID, other: UUID) -> Sequence[str | None]:
    """References of applications in which both are on board; None for a draft or a sealed one."""
    rows = await tx.session.execute(_TOGETHER, {"one": institution_id, "other": other})
    return list(rows.scalars())


async def move_parties(tx: Tx, duplicate_id: UUID, kept_id: UUID) -> None:
    """The kept institution takes the other's place, also where it leads; what was fingerprinted stays as it is."""
    query = (
        select(Application)
        .join(Party, Party.application_id == Application.id)
        .where(Party.institution_id == duplicate_id)
        .order_by(Application.id)
        .with_for_update(of=Application)
        .execution_options(populate_existing=True)
    )
    for application in (await tx.session.execute(query)).scalars().unique():
        if application.lead_institution_id == duplicate_id:
            application.lead_institution_id = kept_id
        await record(
            tx, PartyMoved(application_id=application.id, institution_id=duplicate_id, into_id=kept_id)
        )
    moved = update(Party).where(Party.institution_id == duplicate_id).values(institution_id=kept_id)
    await tx.session.execute(moved)


of_institutions(taking=taking_part, together=together, mover=move_parties)
