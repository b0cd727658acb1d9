"""Every list of applications at 1 000 and at 100 000 of them: narrowed and not, its first page and a late one.

Two databases of one server, each with a web process of its own, are asked in turn, so that what else the machine does hits
both alike. `ratios` are medians at the greater size over those at the lesser.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast
from urllib.parse import parse_qs, urlencode

import httpx
import msgspec
from sqlalchemy import event, select, text
from sqlalchemy.engine import make_url

from bench.load import Line, get
from bench.many import NEEDLE, enter_many
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from facility.admission.pages.received import list_query_of
from facility.admission.queries.narrowing import narrowed, ordered
from facility.app import create_app
from facility.applications.models.application import Party
from facility.db import Database

RECEIVED = "/applications/received"
OWN = "/applications"
FEW, MANY = "lists_few", "lists_many"
_AWARDED = (
    "SELECT id FROM application WHERE status = 'awarded' AND track = 'joint' ORDER BY reference LIMIT 1"
)


class ListRequest(msgspec.Struct, frozen=True):
    """A list to ask for: its filters, by whom, and whether from far down (`late`)."""

    name: str
    path: str
    late: bool = False
    own: bool = False

    def query(self) -> dict[str, list[str]]:
        """What the address asks for."""
        return parse_qs(self.path.partition("?")[2])


LISTS = [
    ListRequest("all", RECEIVED),
    ListRequest("all, late", RECEIVED, late=True),
    ListRequest("by amount", f"{RECEIVED}?sort=amount"),
    ListRequest("by amount, late", f"{RECEIVED}?sort=amount", late=True),
    ListRequest("by reference", f"{RECEIVED}?sort=reference"),
    ListRequest("by reference, late", f"{RECEIVED}?sort=reference", late=True),
    ListRequest("one call", f"{RECEIVED}?call=BENCH-02"),
    ListRequest("one call, by amount", f"{RECEIVED}?call=BENCH-02&sort=amount"),
    ListRequest("one state", f"{RECEIVED}?status=awarded"),
    ListRequest("one state, late", f"{RECEIVED}?status=awarded", late=True),
    ListRequest("one theme", f"{RECEIVED}?theme=OC.CYBER"),
    ListRequest("one theme, late", f"{RECEIVED}?theme=OC.CYBER", late=True),
    ListRequest("one beneficiary", f"{RECEIVED}?beneficiary=XK"),
    ListRequest("beneficiary, theme and state", f"{RECEIVED}?beneficiary=XK&theme=OC.CYBER&status=awarded"),
    ListRequest("not judged yet", f"{RECEIVED}?checked=unchecked"),
    ListRequest("amount from and to", f"{RECEIVED}?least=20000&most=30000"),
    ListRequest("lead, the same 20", f"{RECEIVED}?lead={NEEDLE}"),
    ListRequest("words, the same 20", f"{RECEIVED}?q={NEEDLE}work"),
    ListRequest("words, frequent", f"{RECEIVED}?q=firearms"),
    ListRequest("institution's words, frequent", f"{RECEIVED}?q=police"),
    ListRequest("one's own", OWN, own=True),
    ListRequest("one's own, late", OWN, late=True, own=True),
    ListRequest("one's own drafts", f"{OWN}?status=draft", own=True),
    ListRequest("one's own of a call", f"{OWN}?call=BENCH-02", own=True),
]

NUMBERS = [
    ListRequest("number of all", f"{RECEIVED}/count"),
    ListRequest("number of a theme", f"{RECEIVED}/count?theme=OC.CYBER"),
]
"""How many fit, up to a thousand: asked for after the page is there."""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """The medians in ms by list at both sizes, their ratios, the statements of each page, and overlaps at the greater."""
    cookies = {False: await stage.sign_in("vera"), True: await stage.sign_in("omar")}
    about = await stage.id_of(_AWARDED)
    overlap = ListRequest("overlaps of one application", f"/applications/{about}/overlap")
    await stage.alone()
    async with copied(stage, size.few, size.many) as (few, many):
        return await _measured(stage, size, few, many, overlap, cookies)


@asynccontextmanager
async def copied(stage: Stage, fewer: int, more: int) -> AsyncIterator[tuple[Database, Database]]:
    """The story with so many applications more, and with very many; gone afterwards."""
    server = await stage.connect(stage.at("postgres"))
    databases = [Database(stage.at(name)) for name in (FEW, MANY)]
    try:
        await server.execute(f"CREATE DATABASE {FEW} TEMPLATE {make_url(stage.url).database}")
        await enter_many(databases[0].url, fewer)
        await server.execute(f"CREATE DATABASE {MANY} TEMPLATE {FEW}")
        await enter_many(databases[1].url, more - fewer)
        yield databases[0], databases[1]
    finally:
        for database, name in zip(databases, (FEW, MANY), strict=True):
            await database.dispose()
            await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await server.close()


async def _measured(
    stage: Stage, size: Size, few: Database, many: Database, overlap: ListRequest, cookies: dict[bool, str]
) -> dict[str, Any]:
    lists = [*LISTS, overlap, *NUMBERS]
    times: dict[str, tuple[list[float], list[float]]] = {}
    async with AsyncExitStack() as opened:
        sides = [await opened.enter_async_context(stage.product(DATABASE_URL=db.url)) for db in (few, many)]
        await asyncio.sleep(size.starting)
        lines = [await Line.open(side.port) for side in sides]
        for wanted in lists:
            print(f"  {wanted.name}", file=sys.stderr, flush=True)
            paths = [await _path(db, wanted) for db in (few, many)]
            requests = [get(path, cookies[wanted.own]) for path in paths]
            times[wanted.name] = await in_turn(lines, requests, size.repeats)
        for line in lines:
            line.close()
    await _print_plans(many)
    statements = await _statements(stage, many, lists, cookies)
    return {"applications": [size.few, size.many], **_figures(times, overlap.name), "statements": statements}


def _figures(times: dict[str, tuple[list[float], list[float]]], overlap: str) -> dict[str, Any]:
    few, many = ({name: statistics.median(sides[n]) for name, sides in times.items()} for n in (0, 1))
    ratios = {wanted.name: rounded(many[wanted.name] / few[wanted.name]) for wanted in LISTS}
    numbers = {wanted.name: rounded(many[wanted.name] / few[wanted.name]) for wanted in NUMBERS}
    return {
        "ms": {name: rounded(value) for name, value in few.items()},
        "ms_many": {name: rounded(value) for name, value in many.items()},
        "ratios": ratios,
        "worst": max(ratios.values()),
        "ratio": rounded(statistics.median(ratios.values())),
        "ratios_of_numbers": numbers,
        "overlap_ms": rounded(many[overlap]),
    }


async def in_turn(
    lines: Sequence[Line], requests: Sequence[bytes], times: int
) -> tuple[list[float], list[float]]:
    """Each side so many times, the first few left out; in ms."""
    measured: tuple[list[float], list[float]] = ([], [])
    for turn in range(times + 3):
        for side in (0, 1) if turn % 2 else (1, 0):
            begin = time.perf_counter()
            answer = await lines[side].ask(requests[side])
            spent = (time.perf_counter() - begin) * 1000
            assert answer.status == 200, answer.head
            if turn >= 3:
                measured[side].append(spent)
    return measured


async def _path(db: Database, wanted: ListRequest) -> str:
    """The address; of a late page with the key of what stands at four fifths of the list."""
    if not wanted.late:
        return wanted.path
    async with db.reader() as connection:
        if wanted.own:
            own = text("SELECT id FROM institution WHERE name = 'Albanian State Police'")
            where = Party.institution_id == await connection.scalar(own)
            query = select(Party.id, Party.added_at.label("value")).where(where, Party.on_board)
            query = query.order_by(Party.added_at.desc(), Party.id.desc())
        else:
            filters = list_query_of(wanted.query()).filters
            conditions = await narrowed(connection, filters)
            assert conditions is not None
            query = ordered(filters, conditions, None, back=False)
        rows = (await connection.execute(query)).all()
    row = rows[len(rows) * 4 // 5]
    value = row.value.isoformat() if hasattr(row.value, "isoformat") else row.value
    mark = "&" if "?" in wanted.path else "?"
    return f"{wanted.path}{mark}{urlencode({'after': f'{value}~{row.id}'})}"


async def _print_plans(db: Database) -> None:
    """What PostgreSQL does for each list of the staff, for docs/performance.md."""
    async with db.reader() as connection:
        for wanted in LISTS:
            if wanted.own or wanted.late:
                continue
            filters = list_query_of(wanted.query()).filters
            conditions = await narrowed(connection, filters)
            assert conditions is not None
            query = ordered(filters, conditions, None, back=False).limit(26)
            written = query.compile(db.engine.sync_engine, compile_kwargs={"literal_binds": True})
            plan = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {written}")
            print(f"-- {wanted.name}", *plan.scalars(), sep="\n", file=sys.stderr)


async def _statements(
    stage: Stage, db: Database, lists: Sequence[ListRequest], cookies: dict[bool, str]
) -> dict[str, int]:
    """How many statements each page takes, the guard's too."""
    statements: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    app = create_app(stage.settings, db, freeze=False)
    counts = {}
    async with (
        app.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(cast(Any, app)), base_url="http://127.0.0.1"
        ) as client,
    ):
        for wanted in lists:
            statements.clear()
            answer = await client.get(wanted.path, headers={"cookie": cookies[wanted.own]})
            assert answer.status_code == 200, wanted.name
            counts[wanted.name] = len(statements)
    return counts
