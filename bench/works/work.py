"""Work and a call's workspace with 20 and with 20 000 applications of 300 people, a tenth of them in calls that are being decided.

Two databases of one server, each with a web process of its own, are asked in turn. `ratios` are medians at the greater
size over those at the lesser.
"""

import asyncio
import statistics
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy import text

from bench.load import Line, get
from bench.people import by_role
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from bench.works.lists import copied, in_turn
from facility.db import Database

CALL = "BENCH-02"
# As after their opening: what came in is to be checked and assessed.
_UNDECIDED = text("""
    UPDATE call SET state = 'closed', decided_at = NULL, opened_at = closes_at, closed_at = closes_at
    WHERE reference IN ('BENCH-01', 'BENCH-02')
""")


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """The medians in ms of each page at both sizes, and their ratios."""
    cookies = {name: await stage.sign_in(name) for name in ("vera", "paul", "omar", "elena")}
    await stage.alone()
    fewer, more = max(size.few // 50, 4), size.many // 5
    async with copied(stage, fewer, more) as (few, many):
        return {
            "applications": [fewer, more],
            "people": await _people(stage, many),
            **await _measured(stage, size, few, many, cookies),
        }


async def _measured(
    stage: Stage, size: Size, few: Database, many: Database, cookies: dict[str, str]
) -> dict[str, Any]:
    times: dict[str, tuple[list[float], list[float]]] = {}
    async with AsyncExitStack() as opened:
        calls = [await _call(db) for db in (few, many)]
        sides = [await opened.enter_async_context(stage.product(DATABASE_URL=db.url)) for db in (few, many)]
        await asyncio.sleep(size.starting)
        lines = [await Line.open(side.port) for side in sides]
        pages = {
            "work, secretariat": ("vera", "/"),
            "work, authorising officer": ("paul", "/"),
            "work, officer": ("omar", "/"),
            "work, assessor": ("elena", "/"),
            "work, one call": ("vera", f"/?call={CALL}"),
            "overview": ("vera", "/staff/calls/{}"),
            "opening": ("vera", "/openings/{}"),
            "applications": ("vera", f"/applications/received?call={CALL}"),
        }
        for name, (who, path) in pages.items():
            requests = [get(path.format(call), cookies[who]) for call in calls]
            times[name] = await in_turn(lines, requests, size.repeats)
        for line in lines:
            line.close()
    medians = [{name: statistics.median(both[n]) for name, both in times.items()} for n in (0, 1)]
    ratios = {name: rounded(medians[1][name] / medians[0][name]) for name in times}
    return {
        "ms": {name: rounded(value) for name, value in medians[0].items()},
        "ms_many": {name: rounded(value) for name, value in medians[1].items()},
        "ratios": ratios,
        "ratio": rounded(statistics.median(ratios.values())),
    }


async def _people(stage: Stage, db: Database) -> dict[str, int]:
    """How many there are, and how many have which role."""
    connection = await stage.connect(db.url)
    try:
        people = await connection.fetchval("SELECT count(*) FROM person WHERE status = 'active'")
        return {"all": people, **await by_role(connection)}
    finally:
        await connection.close()


async def _call(db: Database) -> Any:
    """The id of one of the two calls that are being decided."""
    async with db.engine.begin() as connection:
        await connection.execute(_UNDECIDED)
        await connection.execute(text("ANALYZE"))
        return await connection.scalar(text("SELECT id FROM call WHERE reference = :one"), {"one": CALL})
