"""The weeks in which an expert is on call, by the link to the profile: to see them, and to offer one to a colleague."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.forms import rota as forms
from facility.experts.pages.profile_link import EVERYBODY
from facility.experts.queries import rota as queries
from facility.experts.queries.pool import expert_by_link
from facility.experts.rules.rota import may_swap
from facility.experts.service.profile_link import PROFILE
from facility.experts.service.swaps import offer_swap, take_offer_back
from facility.outbox.links import standing_link
from facility.refused import passes, refuse
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of

BY_LINK = Rate("profile-rota-link", 60, 600)
LATE = ("left_the_pool", "swap_open", "rota_week_begun")


@get("/link/profile/{token:str}/rota", opt=EVERYBODY)
async def weeks(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The present week and those to come."""
    await limits.hit(BY_LINK, address_of(view.scope))
    expert = await expert_by_link(read, token)
    today = clock.now().astimezone(clock.BRUSSELS).date()
    own = await queries.own_weeks(read, expert.id, queries.this_week())
    return view.page(
        "experts/rota_link.html",
        token=token,
        expert=expert,
        weeks=[(week, passes(may_swap, week.week, today)) for week in own],
    )


async def _own(connection: AsyncConnection, expert_id: UUID, on_call_id: UUID) -> queries.OwnWeek:
    own = await queries.own_weeks(connection, expert_id, queries.this_week())
    week = next((week for week in own if week.id == on_call_id), None)
    if week is None:
        refuse("not_found", kind="missing", what="on_call")
    return week


async def _offer_page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    on_call_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    expert = await expert_by_link(connection, token)
    own = await _own(connection, expert.id, on_call_id)
    colleagues = await queries.colleagues(connection, own.theme_id, expert.id)
    section = forms.swap(colleagues)
    return view.page(
        "experts/swap_form.html",
        status=status,
        token=token,
        expert=expert,
        week=own,
        form=fields,
        section=section if colleagues else None,
        labels=section.labels,
    )


@get("/link/profile/{token:str}/rota/{on_call_id:uuid}", opt=EVERYBODY)
async def offer(
    view: View, read: Read, limits: Limits, token: FromPath[str], on_call_id: FromPath[UUID]
) -> Page:
    """To whom the week can be offered."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _offer_page(view, read, token, on_call_id, Fields.showing())


@post("/link/profile/{token:str}/rota/{on_call_id:uuid}", opt=EVERYBODY)
async def send_offer(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], on_call_id: FromPath[UUID]
) -> Page:
    """Asks the colleague by mail."""
    await limits.hit(BY_LINK, address_of(view.scope))
    expert_id = (await standing_link(tx, PROFILE, token)).subject_id
    connection, fields = await tx.session.connection(), Fields(form)
    own = await _own(connection, expert_id, on_call_id)
    colleagues = await queries.colleagues(connection, own.theme_id, expert_id)
    colleague_id, in_exchange = forms.read_choice(fields, colleagues)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _offer_page(view, read, token, on_call_id, fields, status)

    async with redrawn(tx, fields, again, late=LATE):
        await offer_swap(tx, expert_id, on_call_id, colleague_id, in_exchange)
    return view.go(f"/link/profile/{token}/rota", _("We have asked your colleague by mail."))


@post("/link/profile/{token:str}/rota/{on_call_id:uuid}/back", opt=EVERYBODY)
async def take_back(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], on_call_id: FromPath[UUID]
) -> Page:
    """The week is offered to nobody any more."""
    await limits.hit(BY_LINK, address_of(view.scope))
    expert_id = (await standing_link(tx, PROFILE, token)).subject_id
    Fields(form).check()
    own = await _own(await tx.session.connection(), expert_id, on_call_id)
    if own.swap_id is None:
        refuse("swap_over")
    await take_offer_back(tx, expert_id, own.swap_id)
    return view.go(
        f"/link/profile/{token}/rota", _("The offer is taken back. You stay on call in this week.")
    )


HANDLERS = [weeks, offer, send_offer, take_back]
