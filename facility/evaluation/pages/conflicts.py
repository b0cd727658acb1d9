"""Possible conflicts of interests of a call: what was found, and how each was decided."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.evaluation.access import RULES_ON_CONFLICT, SEES_CONFLICTS
from facility.evaluation.queries import board
from facility.evaluation.queries.conflicts import declared_conflicts, findings
from facility.evaluation.service import conflicts as commands
from facility.refused import refuse
from facility.web.access import allow, related
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.reasons import OF_DECISION, reason_of
from facility.web.workspace import workspace_of

DECIDES = {"allow": allow(related(RULES_ON_CONFLICT), hidden=True)}


@get("/evaluation/{call_id:uuid}/conflicts", opt={"allow": SEES_CONFLICTS})
async def show(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What was found and how it was decided, without what is closed to the visitor and what is about them."""
    call = await board.call(read, call_id)
    lines = await findings(read, call_id, view.me.id)
    declaration = f"/evaluation/{call_id}/declaration"
    return view.page(
        "evaluation/conflicts.html",
        workspace=await workspace_of(view, read, call_id, "conflicts"),
        call=call,
        open_lines=[line for line in lines if line.conflict is None],
        decided=[line for line in lines if line.conflict is not None],
        declared=await declared_conflicts(read, call_id, view.me.id) if call.committee else [],
        decides=call.state == "closed",
        declaration=declaration if declaration in await view.open_to_me(read, [declaration]) else "",
    )


@get(
    "/evaluation/applications/{application_id:uuid}/conflicts/{assessor_id:uuid}",
    opt=DECIDES,
)
async def decide_form(
    view: View, read: Read, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """What was found about this person and application, to be decided."""
    return await _decide(view, read, application_id, assessor_id, Fields.showing())


async def _decide(
    view: View,
    read: AsyncConnection,
    application_id: UUID,
    assessor_id: UUID,
    form: Fields,
    status: int = 200,
) -> ASGIResponse:
    call = await board.call(read, await board.call_of(read, application_id))
    lines = [
        line
        for line in await findings(read, call.id, view.me.id)
        if (line.application_id, line.person_id, line.conflict) == (application_id, assessor_id, None)
    ]
    if not lines:
        refuse("finding_settled")
    (application,) = await board.applications(read, call.id, application_id)
    return view.page(
        "evaluation/conflict_decide.html",
        status=status,
        call=call,
        back=f"/evaluation/{call.id}/conflicts",
        application=application,
        line=lines[0],
        form=form,
    )


@post(
    "/evaluation/applications/{application_id:uuid}/conflicts/{assessor_id:uuid}",
    opt=DECIDES,
)
async def decide(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], assessor_id: FromPath[UUID]
) -> Page:
    """Decide that it is a conflict, which closes the application to the person, or that it is none."""
    fields = Fields(form)
    answer = fields.choice("conflict", ("yes", "no"))
    reason = reason_of(fields, translated(OF_DECISION))
    call_id = await board.call_of(await tx.session.connection(), application_id)
    async with redrawn(
        tx, fields, lambda read, status: _decide(view, read, application_id, assessor_id, fields, status)
    ):
        await commands.decide_on_conflict(
            tx, application_id, assessor_id, conflict=answer == "yes", reason=reason
        )
    notice = _("Your decision is saved: it is not a conflict of interests.")
    if answer == "yes":
        notice = _("The application is now closed to this person, who gets a mail.")
    return view.go(f"/evaluation/{call_id}/conflicts", notice)


HANDLERS = [show, decide_form, decide]
