"""Activities that a draft plans: the list, their order, removing one."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD
from facility.applications.pages import activity_form, tasks
from facility.applications.pages.activity_form import draft_with_activities, planned
from facility.applications.pages.drafts import edit_of
from facility.applications.pages.unsaved import Unsaved
from facility.applications.queries.application import ApplicationShown
from facility.applications.service.plan import move_planned, remove_planned
from facility.applications.words import WORDS
from facility.calls.rules.forms import SectionKind
from facility.web import render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@get("/applications/{application_id:uuid}/activities", opt=BY_LEAD)
async def plans(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What is planned, in its order."""
    application = await draft_with_activities(read, application_id)
    kept = (await Unsaved.of(read, application, view.me.id)).activities()
    following = tasks.following(application, application.form.of(SectionKind.ACTIVITIES))
    return view.page(
        "applications/activities.html", application=application, kept=kept, following=following, **WORDS
    )


@post("/applications/{application_id:uuid}/activities/{planned_id:uuid}/move", opt=BY_LEAD)
async def move(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """Moves it one place up or down."""
    fields = Fields(form)
    by = -1 if fields.choice("to", ("up", "down")) == "up" else 1
    fields.check()
    activity = planned(await draft_with_activities(await tx.session.connection(), application_id), planned_id)
    place = await move_planned(tx, planned_id, by)
    message = _("“{title}” is now number {place}.", title=activity.title, place=place)
    return view.go(f"/applications/{application_id}/activities", message)


def _removal(
    view: render.View, application: ApplicationShown, planned_id: UUID, fields: Fields, status: int = 200
) -> Page:
    lines = [line for line in application.plan.lines if line.activity == planned_id]
    return view.page(
        "applications/remove_activity.html",
        status=status,
        application=application,
        activity=planned(application, planned_id),
        lines=lines,
        question=question_of(fields),
    )


@get("/applications/{application_id:uuid}/activities/{planned_id:uuid}/remove", opt=BY_LEAD)
async def remove_form(
    view: View, read: Read, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """Says what removing an activity does."""
    application = await draft_with_activities(read, application_id)
    return _removal(view, application, planned_id, Fields.showing())


@post("/applications/{application_id:uuid}/activities/{planned_id:uuid}/remove", opt=BY_LEAD)
async def remove(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """Takes it out; its lines of the budget stay."""
    fields = Fields(form)
    version, _may_void = edit_of(fields)
    planned(await draft_with_activities(await tx.session.connection(), application_id), planned_id)

    async def again(connection: AsyncConnection, status: int) -> Page:
        application = await draft_with_activities(connection, application_id)
        return _removal(view, application, planned_id, fields, status)

    async with redrawn(tx, fields, again):
        await remove_planned(tx, planned_id, version=version)
    return view.go(f"/applications/{application_id}/activities", _("The activity is removed."))


HANDLERS = [plans, *activity_form.HANDLERS, move, remove_form, remove]
