"""The last minute before a deadline: many applications, few seconds, some twice, some a moment late; lists are read meanwhile.

A client's clock starts when its turn has come, whether or not it is free, and ends with the page that names reference and
fingerprint. Nothing is compared: what counts is that nothing is lost, nothing is there twice, and nobody waits for long.
"""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy import text

from bench.copies import copy_application
from bench.load import Line, get, post
from bench.processes import counting
from bench.rounds import rounded
from bench.service import serving
from bench.sizes import Rush, Size
from bench.stage import Stage
from bench.works.rush_drafts import LEAD, complete_draft, rush_call
from facility import clock
from facility.applications.queries import application
from facility.applications.rules.submission import DECLARATIONS
from facility.web.csrf import FIELD

LAST_FIFTH = 5.0
PAUSE = 0.25
"""Seconds between two looks of a reader at the lists."""
RECEIPTS_WITHIN = 900.0


class Turn(msgspec.Struct, frozen=True):
    """One sending: the application, and the instant at which it is due (seconds on the client's clock)."""

    application_id: UUID
    due: float
    late: bool = False


class Sent(msgspec.Struct, frozen=True):
    """What came of a turn. sent_at: just before its request was written. taken: the page with reference and fingerprint
    was shown."""

    turn: Turn
    sent_at: datetime
    status: int
    taken: bool
    seconds: float


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """A run for each number of busy loops beside it."""
    runs = []
    for loops in size.rush.beside:
        async with counting(loops):
            runs.append({"busy_loops": loops, **await _run(stage, size.rush, f"TAF-RUSH-{loops}")})
    return {"runs": runs, "clients": size.rush.clients}


async def _run(stage: Stage, rush: Rush, reference: str) -> dict[str, Any]:
    """What became of all that was sent, how long it took, and how long the receipts took afterwards."""
    async with serving(stage, webs=rush.webs) as service:
        closes_at = clock.now() + timedelta(seconds=rush.prepare + rush.seconds)
        call_id = await rush_call(stage, closes_at, reference)
        first = await complete_draft(stage, call_id)
        keys = [first, *await copy_application(stage, first, rush.applications + rush.late - 1)]
        cookies = [await stage.sign_in(LEAD) for _ in range(rush.clients)]
        form = await _form(stage, first)
        left = (closes_at - clock.now()).total_seconds()
        if left < rush.seconds:
            raise RuntimeError("this machine is too slow to prepare the rush in time")
        turns = _turns(rush, keys, time.perf_counter() + left)
        reader = await stage.sign_in("ada")
        sent, lists = await _rush(rush, service.ports, turns, cookies, form, reader)
        ended = time.perf_counter()
        receipts = await _receipts(stage, call_id, rush.applications)
        receipts_seconds = time.perf_counter() - ended
        closed = await _closed(stage, call_id)
    return {
        **await _counted(stage, call_id, sent, closes_at),
        "p50_ms": _percentile([submission.seconds for submission in sent if submission.taken], 0.50),
        "p99_ms": _percentile([submission.seconds for submission in sent if submission.taken], 0.99),
        "list_p99_ms": _percentile(lists, 0.99),
        "lists_read": len(lists),
        "receipts": receipts,
        "receipts_seconds": rounded(receipts_seconds),
        "closed": closed,
        "in_time_but_refused": await _refused_in_time(stage, call_id, sent, closes_at),
    }


def _turns(rush: Rush, keys: list[UUID], deadline: float) -> list[Turn]:
    """Four fifths over the time before the last seconds, one fifth in those; some twice at once, some too late."""
    chance = random.Random(20260730)
    fifth = rush.applications // 5
    last = max(rush.margin, min(LAST_FIFTH, rush.seconds / 4))
    begin = deadline - rush.seconds
    due = [chance.uniform(begin, deadline - last) for _ in range(rush.applications - fifth)]
    due += [chance.uniform(deadline - last, deadline - rush.margin) for _ in range(fifth)]
    turns = [Turn(key, at) for key, at in zip(keys, due, strict=False)]
    turns += [Turn(turn.application_id, turn.due) for turn in chance.sample(turns, rush.twice)]
    late = keys[rush.applications :]
    turns += [Turn(key, deadline + 0.05 + chance.random(), late=True) for key in late]
    return sorted(turns, key=lambda turn: turn.due)


async def _form(stage: Stage, application_id: UUID) -> str:
    async with stage.db.reader() as connection:
        shown = await application.shown(connection, application_id)
    reasons = shown.reasons_now(clock.now())
    assert not reasons, reasons
    return urlencode(
        {
            FIELD: stage.csrf_token,
            "signatory_name": "Omar Hoxha",
            "signatory_function": "Head of department",
            "version": shown.version,
            **dict.fromkeys(DECLARATIONS, "yes"),
        }
    )


async def _rush(
    rush: Rush, ports: list[int], turns: list[Turn], cookies: list[str], form: str, reader: str
) -> tuple[list[Sent], list[float]]:
    waiting: asyncio.Queue[Turn] = asyncio.Queue()
    for turn in turns:
        waiting.put_nowait(turn)
    over = asyncio.Event()
    sent: list[Sent] = []
    lists: list[float] = []

    async def client(number: int) -> None:
        while not waiting.empty():
            turn = waiting.get_nowait()
            await asyncio.sleep(max(0.0, turn.due - time.perf_counter()))
            # A connection of its own: the server hangs up on those who are silent for seconds, as these are.
            line = await Line.open(ports[number % len(ports)])
            sent.append(await _hand_in(line, turn, form, cookies[number]))
            line.close()

    async def read(number: int) -> None:
        line = await Line.open(ports[number % len(ports)])
        paths = ("/applications/received", "/staff/calls", "/applications/received?status=submitted")
        turn = 0
        while not over.is_set():
            begin = time.perf_counter()
            answer = await line.ask(get(paths[turn % len(paths)], reader))
            assert answer.status in (200, 503), answer.head
            lists.append(time.perf_counter() - begin)
            turn += 1
            await asyncio.sleep(PAUSE)
        line.close()

    readers = [asyncio.create_task(read(number)) for number in range(rush.readers)]
    await asyncio.gather(*(client(number) for number in range(rush.clients)))
    over.set()
    await asyncio.gather(*readers)
    return sent, lists


async def _hand_in(line: Line, turn: Turn, form: str, cookie: str) -> Sent:
    sent_at = clock.now()
    answer = await line.ask(post(f"/applications/{turn.application_id}/submit", form, cookie))
    taken = False
    if answer.status == 303:
        page = await line.ask(get(f"/applications/{turn.application_id}/receipt", cookie))
        taken = page.status == 200 and re.search(rb"[0-9a-f]{64}", page.body) is not None
    return Sent(turn, sent_at, answer.status, taken, time.perf_counter() - turn.due)


async def _counted(stage: Stage, call_id: UUID, sent: list[Sent], closes_at: datetime) -> dict[str, int]:
    """By what the database holds, not by what the server said."""
    connection = await stage.connect()
    try:
        rows = await connection.fetch(_FOUND, call_id)
    finally:
        await connection.close()
    by_id = {row["id"]: row for row in rows}
    due = {submission.turn.application_id for submission in sent if submission.sent_at <= closes_at}
    meant = {submission.turn.application_id for submission in sent if not submission.turn.late}
    late = {submission.turn.application_id for submission in sent if submission.turn.late}
    shown = {submission.turn.application_id for submission in sent if submission.taken}
    there = {key for key, row in by_id.items() if row["received_at"] is not None}
    in_time = {key for key in there if by_id[key]["received_at"] <= closes_at}
    refused = {
        submission.turn.application_id
        for submission in sent
        if submission.turn.late and submission.status == 409
    }
    return {
        "submitted": len(in_time),
        "refused_late": len(refused - there),
        "late_let_in": len(late & there),
        "sent_too_late_by_the_client": len(meant - due),
        "lost": len(due - in_time) + len(shown - there),
        "duplicates": sum(max(row["submissions"], row["receipts"]) > 1 for row in rows),
        "server_errors": sum(submission.status >= 500 for submission in sent),
    }


async def _refused_in_time(
    stage: Stage, call_id: UUID, sent: list[Sent], closes_at: datetime
) -> list[dict[str, float]]:
    """Of each that was sent in time and refused as late: how long before the deadline its request was written, and how
    long after it the server had read it."""
    connection = await stage.connect()
    try:
        rows = await connection.fetch(
            "SELECT application_id, at FROM late_attempt WHERE call_id = $1", call_id
        )
    finally:
        await connection.close()
    read = {row["application_id"]: row["at"] for row in rows}
    return [
        {
            "sent_ms_before": rounded((closes_at - submission.sent_at).total_seconds() * 1000),
            "read_ms_after": rounded(
                (read[submission.turn.application_id] - closes_at).total_seconds() * 1000
            ),
        }
        for submission in sent
        if submission.sent_at <= closes_at
        and submission.status == 409
        and submission.turn.application_id in read
    ]


_FOUND = """
    SELECT id, received_at,
        (SELECT count(*) FROM event WHERE subject_id = application.id AND kind = 'ApplicationSubmitted') AS submissions,
        (SELECT count(*) FROM mail WHERE subject_id = application.id AND template = 'applications/receipt') AS receipts
    FROM application WHERE call_id = $1
"""


async def _receipts(stage: Stage, call_id: UUID, wanted: int) -> int:
    """How many receipts have been sent once all have, or once nobody would wait any longer."""
    query = text(
        "SELECT count(*) FROM mail JOIN application ON application.id = mail.subject_id"
        " WHERE call_id = :call AND template = 'applications/receipt' AND sent_at IS NOT NULL"
    )

    async def count() -> int:
        async with stage.db.reader() as connection:
            return int((await connection.execute(query, {"call": call_id})).scalar_one())

    return await _until(count, lambda number: number >= wanted)


async def _closed(stage: Stage, call_id: UUID) -> bool:
    """Whether the worker closed the call."""
    query = text("SELECT closed_at IS NOT NULL FROM call WHERE id = :call")

    async def closed() -> int:
        async with stage.db.reader() as connection:
            return int((await connection.execute(query, {"call": call_id})).scalar_one())

    return bool(await _until(closed, bool))


async def _until(look: Callable[[], Awaitable[int]], enough: Callable[[int], bool]) -> int:
    end = time.monotonic() + RECEIPTS_WITHIN
    number = await look()
    while not enough(number) and time.monotonic() < end:
        await asyncio.sleep(PAUSE)
        number = await look()
    return number


def _percentile(seconds: list[float], part: float) -> float:
    ordered = sorted(seconds)
    return rounded(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000) if ordered else 0.0
