"""The search with 20 and with 100 000 applications: by an officer, an assessor and staff; words that are rare, frequent and nowhere.

Two databases of one server, each with a web process of its own, are asked in turn. `ms_many` and `p99_many` are over all searches at
the greater size; `row_by_row` are the tables that a statement reads from end to end there: none but small ones.
"""

import asyncio
import re
import statistics
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import event, text

from bench.load import Line, get
from bench.many import NEEDLE
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from bench.works.lists import copied, in_turn
from facility.db import Database
from facility.web.access import Role, Visitor
from facility.web.finding import found_by

SEARCHES = {
    "the same 20": ("vera", f"{NEEDLE}work"),
    "an institution of 20": ("vera", NEEDLE),
    "a whole reference": ("vera", "BENCH-02/00001"),
    "frequent": ("vera", "firearms"),
    "frequent, two words": ("vera", "tracing fire"),
    "institutions, frequent": ("vera", "police"),
    "two letters": ("vera", "st"),
    "everything": ("vera", "bench"),
    "nowhere": ("vera", "zwiebelfisch"),
    "Cyrillic": ("vera", "полиција"),
    "authorising officer": ("paul", "firearms"),
    "officer": ("omar", "firearms"),
    "officer, institution": ("omar", "police"),
    "assessor": ("elena", "firearms"),
    "administrator": ("root", "police"),
}


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Median and 99th percentile in ms at both sizes, of all searches, and the medians of each."""
    cookies = {who: await stage.sign_in(who) for who, _ in SEARCHES.values()}
    await stage.alone()
    fewer = max(size.few // 50, 4)
    async with copied(stage, fewer, size.many) as (few, many):
        return {"applications": [fewer, size.many], **await _measured(stage, size, few, many, cookies)}


async def _measured(
    stage: Stage, size: Size, few: Database, many: Database, cookies: dict[str, str]
) -> dict[str, Any]:
    times: dict[str, tuple[list[float], list[float]]] = {}
    async with AsyncExitStack() as opened:
        sides = [await opened.enter_async_context(stage.product(DATABASE_URL=db.url)) for db in (few, many)]
        await asyncio.sleep(size.starting)
        lines = [await Line.open(side.port) for side in sides]
        for name, (who, words) in SEARCHES.items():
            request = get(f"/search?{urlencode({'q': words})}", cookies[who])
            times[name] = await in_turn(lines, [request, request], size.repeats)
        for line in lines:
            line.close()
    read = await _read_row_by_row(many)
    all_times = [sorted(time for both in times.values() for time in both[n]) for n in (0, 1)]
    median, median_many = (statistics.median(measured) for measured in all_times)
    return {
        "ms": rounded(median),
        "ms_many": rounded(median_many),
        "p99": rounded(_p99(all_times[0])),
        "p99_many": rounded(_p99(all_times[1])),
        "each": {name: rounded(statistics.median(both[0])) for name, both in times.items()},
        "each_many": {name: rounded(statistics.median(both[1])) for name, both in times.items()},
        "row_by_row": read,
        "ratio": rounded(median_many / median),
    }


_VISITOR = text("""
    SELECT id, name, initials, institution_id, NULL AS institution_name, NULL AS beneficiary, id AS session,
        ARRAY(SELECT role FROM person_role WHERE person_id = person.id) AS roles
    FROM person WHERE email = :email
""")


async def _read_row_by_row(db: Database) -> list[str]:
    """Tables of which a plan reads every row, with those of whom it is asked."""
    sent: list[tuple[str, Any]] = []
    event.listen(
        db.engine.sync_engine, "before_cursor_execute", lambda *args: sent.append((args[2], args[3]))
    )
    tables = set()
    async with db.reader() as connection:
        for who, words in SEARCHES.values():
            row = (await connection.execute(_VISITOR, {"email": f"{who}@facility.example"})).mappings().one()
            visitor = Visitor(**{**row, "roles": frozenset(map(Role, row["roles"]))})
            await found_by(connection, visitor, words)
            statement, params = sent[-1]
            plan = (await connection.exec_driver_sql(f"EXPLAIN {statement}", params)).scalars().all()
            tables |= set(re.findall(r"Seq Scan on (\w+)", "\n".join(plan)))
    return sorted(tables)


def _p99(measured: list[float]) -> float:
    return measured[int(len(measured) * 0.99)]
