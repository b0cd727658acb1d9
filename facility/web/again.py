"""The page that a refused command leads back to, drawn from what is true now."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx
from facility.refused import Refused
from facility.web.fields import Fields
from facility.web.stops import Wrong

type Draw = Callable[[AsyncConnection, int], Awaitable[ASGIResponse]]
"""The page with the form, for a status."""


@asynccontextmanager
async def redrawn(tx: Tx, fields: Fields, draw: Draw, *, late: bool = False) -> AsyncIterator[None]:
    """Around the command on a form that was read. Where the form is wrong, or the command finds it so, nothing of the command is
    left and Wrong is raised with the page again (422, or 413 with a file that is too large), whose fields say how;
    `fields.refusal` is what it said.

    `late`: the page says by itself what is true now, and is drawn (409) where the command came too late or what it is about has
    changed. Otherwise such refusals go on as they are, and what is missing always does.
    """
    try:
        fields.check()
        yield
    except Refused as refused:
        if refused.kind == "missing" or not (late or refused.kind == "invalid"):
            raise
        # What the command had begun must not show in what is true now.
        await tx.undo()
        fields.refusal = refused
        if wrong := refused.kind == "invalid":
            fields.refused(refused)
        page = await draw(await tx.session.connection(), fields.status if wrong else 409)
    else:
        return
    raise Wrong(page)
