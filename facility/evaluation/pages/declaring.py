"""The declarations of those who don't assess: for a call, and of a conflict on one of its applications."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.evaluation.access import ON_COMMITTEE, ON_COMMITTEE_OF_APPLICATION
from facility.evaluation.queries import board
from facility.evaluation.queries.declaring import signed_at
from facility.evaluation.service.assessing import sign_declaration
from facility.evaluation.service.declaring import declare_own_conflict
from facility.evaluation.words import CLOSED_BY_CONFLICT, CONFLICT_MISSING, SIGNED, TICK_TO_SIGN
from facility.refused import refuse
from facility.web.access import DECIDERS, allow, related
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import translated
from facility.web.reasons import reason_of
from facility.web.workspace import workspace_of

SIGNS = {"allow": allow(*DECIDERS, related(ON_COMMITTEE))}
DECLARES = {"allow": allow(*DECIDERS, related(ON_COMMITTEE_OF_APPLICATION))}


@get("/evaluation/{call_id:uuid}/declaration", opt=SIGNS)
async def declaration(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The declaration for the call, and its applications, on which a conflict can be declared."""
    return await _declaration(view, read, call_id, Fields.showing())


async def _declaration(
    view: View, read: AsyncConnection, call_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call = await board.call(read, call_id)
    return view.page(
        "evaluation/staff_declaration.html",
        status=status,
        workspace=await workspace_of(view, read, call_id, "committee"),
        call=call,
        signed_at=await signed_at(read, call_id, view.me.id),
        lines=await board.applications(read, call_id, viewer=view.me.id, exceptions=True),
        form=form,
    )


@post("/evaluation/{call_id:uuid}/declaration", opt=SIGNS)
async def sign(view: View, form: Form, tx: Tx, call_id: FromPath[UUID]) -> Page:
    """Sign the declaration."""
    fields = Fields(form)
    if not fields.yes("agreed"):
        fields.wrong("agreed", translated(TICK_TO_SIGN))
    async with redrawn(tx, fields, lambda read, status: _declaration(view, read, call_id, fields, status)):
        await sign_declaration(tx, call_id)
    return view.go(f"/evaluation/{call_id}/declaration", translated(SIGNED))


@get("/evaluation/applications/{application_id:uuid}/own-conflict", opt=DECLARES)
async def own_conflict(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """A conflict of interests of one's own: title and parties, and nothing else of the application."""
    return await _own(view, read, application_id, Fields.showing())


async def _own(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    call = await board.call(read, await board.call_of(read, application_id))
    line = next(iter(await board.applications(read, call.id, application_id, exceptions=True)), None)
    if line is None:  # still sealed
        refuse("not_found", kind="missing")
    return view.page(
        "evaluation/own_conflict.html",
        status=status,
        call=call,
        application=line,
        back=f"/evaluation/{call.id}/declaration",
        form=form,
    )


@post("/evaluation/applications/{application_id:uuid}/own-conflict", opt=DECLARES)
async def declare(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Declare the conflict; the application is closed from now on."""
    fields = Fields(form)
    reason = reason_of(fields, translated(CONFLICT_MISSING))
    call_id = await board.call_of(await tx.session.connection(), application_id)
    async with redrawn(tx, fields, lambda read, status: _own(view, read, application_id, fields, status)):
        await declare_own_conflict(tx, application_id, reason)
    return view.go(f"/evaluation/{call_id}/declaration", translated(CLOSED_BY_CONFLICT))


HANDLERS = [declaration, sign, own_conflict, declare]
