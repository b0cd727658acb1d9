"""What a working copy's address answers: to a script, and to a browser without one."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.drafts import same_person
from facility.applications.pages.editing import Editable, typed_in
from facility.applications.service.working_copies import keep_copy
from facility.calls.rules.form_keys import BESIDE, SIDES
from facility.db import Tx
from facility.refused import Refused
from facility.web import render
from facility.web.again import Trace
from facility.web.errors import AUTOSAVE
from facility.web.fields import Fields
from facility.web.forms import Form, header_of
from facility.web.i18n import _


def kept_for_you() -> str:
    return _("Your text is stored as a draft and not saved yet. Your colleagues and partners do not see it.")


def kept(keep: Callable[[], Awaitable[None]]) -> Trace:
    """For `redrawn`: what can't be saved is kept. Where it is too long to be kept, it still stands in the form."""

    async def trace(_refused: Refused) -> None:
        with suppress(Refused):
            await keep()

    return trace


def kept_quietly(view: render.View, back: str, message: str) -> ASGIResponse:
    """The answer once it is kept: a script stays on its page, a browser goes `back` with the message."""
    if header_of(view.scope, AUTOSAVE.encode()):
        return ASGIResponse(status_code=204)
    return view.go(back, message, kind="wait")


async def keep_typed(
    view: render.View,
    form: Form,
    tx: Tx,
    find: Callable[[AsyncConnection], Awaitable[Editable]],
) -> ASGIResponse:
    """Keep what a form says, whatever it is; `find` gives what it is the form of."""
    same_person(view, form)
    edited = await find(await tx.session.connection())
    fields = Fields(form)
    typed = typed_in(edited.section, form)
    fields.ignore(*BESIDE, *edited.beside, *typed, *(f"{side}-{key}" for key in typed for side in SIDES))
    fields.check()
    await keep_copy(
        tx, edited.application.id, edited.party_id, edited.section.key, typed, based_on=_began(form)
    )
    return kept_quietly(view, edited.back, kept_for_you())


def _began(form: Form) -> int:
    """The version of the section that the person began from."""
    version = form.get("began") or form.get("seen")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
