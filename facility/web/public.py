"""Pages that belong to no room: the statements, help, the search, and the health of the service."""

from typing import Any

import msgspec
from litestar import Router, get
from litestar.response.base import ASGIResponse
from sqlalchemy import text

from facility.db import AWAY
from facility.events.projector import stops
from facility.web.access import ANYONE, SIGNED_IN, allow
from facility.web.finding import LONGEST, found_by, words_of
from facility.web.handler import Database, FromQuery, Page, Read, View
from facility.web.privacy import NOTICE

_HEALTH = text(
    """
    SELECT coalesce(max(position), 0) AS position,
           count(*) FILTER (WHERE position IS NULL) AS unnumbered,
           (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'handed_over')) AS deliveries,
           (SELECT count(*) FROM delivery WHERE state = 'parked') AS parked,
           (SELECT count(*) FROM mail WHERE state IN ('waiting', 'sending')) AS mails,
           (SELECT count(*) FROM failed_step WHERE state <> 'done') AS failed_steps
    FROM event
    """
)


@get("/privacy", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def privacy(view: View) -> Page:
    return view.page("pages/privacy.html", notice=NOTICE)


@get("/accessibility", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def accessibility(view: View) -> Page:
    return view.page("pages/accessibility.html")


@get("/help", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def help_page(view: View) -> Page:
    """Who does what, and whom to ask."""
    return view.page("pages/help.html")


@get("/search", opt={"allow": allow(SIGNED_IN)})
async def search(view: View, read: Read, q: FromQuery[str] = "") -> Page:
    """What the visitor finds by these words. By GET: a result is opened and the way back leads here again. Our logs hold no query."""
    too_long = len(q) > LONGEST
    groups = [] if too_long else await found_by(read, view.me, q)
    return view.page(
        "pages/search.html",
        status=422 if too_long else 200,
        searched=q[:LONGEST].strip(),
        groups=groups,
        too_long=too_long,
        longest=LONGEST,
        has_words=bool(words_of(q)),
    )


@get("/health", opt={"allow": allow(ANYONE)})
async def health(db: Database) -> Page:
    """For the machines that watch: 200 with the log's position and what waits, 503 when the database is away. `degraded`:
    pages work, and something behind them needs a person; another start of this process would not help."""
    try:
        async with db.reader() as connection:
            row = (await connection.execute(_HEALTH)).mappings().one()
            stopped = [stop.name for stop in await stops(connection)]
    except AWAY:
        return _json(503, {"status": "down", "database": "away"})
    status = "degraded" if stopped or row["failed_steps"] else "ok"
    return _json(200, {"status": status, "database": "ok", **row, "stopped": stopped})


def _json(status: int, content: dict[str, Any]) -> Page:
    body = msgspec.json.encode(content)
    return ASGIResponse(
        body=body, status_code=status, media_type="application/json", headers={"cache-control": "no-store"}
    )


router = Router("/", route_handlers=[privacy, accessibility, help_page, search, health])
