"""Asking for experts: the form of a request, blank, like an earlier one, or as the lead of an activity asks for it; and asking anew."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.deployments.access import SECRETARIAT
from facility.deployments.forms import request as forms
from facility.deployments.forms.wish import from_wish
from facility.deployments.queries import requests as queries
from facility.deployments.queries.wishes import to_complete
from facility.deployments.rules.relaxing import DAYS_APART
from facility.deployments.service.requesting import request_expertise
from facility.deployments.service.rescheduling import ask_anew
from facility.experts.queries.pool import themes
from facility.experts.words import language_choices
from facility.forms.rows import row_labels
from facility.refused import refuse
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _


async def _request_page(
    view: render.View,
    connection: AsyncConnection,
    application: queries.Applied,
    fields: Fields,
    *,
    status: int = 200,
    spare: int = forms.SPARE_ROWS,
) -> Page:
    section = forms.request()
    further: dict[str, Any] = forms.further(language_choices())
    weights = forms.weights(await themes(connection))
    rows = forms.theme_rows(fields.values, spare=spare)
    wish = fields.values.get("wish")
    return view.page(
        "deployments/new.html",
        status=status,
        form=fields,
        application=application,
        usual=forms.blank(application, ()),
        asked=section,
        **further,
        weights=weights,
        rows=rows,
        wish=await to_complete(connection, UUID(str(wish)), application.id) if wish else None,
        labels=forms.labels(section, *further.values()) | row_labels(weights, rows),
    )


@get("/deployments/new", opt=SECRETARIAT)
async def new_request(
    view: View,
    read: Read,
    application: FromQuery[UUID],
    like: FromQuery[UUID | None] = None,
    days: FromQuery[int] = 0,
    wish: FromQuery[UUID | None] = None,
) -> Page:
    """The form, for an application with a standing award; filled in as an earlier request was, so many days later, or as the lead of an
    activity asks for it."""
    applied = await queries.application(read, application, view.me.id)
    if not applied.funded:
        refuse("not_funded")
    known = [code for code, _name in await themes(read)]
    values = forms.blank(applied, known)
    earlier = await queries.deployment(read, like) if like else None
    if earlier and earlier.application_id == application and abs(days) <= DAYS_APART:
        values = forms.like(values, earlier, days)
        values |= {"wish": str(earlier.origin.wish_id)} if earlier.origin else {}
    elif wish:
        values = from_wish(values, await to_complete(read, wish, application), known)
    return await _request_page(view, read, applied, Fields.showing(values))


@post("/deployments/new", opt=SECRETARIAT)
async def ask(view: View, form: Form, tx: Tx) -> Page:
    """Makes the shortlist; nobody is asked before somebody has confirmed the order."""
    connection, fields = await tx.session.connection(), Fields(form)
    fields.ignore("do")
    application = await _application_of(connection, fields, view.me.id)
    wish = fields.key("wish") if fields.given("wish") else None
    if "wish" in fields.errors:
        refuse("not_found", kind="missing", what="wish")
    draft = forms.read(
        fields,
        application_id=application.id,
        wish_id=wish,
        themes=await themes(connection),
        languages=language_choices(),
        today=tx.now.astimezone(clock.BRUSSELS).date(),
        always_pin=view.renderer.settings.always_pin,
    )
    if form.get("do") == "rows":
        fields.errors.clear()
        fields.check()
        return await _request_page(view, connection, application, fields, spare=6)
    async with redrawn(
        tx, fields, lambda read, status: _request_page(view, read, application, fields, status=status)
    ):
        deployment = await request_expertise(tx, draft)
    return view.go(
        f"/deployments/{deployment.id}/order",
        _("The shortlist is ready. Nobody is asked before you confirm the order."),
    )


async def _application_of(connection: AsyncConnection, fields: Fields, viewer: UUID) -> queries.Applied:
    """The application that the form is about. Raises Refused (missing) for what is none."""
    key = fields.key("application")
    if "application" in fields.errors:
        refuse("not_found", kind="missing", what="application")
    return await queries.application(connection, key, viewer)


@post("/deployments/{deployment_id:uuid}/anew", opt=SECRETARIAT)
async def anew(view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID]) -> Page:
    """Calls the request off and makes it for the new days of its activity."""
    Fields(form).check()
    made = await ask_anew(tx, deployment_id)
    return view.go(
        f"/deployments/{made.id}/order",
        _(
            "The earlier request is cancelled, and its experts get a mail. Now confirm the order for the new days."
        ),
    )


HANDLERS = [new_request, ask, anew]
