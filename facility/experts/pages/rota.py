"""The stand-by rota, as the secretariat keeps it: weeks and themes, who is on call, and where nobody is."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.access import KEEPERS, READERS
from facility.experts.forms import rota as forms
from facility.experts.queries import rota as queries
from facility.experts.rules.rota import MOST_WEEKS, WEEK, hindrance, is_to_fill, last_day, week_of
from facility.experts.service.rota import put_on_call, set_rota_themes, take_off_call
from facility.forms.reading import read
from facility.refused import Reason
from facility.web import carried, render
from facility.web.access import Role
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, ngettext
from facility.web.sentences import sentence
from facility.zone import FIRST_DAY, LAST_DAY

WEEKS_SHOWN = 12


def _today() -> date:
    return clock.now().astimezone(clock.BRUSSELS).date()


def _first_week(typed: str) -> date:
    """The week of this day, which a page of ours wrote; the present one where nobody did."""
    return week_of(carried.day(typed) or _today())


def _why(code: str, expert: str, week: date) -> str:
    """Why this expert can't be on call in this week, in words."""
    return sentence(Reason(code, None, {"expert": expert, "week": week.isoformat()}))


def _why_not(slot: queries.Slot) -> str:
    """Why whoever is on call can't be; "" where they can, where nobody is, and once the week is over."""
    if slot.hindrance is None or slot.expert is None or last_day(slot.week) < _today():
        return ""
    return _why(slot.hindrance, slot.expert, slot.week)


@get("/rota", opt=READERS)
async def rota(view: View, read: Read, week: FromQuery[str] = "") -> Page:
    """Twelve weeks, from the present one on or from another."""
    first = _first_week(week)
    slots = await queries.board(read, first, WEEKS_SHOWN)
    today, step = _today(), WEEK * WEEKS_SHOWN
    rows = [
        (monday, is_to_fill(monday, today), [(slot, _why_not(slot)) for slot in row])
        for monday, row in groupby(slots, lambda slot: slot.week)
    ]
    return view.page(
        "experts/rota.html",
        themes=[slot.theme for slot, _reason in rows[0][2]] if rows else [],
        rows=rows,
        this_week=week_of(today),
        gaps=sum(not slot.covered for _monday, near, row in rows if near for slot, _reason in row),
        earlier=first - step if first - step > FIRST_DAY else None,
        later=first + step if first + step < LAST_DAY - step else None,
        may_change=view.me.has(Role.SECRETARIAT),
    )


async def _themes_page(
    view: render.View, connection: AsyncConnection, fields: Fields | None = None, status: int = 200
) -> Page:
    known = await queries.rota_themes(connection)
    section = forms.themes(known)
    chosen = [str(theme.id) for theme in known if theme.has_rota]
    return view.page(
        "experts/rota_themes.html",
        status=status,
        form=fields or Fields.showing({"themes": chosen}),
        section=section,
    )


@get("/rota/themes", opt=KEEPERS)
async def themes(view: View, read: Read) -> Page:
    """Which themes have a rota."""
    return await _themes_page(view, read)


@post("/rota/themes", opt=KEEPERS)
async def save_themes(view: View, form: Form, tx: Tx) -> Page:
    """These themes, and no others."""
    fields = Fields(form)
    section = forms.themes(await queries.rota_themes(await tx.session.connection()))
    chosen = read(fields, section)["themes"]

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _themes_page(view, connection, fields, status)

    async with redrawn(tx, fields, again):
        await set_rota_themes(tx, {UUID(key) for key in chosen if fields.sound("themes")})
    return view.go("/rota", _("The themes of the rota are saved."))


def _label(offered: queries.Offered) -> str:
    """ "X01 Giulia Rossi, level 5, 2 weeks on call (last year and planned)"."""
    return ngettext(
        "{code} {name}, level {level}, {count} week on call (last year and planned)",
        "{code} {name}, level {level}, {count} weeks on call (last year and planned)",
        offered.weeks,
        code=offered.member.code,
        name=offered.name,
        level=offered.member.level,
    )


def _kept_away(known: Sequence[queries.Offered], week: date) -> list[tuple[queries.Offered, str]]:
    """Who knows the theme and can't be on call in this week, and why."""
    return [
        (offered, _why(why, offered.member.code, week))
        for offered in known
        if (why := hindrance(offered.member, week))
    ]


async def _put_page(
    view: render.View,
    connection: AsyncConnection,
    theme_id: UUID,
    week: date,
    fields: Fields,
    status: int = 200,
) -> Page:
    known = await queries.members(connection, theme_id, week, week)
    able = [(str(offered.id), _label(offered)) for offered in known if not hindrance(offered.member, week)]
    section, slot = forms.duty(able), await queries.slot(connection, theme_id, week)
    return view.page(
        "experts/rota_put.html",
        status=status,
        form=fields,
        slot=slot,
        why_not=_why_not(slot),
        over=last_day(week) < _today(),
        section=section if able else None,
        labels=section.labels,
        kept_away=_kept_away(known, week),
    )


@get("/rota/put", opt=KEEPERS)
async def choose(view: View, read: Read, theme: FromQuery[UUID], week: FromQuery[str] = "") -> Page:
    """Who can be on call for the theme from this week on, and who can't and why."""
    return await _put_page(view, read, theme, _first_week(week), Fields.showing({"weeks": "1"}))


@post("/rota/put", opt=KEEPERS)
async def put(view: View, form: Form, tx: Tx) -> Page:
    """Puts an expert on call, who gets a mail."""
    fields = Fields(form)
    theme_id, expert_id = fields.key("theme"), fields.key("expert")
    week = week_of(fields.day("week", first=FIRST_DAY + WEEK, last=LAST_DAY - timedelta(days=366)))
    weeks = fields.integer("weeks", 1, MOST_WEEKS)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _put_page(view, connection, theme_id, week, fields, status)

    async with redrawn(tx, fields, again):
        await put_on_call(tx, theme_id, expert_id, week, weeks)
    return view.go(f"/rota?week={week}", _("The expert is on call, and gets a mail."))


@get("/rota/{on_call_id:uuid}", opt=KEEPERS)
async def duty(view: View, read: Read, on_call_id: FromPath[UUID]) -> Page:
    """Who is on call in this week, to be taken off."""
    slot = await queries.slot_by_id(read, on_call_id)
    return view.page(
        "experts/rota_off.html", slot=slot, over=last_day(slot.week) < _today(), why_not=_why_not(slot)
    )


@post("/rota/{on_call_id:uuid}/off", opt=KEEPERS)
async def take_off(view: View, form: Form, tx: Tx, on_call_id: FromPath[UUID]) -> Page:
    """Takes the expert off, who gets a mail."""
    Fields(form).check()
    row = await take_off_call(tx, on_call_id)
    return view.go(
        f"/rota?week={row.week}", _("The expert is no longer on call in this week, and gets a mail.")
    )


HANDLERS = [rota, themes, save_themes, choose, put, duty, take_off]
