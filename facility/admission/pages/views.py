"""Lists that people of the staff keep under a name: saved, opened by link, forgotten."""

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.pages.received import BY_STAFF, address, list_page, list_query_of
from facility.admission.queries.options import view_of
from facility.admission.service.views import drop_view, save_view
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@post("/applications/views", opt=BY_STAFF)
async def save(view: View, form: Form, tx: Tx) -> Page:
    """Keeps the list as it is narrowed and sorted now."""
    fields = Fields(form)
    listed = list_query_of(parse_qs(fields.hidden("query", most=2000)))
    name, shared = (
        fields.text("name", missing=_("Enter the name of the list."), most=60),
        fields.yes("shared"),
    )

    async def again(connection: AsyncConnection, _status: int) -> Page:
        listed.fields.errors |= {"name": fields.errors.get("name", [])}
        listed.fields.values |= {"name": name}
        return await list_page(view, connection, listed)

    async with redrawn(tx, fields, again):
        await save_view(tx, view.me.id, name=name, asked=listed.set_filters, shared=shared)
    return view.go(address(listed.set_filters), _("The list is saved as “{name}”.", name=name))


@get("/applications/views/{view_id:uuid}", opt=BY_STAFF)
async def show(view: View, read: Read, view_id: FromPath[UUID]) -> Page:
    """Leads to the list as it was kept: one's own, or one that is shared."""
    kept = await view_of(read, view_id, view.me.id)
    return view.go(address(list_query_of({name: [value] for name, value in kept.asked.items()}).set_filters))


@post("/applications/views/{view_id:uuid}/forget", opt=BY_STAFF)
async def forget(view: View, form: Form, tx: Tx, view_id: FromPath[UUID]) -> Page:
    """Forgets a list of one's own; its link leads nowhere any more."""
    Fields(form).check()
    await drop_view(tx, view.me.id, view_id)
    return view.go(address({}), _("The list is deleted."))


HANDLERS: list[Any] = [save, show, forget]
