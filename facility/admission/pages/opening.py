"""Opening a call by two: the list as it stands, a session that waits for a second person, the minutes."""

import asyncio
from uuid import UUID

from litestar import get, post

from facility import clock
from facility.admission.queries import opening as queries
from facility.admission.service.minutes import minutes_pdf
from facility.admission.service.opening import confirm_opening, start_opening
from facility.admission.words import begun, whys
from facility.calls.queries.duties import why_not_run
from facility.web.access import DECIDERS, STAFF, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.workspace import workspace_of

# Known by its name: the evaluation, where conflicts are declared, is a later room.
WATCH = {"allow": allow(*STAFF, unless=["call.recused"])}
ACT = {"allow": allow(*DECIDERS, unless=["call.recused"])}


@get("/openings/{call_id:uuid}", opt=WATCH)
async def opening(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What came in, without a word of what it says, and what is to be done by whom."""
    shown = await queries.opening(read, call_id)
    running = shown.running(clock.now())
    mine = running and shown.started_by == view.me.id
    opens = view.me.has(*DECIDERS) and shown.closed_at is not None and shown.opened_at is None
    why_not = await why_not_run(read, call_id, view.me.id) if opens else ""
    opens = opens and not why_not
    return view.page(
        "admission/opening.html",
        workspace=await workspace_of(view, read, call_id, "opening"),
        opening=shown,
        listed=shown.minutes.listed if shown.minutes else shown.now,
        whys=whys(shown.now.late),
        running=running,
        mine=mine,
        may_start=opens and (not running or (mine and shown.changed)),
        why_not=why_not,
        may_confirm=opens and running and not mine and not shown.changed,
    )


@post("/openings/{call_id:uuid}/start", opt=ACT)
async def start(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    Fields(form).check()
    session = await start_opening(tx, call_id)
    return view.go(f"/openings/{call_id}", begun(session.started_at, tx.now))


@post("/openings/{call_id:uuid}/confirm", opt=ACT)
async def confirm(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    session_id = fields.key("session")
    fields.check()
    await confirm_opening(tx, call_id, seen=session_id)
    return view.go(f"/openings/{call_id}", _("The applications are unsealed. You can read them now."))


@get("/openings/{call_id:uuid}/minutes.pdf", opt=WATCH)
async def minutes(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The minutes, as PDF/UA."""
    kept = await queries.minutes(read, call_id)
    content = await asyncio.to_thread(minutes_pdf, view.renderer.environment, kept)
    return view.download(content, f"{kept['number']}.pdf".replace("/", "-"), "application/pdf")


HANDLERS = [opening, start, confirm, minutes]
