"""When the expert can come, by the link to the profile: a month of days to tick, what holds in every month, and the calendar feed."""

from datetime import date, timedelta
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.forms import calendar as forms
from facility.experts.queries import pool as queries
from facility.experts.rules.calendar import covered, month_of, weeks_of
from facility.experts.rules.profile import is_in_pool
from facility.experts.service.calendar import end_calendar_link, make_calendar_link, set_days, set_limits
from facility.experts.service.profile_link import PROFILE
from facility.experts.words import weekday_names
from facility.outbox.links import standing_link
from facility.web import carried, render
from facility.web.access import ANYONE, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of
from facility.zone import FIRST_DAY, LAST_DAY

BY_LINK = Rate("profile-days-link", 120, 600)
EVERYBODY = {"allow": allow(ANYONE)}
LATE = ("changed_meanwhile", "left_the_pool", "calendar_link_stands", "calendar_link_ended")


def _today() -> date:
    return clock.now().astimezone(clock.BRUSSELS).date()


def _month(typed: str) -> tuple[date, date]:
    """The month of this day, which a page of ours wrote; the present one where nobody did."""
    return month_of(carried.day(typed) or _today())


async def _page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    expert_id: UUID,
    month: tuple[date, date],
    fields: Fields | None = None,
    status: int = 200,
    ticked: set[date] | None = None,
) -> Page:
    expert = await queries.expert(connection, expert_id)
    first, last = month
    stored = covered([(period.starts_on, period.ends_on) for period in expert.available], first, last)
    booked = covered([(taken.starts_on, taken.ends_on) for taken in expert.booked], first, last)
    form = Fields.showing(forms.shown_limits(expert))
    if fields:
        form.values |= fields.values
        form.errors = fields.errors
    return view.page(
        "experts/calendar_link.html",
        status=status,
        token=token,
        expert=expert,
        form=form,
        in_pool=is_in_pool(expert.active, expert.valid_until, _today()),
        weeks=weeks_of(first, last),
        month=first,
        earlier=month_of(first - timedelta(days=1))[0] if first > FIRST_DAY else None,
        later=last + timedelta(days=1) if last < LAST_DAY else None,
        ticked=stored if ticked is None else ticked,
        booked=booked,
        weekdays=list(zip(weekday_names("short"), weekday_names(), strict=True)),
        limits=forms.limits(),
        base_url=view.renderer.settings.base_url,
        feed=await queries.calendar_path(connection, expert_id),
    )


@get("/link/profile/{token:str}/days", opt=EVERYBODY)
async def days(
    view: View, read: Read, limits: Limits, token: FromPath[str], month: FromQuery[str] = ""
) -> Page:
    """A month."""
    await limits.hit(BY_LINK, address_of(view.scope))
    shown = await queries.expert_by_link(read, token)
    return await _page(view, read, token, shown.id, _month(month))


@post("/link/profile/{token:str}/days", opt=EVERYBODY)
async def save_days(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Saves the ticks of one month."""
    await limits.hit(BY_LINK, address_of(view.scope))
    expert_id = (await standing_link(tx, PROFILE, token)).subject_id
    fields = Fields(form)
    version = fields.integer("version", 1, 999_999_999)
    month = month_of(fields.day("month"))
    ticked = forms.read_days(fields, *month)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _page(view, read, token, expert_id, month, fields, status, ticked)

    async with redrawn(tx, fields, again, late=LATE):
        await set_days(tx, expert_id, *month, ticked, version=version)
    return view.go(f"/link/profile/{token}/days?month={month[0]}", _("Your days are saved."))


@post("/link/profile/{token:str}/limits", opt=EVERYBODY)
async def save_limits(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Saves what holds in every month."""
    await limits.hit(BY_LINK, address_of(view.scope))
    expert_id = (await standing_link(tx, PROFILE, token)).subject_id
    fields = Fields(form)
    version = fields.integer("version", 1, 999_999_999)
    given = forms.read_limits(fields)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _page(view, read, token, expert_id, month_of(_today()), fields, status)

    async with redrawn(tx, fields, again, late=LATE):
        await set_limits(tx, expert_id, given, version=version)
    return view.go(f"/link/profile/{token}/days", _("Your settings are saved."))


@post("/link/profile/{token:str}/feed", opt=EVERYBODY)
async def feed(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Makes the address that a calendar follows, or ends it."""
    await limits.hit(BY_LINK, address_of(view.scope))
    expert_id = (await standing_link(tx, PROFILE, token)).subject_id
    fields = Fields(form)
    makes = fields.choice("do", ("make", "end")) == "make"

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _page(view, read, token, expert_id, month_of(_today()), fields, status)

    async with redrawn(tx, fields, again, late=LATE):
        await (make_calendar_link if makes else end_calendar_link)(tx, expert_id)
    notice = _("Copy the address into your calendar.") if makes else _("The address no longer works.")
    return view.go(f"/link/profile/{token}/days", notice)


HANDLERS = [days, save_days, save_limits, feed]
