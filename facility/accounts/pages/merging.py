"""New institutions looked at by the secretariat, and two entries made one."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.forms import only_searching, picker
from facility.accounts.pages.institutions import BY_SECRETARIAT
from facility.accounts.queries import institutions as queries
from facility.accounts.service import institutions as commands
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@get("/institutions/{body_id:uuid}/validate", opt=BY_SECRETARIAT)
async def show_validate(view: View, read: Read, body_id: FromPath[UUID]) -> Page:
    """A new entry beside those that it may be a second time."""
    institution = (await queries.institution(read, body_id)).about
    picked = await picker(read, Fields.showing(), "into")
    return view.page(
        "accounts/institution_validate.html",
        institution=institution,
        alike=await queries.likely_duplicates(read, institution),
        kinds=picked["kinds"],
        standings=picked["standings"],
    )


@post("/institutions/{body_id:uuid}/validate", opt=BY_SECRETARIAT)
async def validate(view: View, form: Form, tx: Tx, body_id: FromPath[UUID]) -> Page:
    """Accepts it."""
    Fields(form).check()
    await commands.validate_institution(tx, body_id)
    return view.go(f"/institutions/{body_id}", _("The institution is accepted."))


@post("/institutions/{body_id:uuid}/decline", opt=BY_SECRETARIAT)
async def decline(view: View, form: Form, tx: Tx, body_id: FromPath[UUID]) -> Page:
    """Takes off the list what is no institution."""
    Fields(form).check()
    await commands.decline_institution(tx, body_id)
    return view.go("/institutions", _("The entry is off the list."))


async def _merge_page(
    view: render.View, connection: AsyncConnection, body_id: UUID, fields: Fields, status: int = 200
) -> Page:
    institution = (await queries.institution(connection, body_id)).about
    return view.page(
        "accounts/institution_merge.html",
        status=status,
        institution=institution,
        alike=await queries.likely_duplicates(connection, institution),
        form=fields,
        **await picker(connection, fields, "into"),
    )


@get("/institutions/{body_id:uuid}/merge", opt=BY_SECRETARIAT)
async def show_merge(view: View, read: Read, body_id: FromPath[UUID]) -> Page:
    """Asks which entry stays."""
    return await _merge_page(view, read, body_id, Fields.showing())


@post("/institutions/{body_id:uuid}/merge", opt=BY_SECRETARIAT)
async def merge(view: View, form: Form, tx: Tx, body_id: FromPath[UUID]) -> Page:
    """Makes this entry part of the one that was chosen."""
    fields = Fields(form)
    if only_searching(fields, "into"):
        return await _merge_page(view, await tx.session.connection(), body_id, fields)
    into = fields.key("into")
    async with redrawn(tx, fields, lambda read, status: _merge_page(view, read, body_id, fields, status)):
        await commands.merge_institutions(tx, body_id, into)
    return view.go(f"/institutions/{into}", _("The two entries have been merged. Their history is kept."))


HANDLERS: list[Any] = [show_validate, validate, decline, show_merge, merge]
