"""The evaluation report of a call with a committee: what it says, and who has signed it when."""

from uuid import UUID

from litestar import get, post

from facility.awards.queries.report import report
from facility.awards.service.report import sign_report
from facility.evaluation.access import ON_COMMITTEE
from facility.evaluation.queries.board import call as call_shown
from facility.evaluation.words import OUTCOMES
from facility.web.access import STAFF, allow, related
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.workspace import workspace_of

SEES = {"allow": allow(*STAFF, related(ON_COMMITTEE))}
SIGNS = {"allow": allow(related(ON_COMMITTEE))}


@get("/evaluation/{call_id:uuid}/report", opt=SEES)
async def show(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The sheet as the visitor may see it, and the signatures; a voting member signs it here."""
    call = await call_shown(read, call_id)
    shown = await report(read, call_id, view.me.id)
    own = next((member for member in shown.members if member.person_id == view.me.id), None)
    return view.page(
        "awards/evaluation_report.html",
        workspace=await workspace_of(view, read, call_id, "report"),
        call=call,
        grid=call.grid,
        report=shown,
        own=own,
        outcomes=OUTCOMES,
        awarded=shown.sheet.get("line", {}).get("awards", ()),
        reserve=shown.sheet.get("line", {}).get("reserve", ()),
        offered=shown.sheet.get("line", {}).get("offered", {}),
    )


@post("/evaluation/{call_id:uuid}/report", opt=SIGNS)
async def sign(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Sign what was shown."""
    fields = Fields(form)
    seen = fields.hidden("seen")
    fields.check()
    await sign_report(tx, call_id, seen=seen)
    return view.go(f"/evaluation/{call_id}/report", _("You have signed the evaluation report. Thank you."))


HANDLERS = [show, sign]
