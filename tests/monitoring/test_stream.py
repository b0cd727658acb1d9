"""The stream: a message when figures have moved, one look for many streams, and an end when the process stops."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from sqlalchemy import text

from facility import clock
from facility.accounts.service.sessions import end_all_sessions
from facility.db import Database
from facility.monitoring.queries.overview import mark
from facility.settings import ROOT
from facility.web import streams
from facility.web.watches import Watch, messages
from tests.browser import Browsers
from tests.cast import Cast
from tests.statements import count_statements


async def move(db: Database, position: int) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO projection VALUES ('money', :position)"
                " ON CONFLICT (name) DO UPDATE SET position = excluded.position"
            ),
            {"position": position},
        )


async def after(stream: AsyncIterator[bytes], count: int) -> list[bytes]:
    return [await asyncio.wait_for(anext(stream), 10) for _ in range(count)]


@pytest.fixture
def closing() -> asyncio.Event:
    return asyncio.Event()


async def test_each_stream_hears_once_of_each_move(db: Database, closing: asyncio.Event) -> None:
    await move(db, 3)
    watch = Watch(db, closing, mark)
    first, late = messages(watch, "3"), messages(watch, "2")
    assert await after(late, 2) == [b"retry: 3000\n\n", b"id: 3\ndata: 3\n\n"]
    assert await after(first, 1) == [b"retry: 3000\n\n"]
    waiting = asyncio.gather(after(first, 1), after(late, 1))
    await move(db, 4)
    assert list(await waiting) == [[b"id: 4\ndata: 4\n\n"], [b"id: 4\ndata: 4\n\n"]]
    closing.set()
    for stream in (first, late):
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), 10)
    await watch.ended()


async def test_a_quiet_stream_beats_and_ends_in_time(db: Database, closing: asyncio.Event) -> None:
    watch = Watch(db, closing, mark)
    stream = messages(watch, "0", heartbeat=0.01)
    assert await after(stream, 3) == [b"retry: 3000\n\n", b":\n\n", b":\n\n"]
    assert [part async for part in messages(watch, "0", most=0)] == [b"retry: 3000\n\n"]
    closing.set()
    await watch.ended()


async def test_many_streams_are_one_look(db: Database, closing: asyncio.Event) -> None:
    watch = Watch(db, closing, mark)
    with count_statements(db) as seen:
        streams = [messages(watch, "7") for _ in range(20)]
        for stream in streams:
            assert await after(stream, 2) == [b"retry: 3000\n\n", b"id: 0\ndata: 0\n\n"]
        assert len(seen) == 1
    closing.set()
    await watch.ended()


async def test_an_outage_is_survived(database_url: str, closing: asyncio.Event) -> None:
    gone = Database(database_url.replace("@/", "@/nowhere"))
    watch = Watch(gone, closing, mark)
    assert await after(messages(watch, "0", heartbeat=0.01), 2) == [b"retry: 3000\n\n", b":\n\n"]
    closing.set()
    await watch.ended()
    await gone.dispose()


ENDS = {
    "signed out": "",
    "signed out everywhere": "DELETE FROM session WHERE person_id = :person",
    "expired": "UPDATE session SET expires_at = now() - interval '1 hour' WHERE person_id = :person",
    "role taken away": "DELETE FROM person_role WHERE person_id = :person",
    "deactivated": "UPDATE person SET status = 'deactivated' WHERE id = :person",
}


@pytest.mark.parametrize("why", ENDS)
async def test_a_stream_ends_with_what_let_its_reader_in(
    app: Litestar, db: Database, browse: Browsers, cast: Cast, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.01)
    carl, greta = await browse(cast.carl), await browse(cast.greta)
    reads = [asyncio.create_task(browser.get("/commission/stream?after=0")) for browser in (carl, greta)]
    while len(app.state.streams) < 2:  # noqa: ASYNC110 - that it has begun is known to the app alone
        await asyncio.sleep(0)
    if statement := ENDS[why]:
        async with db.engine.begin() as connection:
            await connection.execute(text(statement), {"person": cast.carl})
    else:
        await carl.send_form("/sign-out")
    assert (await asyncio.wait_for(reads[0], 10)).text.startswith("retry: 3000")
    assert not reads[1].done()
    async with db.transaction(now=clock.now()) as tx:
        await end_all_sessions(tx, cast.greta)
    await asyncio.wait_for(reads[1], 10)
    assert len(app.state.streams) == 0


def test_every_stream_of_events_is_looked_after() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "facility").rglob("*.py")
        if re.search("text/event-stream|ServerSentEvent", path.read_text())
    }
    assert makers == {"facility/web/streams.py"}
