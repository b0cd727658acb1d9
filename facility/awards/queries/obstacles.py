"""What keeps a proposed ranking from being decided, for pages that offer only what may be done."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.queries.complaints import is_complaint_open
from facility.awards.queries.report import Report
from facility.awards.rules.complaints import suspending_decision
from facility.evaluation.queries.board import CallShown
from facility.evaluation.queries.committee import as_members, committee_of, sits
from facility.evaluation.queries.declaring import signed_at
from facility.evaluation.rules.committee import lacking, undeclared, why_not_decide
from facility.refused import Reason


async def obstacles(connection: AsyncConnection, call: CallShown, signed: Report | None) -> list[Reason]:
    """Why nobody can decide it now. signed: its evaluation report, where the call has a committee."""
    reasons = [*suspending_decision(call.after, complaint_open=await is_complaint_open(connection, call.id))]
    if signed is not None:
        committee = await committee_of(connection, call.id)
        reasons += [*lacking(as_members(committee.members), committee.asked), *signed.unsigned]
    return reasons


async def own_obstacle(connection: AsyncConnection, call: CallShown, viewer: UUID) -> Reason | None:
    """Why this authorising officer can't decide it, or send it back yet, though a colleague may."""
    if not call.committee:
        return None
    signed = bool(await signed_at(connection, call.id, viewer))
    reasons = (
        *why_not_decide(sits=await sits(connection, call.id, viewer)),
        *undeclared(call.id, signed=signed),
    )
    return next(iter(reasons), None)
