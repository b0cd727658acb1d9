"""The list of activities, one activity, and its planning: when, where, moved, called off."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.accounts.words import country_name
from facility.activities.access import (
    BY_LEAD,
    LISTS,
    PERSONAL,
    PLANS,
    READS,
    SEES_HISTORY,
    SEES_PERSONAL,
)
from facility.activities.queries import activities as lists
from facility.activities.queries.activities import ActivityShown
from facility.activities.queries.counting import involved
from facility.activities.rules.counting import ActivityStatus
from facility.activities.rules.planning import PLANNED, day_mistakes, may_change
from facility.activities.service import activities as activities_commands
from facility.activities.service.activities import ActivityDraft
from facility.activities.words import ASKING, EVIDENCE, GENDERS, KINDS, NOT_COUNTED, STATES, WISHES
from facility.applications.queries.budget import plan_of
from facility.applications.rules.activities import ActivityKind, Planned
from facility.applications.words import PLACE_MISSING, TITLE_MISSING
from facility.deployments.queries.wishes import Wish
from facility.experts.queries.pool import themes
from facility.refused import refuse
from facility.web import render
from facility.web.access import STAFF, Role
from facility.web.again import redrawn
from facility.web.fields import Fields, shown
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.reasons import reason_of

DAYS = {"ends_before_it_starts": ("starts_on",)}
"""The fields that reasons about days look at, beside their own."""
MOST_TITLE, MOST_PLACE = 200, 200
WORDS: dict[str, Any] = {
    "kinds": KINDS,
    "states": STATES,
    "evidence_kinds": EVIDENCE,
    "genders": GENDERS,
    "not_counted": NOT_COUNTED,
    "wishes": WISHES,
    "asking": ASKING,
}
"""For templates."""


@get("/activities", opt=LISTS)
async def activities(
    view: View,
    read: Read,
    status: FromQuery[str] = "",
    application: FromQuery[UUID | None] = None,
    before: FromQuery[UUID | None] = None,
) -> Page:
    """What is planned and done, the latest first; for officers, of their own institution's applications."""
    staff = view.me.has(*STAFF)
    institution = None if staff else view.me.institution_id or refuse("not_yours", kind="forbidden")
    chosen = status if status in set(ActivityStatus) else None
    lines, older = await lists.activities(
        read, view.me.id, institution=institution, state=chosen, application=application, before=before
    )
    return view.page(
        "activities/activities.html",
        lines=lines,
        older=older,
        before=before,
        state=chosen,
        application=application,
        fundable=await lists.fundable(read, institution, view.me.id) if institution else [],
        **WORDS,
    )


@get("/activities/{activity_id:uuid}", opt=READS)
async def activity(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """One activity: facts, what is missing for the indicator, who came, evidence, and what can be done."""
    return await activity_page(view, read, activity_id)


async def activity_page(view: render.View, read: AsyncConnection, activity_id: UUID) -> Page:
    activity = await lists.shown(read, activity_id)
    me = view.me
    reports = me.has(Role.SECRETARIAT) or activity.lead_institution_id == me.institution_id
    reported = activity.state not in PLANNED
    waits_for_second = activity.state is ActivityStatus.COMPLETED
    own = waits_for_second and me.id in await involved(read, activity_id)
    return view.page(
        "activities/activity.html",
        activity=activity,
        leads=activity.lead_institution_id == me.institution_id and not reported,
        reports=reports and activity.state not in (ActivityStatus.CANCELLED, ActivityStatus.VERIFIED),
        may_complete=reports
        and not reported
        and clock.now().astimezone(clock.BRUSSELS).date() >= activity.ends_on,
        may_verify=me.has(Role.SECRETARIAT) and waits_for_second and not own,
        own_report=own,
        may_undo=reports if waits_for_second else me.has(Role.SECRETARIAT) and activity.completed,
        experts=activity.experts if me.has(*SEES_PERSONAL) else [],
        missions=activity.missions if activity.lead_institution_id == me.institution_id else [],
        hidden_kinds=frozenset() if me.has(*SEES_PERSONAL) else PERSONAL,
        wish_themes=await _wish_themes(read, activity.wish),
        staff=me.has(*STAFF),
        completes=me.has(Role.SECRETARIAT) and activity.state in PLANNED and activity.ended_at is None,
        history=await history_lines(read, activity_id) if me.has(*SEES_HISTORY) else [],
        **WORDS,
    )


async def _wish_themes(read: AsyncConnection, wish: Wish | None) -> list[str]:
    """Names of the themes for which the lead asks for experts."""
    if wish is None:
        return []
    known = dict(await themes(read, retired=True))
    return [known.get(code, code) for code in wish.themes]


def _draft_fields(fields: Fields) -> dict[str, Any]:
    return {
        "title": fields.text("title", missing=translated(TITLE_MISSING), most=MOST_TITLE),
        "place": fields.text("place", missing=translated(PLACE_MISSING), most=MOST_PLACE),
    }


@get("/applications/{application_id:uuid}/activities/new", opt=PLANS)
async def new_activity(
    view: View, read: Read, application_id: FromPath[UUID], planned: FromQuery[UUID | None] = None
) -> Page:
    """The form of an activity under an award; `planned`: one that the application planned, to start from."""
    application = await lists.plan_for(read, application_id)
    if not application.standing:
        refuse("not_funded")
    plan = await plan_of(read, application_id)
    return view.page(
        "activities/plan.html",
        application=application,
        activity=None,
        plan=plan,
        form=Fields.showing(_from_application(plan.activity(planned))),
        **WORDS,
    )


def _from_application(planned: Planned | None) -> dict[str, str | list[str]]:
    """What an application said of an activity, as the form's fields."""
    if planned is None:
        return {}
    return {
        "kind": planned.kind.value,
        "title": planned.title,
        "place": f"{planned.place}, {country_name(planned.country)}",
        "starts_on": shown(planned.starts_on),
        "ends_on": shown(planned.ends_on),
    }


@post("/applications/{application_id:uuid}/activities/new", opt=PLANS)
async def plan_activity(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    draft = ActivityDraft(
        application_id=application_id,
        kind=fields.one_of("kind", ActivityKind),
        **_draft_fields(fields),
        starts_on=fields.day("starts_on"),
        ends_on=fields.day("ends_on"),
    )
    award = await lists.plan_for(await tx.session.connection(), application_id)
    if award.made_at is not None:
        fields.between(day_mistakes(draft.starts_on, draft.ends_on, award.made_at), DAYS)

    async def again(connection: AsyncConnection, status: int) -> Page:
        application = await lists.plan_for(connection, application_id)
        return view.page(
            "activities/plan.html",
            status=status,
            application=application,
            activity=None,
            plan=await plan_of(connection, application_id),
            form=fields,
            **WORDS,
        )

    async with redrawn(tx, fields, again):
        planned = await activities_commands.plan_activity(tx, draft)
    return view.go(f"/activities/{planned.id}", _("The activity is planned."))


async def _changeable(connection: AsyncConnection, activity_id: UUID) -> ActivityShown:
    activity = await lists.shown(connection, activity_id)
    may_change(activity.state)
    return activity


def _change_page(view: render.View, activity: ActivityShown, fields: Fields, status: int = 200) -> Page:
    return view.page(
        "activities/plan.html",
        status=status,
        application=None,
        activity=activity,
        plan=None,
        form=fields,
        **WORDS,
    )


@get("/activities/{activity_id:uuid}/edit", opt=BY_LEAD)
async def edit_activity(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """Title and place, before it is reported."""
    activity = await _changeable(read, activity_id)
    return _change_page(view, activity, Fields.showing({"title": activity.title, "place": activity.place}))


@post("/activities/{activity_id:uuid}/edit", opt=BY_LEAD)
async def change_activity(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    draft = _draft_fields(fields)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return _change_page(view, await _changeable(connection, activity_id), fields, status)

    async with redrawn(tx, fields, again):
        await activities_commands.change_activity(tx, activity_id, **draft)
    return view.go(f"/activities/{activity_id}", _("Saved."))


def _step_page(
    view: render.View, step: str, activity: ActivityShown, fields: Fields, status: int = 200
) -> Page:
    return view.page(f"activities/{step}.html", status=status, activity=activity, form=fields, **WORDS)


@get("/activities/{activity_id:uuid}/postpone", opt=BY_LEAD)
async def postpone_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """Other days, and why."""
    activity = await _changeable(read, activity_id)
    days = {"starts_on": shown(activity.starts_on), "ends_on": shown(activity.ends_on)}
    return _step_page(view, "postpone", activity, Fields.showing(days))


@post("/activities/{activity_id:uuid}/postpone", opt=BY_LEAD)
async def postpone(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    starts_on, ends_on = fields.day("starts_on"), fields.day("ends_on")
    reason = reason_of(fields, _("Enter why the activity is moved."))
    activity = await _changeable(await tx.session.connection(), activity_id)
    fields.between(day_mistakes(starts_on, ends_on, activity.made_at), DAYS)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return _step_page(view, "postpone", await _changeable(connection, activity_id), fields, status)

    async with redrawn(tx, fields, again):
        await activities_commands.postpone(
            tx, activity_id, starts_on=starts_on, ends_on=ends_on, reason=reason
        )
    return view.go(f"/activities/{activity_id}", _("The activity is moved."))


@get("/activities/{activity_id:uuid}/cancel", opt=BY_LEAD)
async def cancel_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """What calling off means, and why."""
    return _step_page(view, "cancel", await _changeable(read, activity_id), Fields.showing())


@post("/activities/{activity_id:uuid}/cancel", opt=BY_LEAD)
async def cancel(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    reason = reason_of(fields, _("Enter why the activity is cancelled."))

    async def again(connection: AsyncConnection, status: int) -> Page:
        return _step_page(view, "cancel", await _changeable(connection, activity_id), fields, status)

    async with redrawn(tx, fields, again):
        await activities_commands.cancel(tx, activity_id, reason=reason)
    return view.go(f"/activities/{activity_id}", _("The activity is cancelled."))


HANDLERS = [
    activities,
    activity,
    new_activity,
    plan_activity,
    edit_activity,
    change_activity,
    postpone_form,
    postpone,
    cancel_form,
    cancel,
]
