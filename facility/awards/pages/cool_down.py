"""Setting a cool-down rule aside for one application, with a reason."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.queries.ranking import ranking
from facility.awards.service.cool_down import set_cool_down_aside
from facility.awards.words import COOLED
from facility.calls.rules.modes import Mode
from facility.evaluation.access import RECUSED_IN_CALL
from facility.evaluation.queries.board import call as call_shown
from facility.refused import refuse
from facility.web.access import DECIDERS, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of

ACT = {"allow": allow(*DECIDERS, unless=[RECUSED_IN_CALL])}


@get("/evaluation/{call_id:uuid}/cool-down/{application_id:uuid}", opt=ACT)
async def form(view: View, read: Read, call_id: FromPath[UUID], application_id: FromPath[UUID]) -> Page:
    """Which rule passes the application over, and the question why it should not."""
    return await _page(view, read, call_id, application_id, Fields.showing())


async def _page(
    view: View, read: AsyncConnection, call_id: UUID, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    shown = await ranking(read, call_id)
    line = next(
        (ranked for ranked in shown.ranked if ranked.application_id == application_id and ranked.cooled), None
    )
    if shown.call.sealed or line is None or shown.is_decided:
        refuse("not_found", kind="missing", what="application")
    return view.page(
        "awards/cool_down.html",
        status=status,
        call=shown.call,
        line=line,
        words=COOLED,
        form=form,
        back=await _back(read, call_id),
    )


@post("/evaluation/{call_id:uuid}/cool-down/{application_id:uuid}", opt=ACT)
async def override(
    view: View, form: Form, tx: Tx, call_id: FromPath[UUID], application_id: FromPath[UUID]
) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, _("Enter why the rule should not apply here."))
    connection = await tx.session.connection()
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, call_id, application_id, fields, status)
    ):
        await set_cool_down_aside(tx, call_id, application_id, reason)
    return view.go(await _back(connection, call_id), _("The rule is set aside for this application."))


async def _back(read: AsyncConnection, call_id: UUID) -> str:
    """Where the line is drawn anew: an urgent application has all its steps on one page."""
    shown = await call_shown(read, call_id)
    return f"/urgent/{call_id}" if shown.mode == Mode.URGENT else f"/evaluation/{call_id}/ranking"


HANDLERS = [form, override]
