"""Experts for an activity: its lead asks for them and takes that back, the secretariat refuses."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities.access import BY_LEAD, VERIFIES
from facility.activities.pages.plan import WORDS
from facility.activities.queries import activities as lists
from facility.activities.queries.activities import ActivityShown
from facility.deployments.forms import wish as forms
from facility.deployments.rules.wishes import WishState
from facility.deployments.service import wishing
from facility.experts.queries.pool import themes
from facility.experts.words import language_choices
from facility.refused import refuse
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of

_EXPERTS = "/activities/{activity_id:uuid}/experts"


async def _wish_page(
    view: render.View, connection: AsyncConnection, activity_id: UUID, fields: Fields, status: int = 200
) -> Page:
    return view.page(
        "activities/experts.html",
        status=status,
        activity=await lists.shown(connection, activity_id),
        asked=forms.wish(await themes(connection), language_choices()),
        form=fields,
        **WORDS,
    )


@get(_EXPERTS, opt=BY_LEAD)
async def wish_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """How many, for what; place and days are those of the activity."""
    activity = await lists.shown(read, activity_id)
    if not activity.may_wish:
        refuse("experts_wished" if activity.wish and activity.wish.live else "not_planned")
    return await _wish_page(view, read, activity_id, Fields.showing({"seats": "1", "language": "en"}))


@post(_EXPERTS, opt=BY_LEAD)
async def wish(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """The secretariat has the task to complete it."""
    fields = Fields(form)
    section = forms.wish(await themes(await tx.session.connection()), language_choices())
    draft = forms.read_wish(fields, section)
    async with redrawn(tx, fields, lambda read, status: _wish_page(view, read, activity_id, fields, status)):
        await wishing.wish(tx, activity_id, draft)
    return view.go(f"/activities/{activity_id}#experts", _("The secretariat has your request for experts."))


@post(f"{_EXPERTS}/take-back", opt=BY_LEAD)
async def take_back(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """As long as nobody was asked."""
    Fields(form).check()
    await wishing.take_back(tx, activity_id)
    return view.go(f"/activities/{activity_id}#experts", _("You no longer ask for experts."))


def _refuse_page(view: render.View, activity: ActivityShown, fields: Fields, status: int = 200) -> Page:
    return view.page("activities/refuse_experts.html", status=status, activity=activity, form=fields, **WORDS)


@get(f"{_EXPERTS}/refuse", opt=VERIFIES)
async def refuse_form(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """Asks for the reason."""
    activity = await lists.shown(read, activity_id)
    if activity.wish is None or activity.wish.state is not WishState.OPEN:
        refuse("wish_over")
    return _refuse_page(view, activity, Fields.showing())


@post(f"{_EXPERTS}/refuse", opt=VERIFIES)
async def refuse_wish(view: View, form: Form, tx: Tx, activity_id: FromPath[UUID]) -> Page:
    """The lead gets a mail with the reason."""
    fields = Fields(form)
    reason = reason_of(fields, _("Enter the reason for refusing the request."))

    async def again(connection: AsyncConnection, status: int) -> Page:
        return _refuse_page(view, await lists.shown(connection, activity_id), fields, status)

    async with redrawn(tx, fields, again):
        await wishing.refuse_wish(tx, activity_id, reason=reason)
    return view.go(f"/activities/{activity_id}#experts", _("Refused. The lead gets a mail with your reason."))


HANDLERS = [wish_form, wish, take_back, refuse_form, refuse_wish]
