"""Activities that a draft plans: the list, one activity, their order."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.countries import PLACES, place_choices
from facility.applications import rules
from facility.applications.pages.shared import BY_LEAD, WORDS, draft, edit_of, save
from facility.applications.queries import ApplicationShown
from facility.applications.rules import ActivityKind, Plan, Planned
from facility.applications.service import add_activity, change_planned, move_planned, remove_planned
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields, shown
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


async def _draft(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The draft, if its call asks for activities. Raises Refused (missing)."""
    application = await draft(connection, application_id)
    if not application.asks_activities:
        refuse("not_found", kind="missing", what="section")
    return application


def _planned(application: ApplicationShown, planned_id: UUID) -> Planned:
    return application.plan.activity(planned_id) or refuse(
        "not_found", kind="missing", what="planned_activity"
    )


@get("/applications/{application_id:uuid}/activities", opt=BY_LEAD)
async def planned(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What is planned, in its order."""
    application = await _draft(read, application_id)
    return view.page("applications/activities.html", application=application, **WORDS)


def _form(
    view: render.View,
    application: ApplicationShown,
    activity: Planned | None,
    fields: Fields,
    status: int = 200,
    question: str = "",
) -> Page:
    return view.page(
        "applications/activity.html",
        status=status,
        application=application,
        activity=activity,
        form=fields,
        question=question,
        places=place_choices(),
        **WORDS,
    )


def _read(fields: Fields, application: ApplicationShown) -> Plan:
    kind = fields.one_of("kind", ActivityKind)
    title = fields.text("title", most=rules.MAX_TITLE)
    place = fields.text("place", most=rules.MAX_PLACE)
    country = fields.choice("country", PLACES)
    days = fields.integer("days", 1, rules.MAX_DAYS)
    month, starts_on, ends_on = _when(fields)
    return Plan(
        kind=kind,
        title=title,
        place=place,
        country=country,
        days=days,
        month=month,
        starts_on=starts_on,
        ends_on=ends_on,
        purpose=fields.text("purpose", most=rules.MAX_PURPOSE, multiline=True),
        people={party.id: _people(fields, party.id) for party in application.parts.on_board},
    )


def _people(fields: Fields, party_id: UUID) -> int:
    name = f"people-{party_id}"
    return fields.integer(name, 0, rules.MAX_PEOPLE) if fields.given(name) else 0


def _when(fields: Fields) -> tuple[date, date | None, date | None]:
    """The month, and the days where they are known: a day is enough for both."""
    starts_on = fields.day("starts_on") if fields.given("starts_on") else None
    ends_on = fields.day("ends_on") if fields.given("ends_on") else starts_on
    text = fields.text("month", required=False)
    if starts_on:
        return starts_on.replace(day=1), starts_on, ends_on
    if ends_on:
        fields.wrong("starts_on", _("Enter the first day, too."))
    elif not text:
        fields.wrong("month", _("Enter the month, or the days where you know them."))
    elif match := _MONTH.fullmatch(text):
        return date(int(match[1]), int(match[2]), 1), None, None
    else:
        fields.wrong("month", _("Enter a month like 2027-03."))
    return date(2000, 1, 1), None, None


@get("/applications/{application_id:uuid}/activities/add", opt=BY_LEAD)
async def add_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Asks for a further activity."""
    return _form(view, await _draft(read, application_id), None, Fields.showing())


@post("/applications/{application_id:uuid}/activities/add", opt=BY_LEAD)
async def add(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Adds it."""
    fields = Fields(form)
    version, may_void = edit_of(fields)
    plan = _read(fields, await _draft(await tx.session.connection(), application_id))

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        return _form(view, await _draft(connection, application_id), None, fields, status, question)

    await save(
        tx, fields, lambda: add_activity(tx, application_id, plan, version=version, may_void=may_void), again
    )
    return view.go(f"/applications/{application_id}/activities", _("The activity is added."))


@get("/applications/{application_id:uuid}/activities/{planned_id:uuid}", opt=BY_LEAD)
async def change_form(
    view: View, read: Read, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """An activity with what is stored of it."""
    application = await _draft(read, application_id)
    activity = _planned(application, planned_id)
    return _form(view, application, activity, Fields.showing(_shown(activity)))


def _shown(activity: Planned) -> dict[str, Any]:
    names = ("kind", "title", "place", "country", "days", "starts_on", "ends_on", "purpose")
    values = {name: shown(getattr(activity, name)) for name in names}
    values |= {f"people-{party}": str(count) for party, count in activity.people.items()}
    return {**values, "month": "" if activity.starts_on else f"{activity.month:%Y-%m}"}


@post("/applications/{application_id:uuid}/activities/{planned_id:uuid}", opt=BY_LEAD)
async def change(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """Saves it."""
    fields = Fields(form)
    version, may_void = edit_of(fields)
    application = await _draft(await tx.session.connection(), application_id)
    _planned(application, planned_id)
    plan = _read(fields, application)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        application = await _draft(connection, application_id)
        return _form(view, application, _planned(application, planned_id), fields, status, question)

    await save(
        tx, fields, lambda: change_planned(tx, planned_id, plan, version=version, may_void=may_void), again
    )
    return view.go(f"/applications/{application_id}/activities", _("Saved."))


@post("/applications/{application_id:uuid}/activities/{planned_id:uuid}/move", opt=BY_LEAD)
async def move(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """Moves it one place up or down."""
    fields = Fields(form)
    by = -1 if fields.choice("to", ("up", "down")) == "up" else 1
    fields.check()
    _planned(await _draft(await tx.session.connection(), application_id), planned_id)
    await move_planned(tx, planned_id, by)
    return view.go(f"/applications/{application_id}/activities")


def _removal(
    view: render.View, application: ApplicationShown, planned_id: UUID, status: int = 200, question: str = ""
) -> Page:
    lines = [line for line in application.plan.lines if line.activity == planned_id]
    return view.page(
        "applications/remove_activity.html",
        status=status,
        application=application,
        activity=_planned(application, planned_id),
        lines=lines,
        question=question,
    )


@get("/applications/{application_id:uuid}/activities/{planned_id:uuid}/remove", opt=BY_LEAD)
async def remove_form(
    view: View, read: Read, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """Says what removing an activity does."""
    return _removal(view, await _draft(read, application_id), planned_id)


@post("/applications/{application_id:uuid}/activities/{planned_id:uuid}/remove", opt=BY_LEAD)
async def remove(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], planned_id: FromPath[UUID]
) -> Page:
    """Takes it out; its lines of the budget stay."""
    fields = Fields(form)
    version, _may_void = edit_of(fields)
    _planned(await _draft(await tx.session.connection(), application_id), planned_id)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        return _removal(view, await _draft(connection, application_id), planned_id, status, question)

    await save(tx, fields, lambda: remove_planned(tx, planned_id, version=version), again)
    return view.go(f"/applications/{application_id}/activities", _("The activity is removed."))


HANDLERS = [planned, add_form, add, change_form, change, move, remove_form, remove]
