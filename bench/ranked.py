"""`python -m bench.ranked ADDRESS CALL page|report|bundle|verification …`: one JSON line each of what it took to make that of the
call's ranking."""

import os
import resource
import sys
import time
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
import uvloop
from sqlalchemy import event, text

from bench.rounds import rounded
from facility import clock
from facility.accounts.service.sessions import begin_session
from facility.app import create_app
from facility.awards.queries.bundle import bundle
from facility.awards.service.verification import verify
from facility.db import Database
from facility.settings import load
from facility.web import cookies

ADDRESSES = {"page": "ranking", "report": "report.pdf", "bundle": "bundle.json"}


async def _measured(url: str, call_id: UUID, name: str) -> dict[str, float]:
    db = Database(url)
    statements: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    try:
        if name == "verification":
            spent, size = await _verified(db, call_id)
            statements.clear()
        else:
            spent, size = await _asked(db, f"/evaluation/{call_id}/{ADDRESSES[name]}", statements)
    finally:
        await db.dispose()
    return {
        "seconds": rounded(spent),
        "statements": len(statements),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "kb": size // 1000,
    }


async def _asked(db: Database, path: str, statements: list[str]) -> tuple[float, int]:
    """As Greta, the auditor, gets it the second time."""
    async with db.transaction(now=clock.now()) as tx:
        greta = (
            await tx.session.execute(text("SELECT id FROM person WHERE email = 'greta@facility.example'"))
        ).scalar_one()
        cookie = f"{cookies.SESSION}={await begin_session(tx, greta)}"
    app = create_app(load(), db, freeze=False)
    transport = httpx.ASGITransport(cast(Any, app))
    spent, size = 0.0, 0
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=600) as client,
    ):
        for _ in range(2):
            statements.clear()
            begin = time.perf_counter()
            answer = await client.get(path, headers={"cookie": cookie})
            spent = time.perf_counter() - begin
            assert answer.status_code == 200, answer.text[:300]
            size = len(answer.content)
    return spent, size


async def _verified(db: Database, call_id: UUID) -> tuple[float, int]:
    async with db.reader() as connection:
        raw = msgspec.json.encode(await bundle(connection, call_id))
    begin = time.perf_counter()
    verdict = verify(raw)
    spent = time.perf_counter() - begin
    assert verdict.differences == []
    return spent, len(raw)


def main(url: str, call: str, *names: str) -> int:
    """Each in a process of its own, whose memory is its own; all that is imported is there before."""
    for name in names:
        if child := os.fork():
            if os.waitpid(child, 0)[1]:
                return 1
        else:
            print(msgspec.json.encode(uvloop.run(_measured(url, UUID(call), name))).decode())
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
