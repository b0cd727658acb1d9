"""The page that a refused command leads back to, drawn from what is true now."""

from collections.abc import Awaitable, Callable
from typing import NoReturn

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx
from facility.refused import Refused
from facility.web.fields import Fields
from facility.web.stops import Wrong


async def draw_again(
    tx: Tx, fields: Fields, refused: Refused, draw: Callable[[AsyncConnection, int], Awaitable[ASGIResponse]]
) -> NoReturn:
    """Raise Wrong with the page that `draw` makes for a status: 422 where the form is wrong, whose fields then say how; 409
    where it came too late, or what it is about has changed. What is missing is raised anew."""
    if refused.kind == "missing":
        raise refused
    # What the command had begun must not show in what is true now.
    await tx.undo()
    if wrong := refused.kind == "invalid":
        fields.refused(refused)
    page = await draw(await tx.session.connection(), 422 if wrong else 409)
    raise Wrong(page) from None
