"""What a working copy's address answers: to a script, and to a browser without one."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar.response.base import ASGIResponse

from facility.refused import Refused
from facility.web import render
from facility.web.forms import header_of
from facility.web.i18n import _


async def keep_quietly(
    view: render.View, application_id: UUID, keep: Callable[[], Awaitable[None]]
) -> ASGIResponse:
    """Keep what was typed. A script reads the status and stays on its page; a browser goes to the task list."""
    quiet = bool(header_of(view.scope, b"x-autosave"))
    try:
        await keep()
    except Refused as refused:
        if not quiet:
            raise
        status = 422 if refused.kind == "invalid" else 409
        return ASGIResponse(status_code=status, headers=[("x-reason", refused.codes[0])])
    if quiet:
        return ASGIResponse(status_code=204, headers=[("cache-control", "no-store")])
    return view.go(
        f"/applications/{application_id}",
        _("Kept for you as you typed it. It is not saved yet: your colleagues and partners do not see it."),
        kind="wait",
    )
