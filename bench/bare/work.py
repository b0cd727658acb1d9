"""Work of somebody who has signed in: the one statement that the product asks too, and the calls that are open."""

import re
from types import SimpleNamespace
from typing import Any

import asyncpg
from litestar import Request, get
from litestar.datastructures import State
from litestar.response import Response

from bench.bare.pages import pages_of, visitor_of
from facility import clock
from facility.calls.pages.start import shown
from facility.calls.queries import lists
from facility.web.access import Visitor
from facility.web.waiting import statement, work_from

_NAMED = re.compile(r"(?<!:):([a-z_]+)")
_STATEMENTS: dict[frozenset[str], str] = {}
"""Of each set of roles: registered by the rooms, hundreds of lines, and SQL by hand already."""


async def _fetch(pool: asyncpg.Pool, query: str, **about: Any) -> list[asyncpg.Record]:
    """The statement with its names as numbers."""
    names = [name for name in about if f":{name}" in query]
    numbered = _NAMED.sub(lambda match: f"${names.index(match[1]) + 1}", query)
    rows: list[asyncpg.Record] = await pool.fetch(numbered, *(about[name] for name in names))
    return rows


def _statement(me: Visitor) -> str:
    roles = frozenset(map(str, me.roles))
    if roles not in _STATEMENTS:
        _STATEMENTS[roles] = statement(me)
    return _STATEMENTS[roles]


@get("/")
async def work(state: State, request: Request[Any, Any, Any]) -> Response[str]:
    """What there is to do: three statements."""
    me, now = await visitor_of(request, state.pool), clock.now()
    calls = [
        lists.CallLine(*row)
        for row in await _fetch(state.pool, str(lists._CURRENT), now=now, mode="", theme="", beneficiary="")
    ]
    rows = await _fetch(
        state.pool, _statement(me), person_id=me.id, institution_id=me.institution_id, now=now
    )
    waiting = work_from([SimpleNamespace(**row) for row in rows], now)
    return pages_of(state).page(
        "calls/work.html",
        "/",
        me,
        part="calls/_work.html",
        **shown(
            waiting,
            [call for call in calls if call.opens_at <= now],
            [call for call in calls if call.opens_at > now],
        ),
    )
