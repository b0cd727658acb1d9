"""The page of one request's shortlist, out of 500 and out of 50 000 experts.

Two databases of one server, each with a web process of its own, are asked in turn. `ratio` is the median at the greater pool over that at the
lesser. The shortlist is made by the command, as for any request; `made` is how many seconds that takes.
"""

import asyncio
import random
import statistics
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from bench.copies import write
from bench.load import Line, get
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from bench.works.lists import in_turn
from facility import clock
from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.db import Database, new_id
from facility.deployments.service.requesting import request_expertise
from facility.experts.rules.languages import CEFR
from facility.experts.rules.taxonomy import THEMES
from facility.story.after_award import REQUEST

NAMES = ("shortlist_few", "shortlist_many")
OFTEN = 5
"""How many times more often than a list the page is asked for: the 99th percentile needs some hundred answers."""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Median and 99th percentile in ms for each pool, their ratio, and how many were shortlisted and left out."""
    cookie, officer = await stage.sign_in("vera"), await stage.person("vera")
    await stage.alone()
    async with AsyncExitStack() as opened:
        databases = [await opened.enter_async_context(stage.copied(name)) for name in NAMES]
        pools = [
            await _asked(stage, db, officer, experts)
            for db, experts in zip(databases, size.shortlisted, strict=True)
        ]
        sides = [await opened.enter_async_context(stage.product(DATABASE_URL=db.url)) for db in databases]
        await asyncio.sleep(size.starting)
        lines = [await Line.open(side.port) for side in sides]
        requests = [get(f"/deployments/{pool['id']}/order", cookie) for pool in pools]
        times = await in_turn(lines, requests, size.repeats * OFTEN)
        for line in lines:
            line.close()
    medians = [statistics.median(spent) for spent in times]
    return {
        "pools": [
            {
                "experts": experts,
                "shortlisted": pool["shortlisted"],
                "left_out": pool["left_out"],
                "made": pool["made"],
                "ms": rounded(median),
                "p99": rounded(sorted(spent)[len(spent) * 99 // 100]),
            }
            for experts, pool, median, spent in zip(size.shortlisted, pools, medians, times, strict=True)
        ],
        "asked": len(times[0]),
        "ratio": rounded(medians[1] / medians[0]),
    }


async def _asked(stage: Stage, db: Database, officer: UUID, experts: int) -> dict[str, Any]:
    """Enter so many experts, and ask for some."""
    connection = await stage.connect(db.url)
    await _enter(connection, experts)
    application_id = await connection.fetchval(
        "SELECT application_id FROM award WHERE ended_at IS NULL ORDER BY id LIMIT 1"
    )
    await connection.close()
    first = clock.now().date() + timedelta(days=30)
    draft = msgspec.structs.replace(
        REQUEST,
        application_id=application_id,
        starts_on=first,
        ends_on=first + timedelta(days=2),
        themes={"X.JIT": 3, "OC.FIREARMS": 2},
        cool_off_months=24,
    )
    start = time.perf_counter()
    async with db.transaction(now=clock.now(), actor=officer) as tx:
        deployment = await request_expertise(tx, draft)
    return {
        "id": deployment.id,
        "made": rounded(time.perf_counter() - start),
        "shortlisted": len(deployment.shortlist["ranked"]),
        "left_out": len(deployment.left_out),
    }


async def _enter(connection: Any, count: int) -> None:
    """Experts of all Member States, free for two years, with three themes and English drawn at random."""
    draw, today = random.Random(7), clock.now().date()
    expert = dict(await connection.fetchrow("SELECT * FROM expert WHERE active ORDER BY code LIMIT 1"))
    states = sorted(EU_MEMBER_STATES)
    pool = [
        {
            **expert,
            "id": new_id(),
            "code": f"BENCH-{n:05}",
            "email": f"expert{n}@bench.example",
            "country": draw.choice(states),
        }
        for n in range(count)
    ]
    keys = [row["id"] for row in pool]
    tables: dict[str, list[dict[str, Any]]] = {
        "expert": pool,
        "expert_theme": [
            {"expert_id": key, "theme_code": code, "level": draw.randrange(1, 6)}
            for key in keys
            for code in draw.sample(sorted(THEMES), 3)
        ],
        "expert_language": [{"expert_id": key, "language": "en", "level": draw.choice(CEFR)} for key in keys],
        "expert_availability": [
            {"id": new_id(), "expert_id": key, "starts_on": today, "ends_on": today + timedelta(days=730)}
            for key in keys
        ],
    }
    for table, rows in tables.items():
        await write(connection, table, rows)
    await connection.execute("ANALYZE")
