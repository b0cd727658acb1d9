"""What a working copy's address answers: to a script, and to a browser without one."""

from collections.abc import Awaitable, Callable

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.desk import Desk, typed_in
from facility.applications.pages.drafts import same_person
from facility.applications.service.working_copies import keep_copy
from facility.calls.rules.form_keys import BESIDE, SIDES
from facility.db import Tx
from facility.refused import Refused
from facility.web import render
from facility.web.fields import Fields
from facility.web.forms import Form, header_of
from facility.web.i18n import _


def kept_for_you() -> str:
    """What somebody who is signed in is told."""
    return _("Kept for you as you typed it. It is not saved yet: your colleagues and partners do not see it.")


async def keep_quietly(
    view: render.View, tx: Tx, keep: Callable[[], Awaitable[str]], said: str
) -> ASGIResponse:
    """Keep what was typed. A script reads the status and stays on its page; a browser goes where `keep` says, and is told."""
    quiet = bool(header_of(view.scope, b"x-autosave"))
    try:
        back = await keep()
    except Refused as refused:
        if not quiet:
            raise
        await tx.undo()
        status = 422 if refused.kind == "invalid" else 409
        return ASGIResponse(status_code=status, headers=[("x-reason", refused.codes[0])])
    if quiet:
        return ASGIResponse(status_code=204)
    return view.go(back, said, kind="wait")


async def keep_typed(
    view: render.View,
    form: Form,
    tx: Tx,
    find: Callable[[AsyncConnection], Awaitable[Desk]],
) -> ASGIResponse:
    """Keep what a form says, whatever it is; `find` tells what it is the form of."""

    async def keep() -> str:
        same_person(view, form)
        desk = await find(await tx.session.connection())
        fields = Fields(form)
        typed = typed_in(desk.section, form)
        fields.ignore(*BESIDE, *desk.beside, *typed, *(f"{side}-{key}" for key in typed for side in SIDES))
        fields.check()
        await keep_copy(
            tx, desk.application.id, desk.party_id, desk.section.key, typed, based_on=_began(form)
        )
        return desk.back

    return await keep_quietly(view, tx, keep, kept_for_you())


def _began(form: Form) -> int:
    """The version of the section that the person began from."""
    told = form.get("began") or form.get("seen")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
