"""The page behind a link: GET shows, since programs that look at mails open every link; POST acts, and after a refusal the page says
what is true now."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.db import Tx
from facility.inquiries.models import Inquiry
from facility.outbox.links import standing_link
from facility.outbox.models import Link
from facility.web.again import Trace, redrawn
from facility.web.errors import typed_by
from facility.web.fields import Fields
from facility.web.render import View
from facility.web.sentences import sentence

type Draw = Callable[[View, AsyncConnection, str, Fields, int], Awaitable[ASGIResponse]]
"""`draw(view, connection, token, fields, status)`: the whole page, by `link_page`."""


def seen_at(view: View) -> datetime:
    """The instant by which the page decides what can still be done: for a form that was sent, when all of it had
    arrived."""
    return view.scope["state"].get("received_at") or clock.now()


def link_page(
    view: View, template: str, token: str, fields: Fields, status: int, /, **context: Any
) -> ASGIResponse:
    """The page by a template that extends `inquiries/link.html`."""
    too_late = status == 409
    return view.page(
        template,
        status=status,
        too_late=too_late,
        # Where there is no form any more, what was typed in it is there to copy.
        typed=typed_by(view.scope) if too_late else None,
        refusals=[sentence(reason) for reason in fields.refusal.reasons]
        if too_late and fields.refusal
        else [],
        token=token,
        form=fields,
        **context,
    )


@asynccontextmanager
async def answering(
    view: View,
    tx: Tx,
    table: type[Inquiry],
    token: str,
    fields: Fields,
    draw: Draw,
    *,
    trace: Trace | None = None,
) -> AsyncIterator[Link]:
    """Around the command of a POST: finds the link without a lock. Refused: link_unknown (missing), link_revoked; any other refusal
    draws the page again. trace: as `redrawn`."""
    link = await standing_link(tx, table.__tablename__, token)
    async with redrawn(
        tx,
        fields,
        lambda read, status: draw(view, read, token, fields, status),
        late=True,
        own_words=True,
        trace=trace,
    ):
        yield link
        # The command may have waited for its locks while somebody corrected the address.
        await standing_link(tx, table.__tablename__, token, lock=True)
