"""Reporting that an activity took place, verifying it as a second person, and taking either back with a reason."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities import lists, rules, service
from facility.activities.access import REPORTS, VERIFIES
from facility.activities.plan_pages import MOST_REASON, WORDS
from facility.activities.queries import involved
from facility.applications.pages.shared import save
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@post("/activities/{activity_id:uuid}/complete", opt=REPORTS)
async def complete(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """Somebody says that it took place."""
    Fields(form).check()
    await service.complete(tx, activity_id)
    return view.go(
        f"/activities/{activity_id}", _("The activity is reported as completed. A second person verifies it.")
    )


@get("/activities/{activity_id:uuid}/verify", opt=VERIFIES)
async def verify_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """What was reported, side by side, and the question."""
    found = await lists.shown(read, activity_id)
    rules.may_verify(found.state, await involved(read, activity_id), view.me.id)
    return view.page("activities/verify.html", activity=found, **WORDS)


@post("/activities/{activity_id:uuid}/verify", opt=VERIFIES)
async def verify(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """A second person confirms what was reported."""
    fields = Fields(form)
    seen = fields.integer("seen", 1, 999_999_999) if fields.given("seen") else None
    fields.check()
    await service.verify(tx, activity_id, seen=seen)
    return view.go(f"/activities/{activity_id}", _("The activity is verified."))


@get("/activities/{activity_id:uuid}/undo", opt=VERIFIES)
async def undo_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """What taking back does, and why."""
    found = await lists.shown(read, activity_id)
    rules.may_reverse(found.state, "asked on the page")
    return view.page("activities/undo.html", activity=found, form=Fields.showing(), **WORDS)


@post("/activities/{activity_id:uuid}/undo", opt=VERIFIES)
async def undo(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """Take the verification back, or else the completion."""
    fields = Fields(form)
    seen = fields.choice("seen", ("completed", "verified"))
    reason = fields.text("reason", most=MOST_REASON, multiline=True)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        found = await lists.shown(connection, activity_id)
        return view.page("activities/undo.html", status=status, activity=found, form=fields, **WORDS)

    await save(tx, fields, lambda: service.undo(tx, activity_id, reason=reason, seen=seen), again)
    return view.go(f"/activities/{activity_id}", _("It is taken back."))


HANDLERS = [complete, verify_form, verify, undo_form, undo]
