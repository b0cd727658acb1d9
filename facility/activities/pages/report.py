"""Reporting that an activity took place, verifying it as a second person, and taking either back with a reason."""

from datetime import date
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.activities.access import REPORTS, VERIFIES
from facility.activities.pages.plan import DAYS, WORDS
from facility.activities.queries import activities
from facility.activities.queries.activities import ActivityShown
from facility.activities.queries.counting import involved
from facility.activities.rules.counting import ActivityStatus
from facility.activities.rules.reporting import held_mistakes, may_complete, may_reverse, may_verify
from facility.activities.service import activities as activities_commands
from facility.refused import refuse
from facility.web import render
from facility.web.access import Role
from facility.web.again import redrawn
from facility.web.fields import Fields, shown
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of


def _report_page(view: render.View, activity: ActivityShown, fields: Fields, status: int = 200) -> Page:
    return view.page("activities/report.html", status=status, activity=activity, form=fields, **WORDS)


def _today() -> date:
    return clock.now().astimezone(clock.BRUSSELS).date()


@get("/activities/{activity_id:uuid}/complete", opt=REPORTS)
async def report_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """What will be reported, what is still missing, and the days on which it was held."""
    activity = await activities.shown(read, activity_id)
    may_complete(activity.state, activity.ends_on, _today())
    days = {"starts_on": shown(activity.starts_on), "ends_on": shown(activity.ends_on)}
    return _report_page(view, activity, Fields.showing(days))


@post("/activities/{activity_id:uuid}/complete", opt=REPORTS)
async def report(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """Report it as it was shown."""
    fields = Fields(form)
    held = fields.day("starts_on"), fields.day("ends_on")
    seen = fields.integer("seen", 1, 999_999_999)
    activity = await activities.shown(await tx.session.connection(), activity_id)
    planned = (activity.starts_on, activity.ends_on)
    fields.between(held_mistakes(held, planned, activity.made_at, _today()), DAYS)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return _report_page(view, await activities.shown(connection, activity_id), fields, status)

    async with redrawn(tx, fields, again):
        await activities_commands.report(tx, activity_id, held=held, seen=seen)
    return view.go(
        f"/activities/{activity_id}",
        _(
            "The activity is reported as completed. A second person verifies it; until then you can take it back."
        ),
    )


@get("/activities/{activity_id:uuid}/verify", opt=VERIFIES)
async def verify_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """What was reported, side by side, and the question."""
    activity = await activities.shown(read, activity_id)
    may_verify(activity.state, await involved(read, activity_id), view.me.id)
    return view.page("activities/verify.html", activity=activity, **WORDS)


@post("/activities/{activity_id:uuid}/verify", opt=VERIFIES)
async def verify(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """A second person confirms what was reported."""
    fields = Fields(form)
    seen = fields.integer("seen", 1, 999_999_999) if fields.given("seen") else None
    fields.check()
    await activities_commands.verify(tx, activity_id, seen=seen)
    return view.go(f"/activities/{activity_id}", _("The activity is verified."))


def _may_take_back(view: render.View, state: str) -> None:
    """Whoever reports takes the report back, the secretariat also the verification (Refused: "already_verified")."""
    if state == ActivityStatus.VERIFIED and not view.me.has(Role.SECRETARIAT):
        refuse("already_verified", kind="forbidden")


@get("/activities/{activity_id:uuid}/undo", opt=REPORTS)
async def undo_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """What taking back does, and why."""
    activity = await activities.shown(read, activity_id)
    _may_take_back(view, activity.state)
    may_reverse(activity.state, "asked on the page")
    return view.page("activities/undo.html", activity=activity, form=Fields.showing(), **WORDS)


@post("/activities/{activity_id:uuid}/undo", opt=REPORTS)
async def undo(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """Take the verification back, or else the completion."""
    fields = Fields(form)
    seen = fields.choice("seen", ("completed", "verified"))
    reason = reason_of(fields, _("Enter why it is taken back."))
    _may_take_back(view, seen)

    async def again(connection: AsyncConnection, status: int) -> Page:
        activity = await activities.shown(connection, activity_id)
        return view.page("activities/undo.html", status=status, activity=activity, form=fields, **WORDS)

    async with redrawn(tx, fields, again):
        await activities_commands.undo(tx, activity_id, reason=reason, seen=seen)
    return view.go(f"/activities/{activity_id}", _("You have taken it back."))


HANDLERS = [report_form, report, verify_form, verify, undo_form, undo]
