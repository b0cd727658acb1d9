"""What keeps a proposed ranking from being decided, for pages that offer only what may be done."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.models.complaint import DECISION_SUSPENDED_SQL
from facility.awards.queries.report import Report
from facility.evaluation.queries.board import CallShown
from facility.evaluation.queries.committee import as_members, committee_of, sits
from facility.evaluation.queries.declaring import signed_at
from facility.evaluation.rules.committee import lacking
from facility.refused import Reason

_SUSPENDED = text(f"SELECT {DECISION_SUSPENDED_SQL} FROM call WHERE call.id = :call")  # noqa: S608


async def obstacles(connection: AsyncConnection, call: CallShown, signed: Report | None) -> list[Reason]:
    """Why nobody can decide it now. signed: its evaluation report, where the call has a committee."""
    reasons = []
    if (await connection.execute(_SUSPENDED, {"call": call.id})).scalar():
        reasons.append(Reason("decision_suspended"))
    if signed is not None:
        committee = await committee_of(connection, call.id)
        reasons += [*lacking(as_members(committee.members), committee.asked), *signed.unsigned]
    return reasons


async def own_obstacle(connection: AsyncConnection, call: CallShown, viewer: UUID) -> Reason | None:
    """Why this authorising officer can't decide it, or send it back yet, though a colleague may."""
    if not call.committee:
        return None
    if await sits(connection, call.id, viewer):
        return Reason("on_committee")
    if await signed_at(connection, call.id, viewer) is None:
        return Reason("not_signed_here", None, {"call": str(call.id)})
    return None
