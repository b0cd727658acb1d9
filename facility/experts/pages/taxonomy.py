"""The taxonomy of themes: an administrator adds, changes and retires; staff and auditors read."""

from functools import partial
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.experts.forms import taxonomy as forms
from facility.experts.queries import taxonomy as queries
from facility.experts.rules.taxonomy import current_priority
from facility.experts.service import taxonomy as service
from facility.forms.rows import row_labels
from facility.web import render
from facility.web.access import REGISTERS, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _

READERS = {"allow": allow(*REGISTERS)}
KEEPERS = {"allow": allow(Role.ADMINISTRATOR)}


@get("/themes", opt=READERS)
async def themes(view: View, read: Read) -> Page:
    """Every theme, with its priority of this year."""
    year = clock.now().astimezone(clock.BRUSSELS).year
    listed = await queries.taxonomy(read)
    return view.page(
        "experts/themes.html",
        themes=[(theme, current_priority(theme.cycles, year)) for theme in listed],
        may_change=view.me.has(Role.ADMINISTRATOR),
    )


async def _page(
    view: render.View,
    connection: AsyncConnection,
    fields: Fields | None = None,
    status: int = 200,
    *,
    theme_id: UUID | None = None,
) -> Page:
    theme = await queries.theme(connection, theme_id) if theme_id else None
    form = fields or Fields.showing(forms.shown_theme(theme) if theme else {})
    rows, cycles, particulars = forms.rows(form), forms.cycles(), forms.particulars()
    return view.page(
        "experts/theme.html",
        status=status,
        theme=theme,
        form=form,
        particulars=particulars.without("code") if theme else particulars,
        cycles=cycles,
        rows=rows,
        labels=particulars.labels | row_labels(cycles, rows),
        history=await history_lines(connection, theme_id) if theme_id else [],
        may_change=view.me.has(Role.ADMINISTRATOR),
    )


@get("/themes/new", opt=KEEPERS)
async def new_theme(view: View, read: Read) -> Page:
    """An empty form."""
    return await _page(view, read)


@post("/themes/new", opt=KEEPERS)
async def enter(view: View, form: Form, tx: Tx) -> Page:
    """Adds a theme."""
    fields = Fields(form)
    draft = forms.read(fields)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _page(view, read, fields, status)

    async with redrawn(tx, fields, again, place=partial(forms.place, fields)):
        theme = await service.enter_theme(tx, draft)
    return view.go(f"/themes/{theme.id}", _("The theme has been added."))


@get("/themes/{theme_id:uuid}", opt=READERS)
async def theme(view: View, read: Read, theme_id: FromPath[UUID]) -> Page:
    """A theme in its form, and its history."""
    return await _page(view, read, theme_id=theme_id)


@post("/themes/{theme_id:uuid}", opt=KEEPERS)
async def change(view: View, form: Form, tx: Tx, theme_id: FromPath[UUID]) -> Page:
    """Saves name, flag and cycles."""
    fields = Fields(form)
    draft = forms.read(fields)

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _page(view, read, fields, status, theme_id=theme_id)

    async with redrawn(tx, fields, again, place=partial(forms.place, fields)):
        await service.change_theme(tx, theme_id, draft)
    return view.go(f"/themes/{theme_id}", _("The theme is saved."))


@post("/themes/{theme_id:uuid}/state", opt=KEEPERS)
async def set_state(view: View, form: Form, tx: Tx, theme_id: FromPath[UUID]) -> Page:
    """Retires the theme, or lets it be chosen again."""
    fields = Fields(form)
    retires = fields.choice("do", ("retire", "restore")) == "retire"
    fields.check()
    await (service.retire_theme if retires else service.restore_theme)(tx, theme_id)
    notice = _("The theme is retired.") if retires else _("The theme can be chosen again.")
    return view.go(f"/themes/{theme_id}", notice)


HANDLERS = [themes, new_theme, enter, theme, change, set_state]
