"""The ranking of a decided call at 100 and at 1 000 applications with five assessments each: its page, its report, its bundle, and
the check of the bundle.

Each is made by a process of its own (one that forked before it did anything), twice, as the auditor asks for it: seconds of the second time, statements, and the peak of
the process's memory. Proposing and deciding are measured once.
"""

import sys
import time
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from bench.copies import copy_application
from bench.processes import printed
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from facility import clock
from facility.accounts.service.people import add_user
from facility.awards.service import deciding
from facility.db import Database
from facility.story.calls import GRID
from facility.story.teller import Teller
from facility.web.access import Role

NAME = "bench_ranking"
ASSESSMENTS = 5
MADE = ("page", "report", "bundle", "verification")
_JUDGED = """
    SELECT application.id, call_id FROM application JOIN call ON call.id = call_id
    WHERE application.status = 'admissible' AND track = 'joint' AND call.state = 'closed' AND call.mode = 'deadline'
    ORDER BY application.reference LIMIT 1
"""
_ALONE = (
    "UPDATE application SET status = 'withdrawn' WHERE call_id = :call AND id <> :key AND status <> 'draft'"
)
_PLAIN = "UPDATE call SET grid = CAST(:grid AS jsonb) WHERE id = :call"
"""Sections without sub-criteria, so that figures of releases compare."""
_BY_HAND = "SET LOCAL session_replication_role = replica"
"""What was sent is never rewritten, but here."""
_SCORED = """
    UPDATE assessment SET scores = (
        SELECT jsonb_object_agg(section ->> 'key', round(CAST(CAST(section ->> 'max' AS int) * (0.5 + random() / 2) AS numeric))::text)
        FROM jsonb_array_elements(grid -> 'sections') AS section WHERE assessment.sent_at IS NOT NULL)
    FROM application JOIN call ON call.id = call_id WHERE application.id = application_id AND call.id = :call
"""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Seconds, statements and MB by what is made, at each number of applications."""
    await stage.alone()
    sides = [await _measured(stage, number) for number in size.ranked]
    return {
        "applications": size.ranked,
        "assessments": [number * ASSESSMENTS for number in size.ranked],
        **{
            name: {key: [side[name][key] for side in sides] for key in sides[0][name]}
            for name in ("proposal", "decision", *MADE)
        },
    }


async def _measured(stage: Stage, applications: int) -> dict[str, dict[str, float]]:
    async with stage.copied(NAME) as db:
        print(f"  {applications} applications", file=sys.stderr, flush=True)
        call_id, figures = await _decided(stage, db, applications)
        lines = await printed(["-m", "bench.ranked", db.url, str(call_id), *MADE], stage.environ)
    return figures | {
        name: msgspec.json.decode(line) for name, line in zip(MADE, lines.splitlines(), strict=True)
    }


async def _decided(stage: Stage, db: Database, applications: int) -> tuple[UUID, dict[str, dict[str, float]]]:
    """A call of the story with so many applications that are judged, and what it took to propose and to decide it."""
    teller = Teller(db, delivers=False)
    await teller.meet()
    now = clock.now()
    async with db.transaction(now=now) as tx:
        key, call_id = (await tx.session.execute(text(_JUDGED))).one()
        await tx.session.execute(text(_ALONE), {"call": call_id, "key": key})
        grid = msgspec.json.encode(GRID).decode()
        await tx.session.execute(text(_PLAIN), {"call": call_id, "grid": grid})
        sent = text("SELECT count(*) FROM assessment WHERE application_id = :key")
        missing = ASSESSMENTS - (await tx.session.execute(sent, {"key": key})).scalar_one()
        for number in range(missing):
            email = f"assessor-{number}@facility.example"
            await add_user(tx, name=f"Assessor {number}", email=email, roles=[Role.ASSESSOR])
    await teller.meet()
    for number in range(missing):
        await teller.appoint(f"assessor-{number}", [key], now)
        await teller.score(key, f"assessor-{number}", dict.fromkeys(GRID.keys, Decimal(1)), now)
    await copy_application(stage, key, applications - 1, url=db.url)
    async with db.transaction(now=now) as tx:
        await tx.session.execute(text(_BY_HAND))
        await tx.session.execute(text(_SCORED), {"call": call_id})
    begin = time.perf_counter()
    await teller.act(now, "vera", deciding.propose, call_id)
    proposed = time.perf_counter()
    await teller.act(now, "paul", deciding.decide, call_id)
    decided = time.perf_counter()
    return call_id, {
        "proposal": {"seconds": rounded(proposed - begin)},
        "decision": {"seconds": rounded(decided - proposed)},
    }
