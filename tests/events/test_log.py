"""The log: chained, append-only, numbered without ever skipping what commits late."""

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from facility.db import Database, Tx, new_id
from facility.events.log import LATEST, history, record
from facility.events.models import EventRow
from facility.events.reconcile import reconcile
from facility.events.sequence import number
from facility.web.history import BEGINS_EARLIER, moments
from facility.web.i18n import translated
from tests.events.bells import START, BellPolished, BellRung


async def ring(db: Database, bell_id: object, times: int) -> None:
    async with db.transaction(now=START) as tx:
        await record(tx, BellRung(bell_id=bell_id, times=times))  # type: ignore[arg-type]


async def test_an_event_comes_back_as_it_was_recorded(db: Database) -> None:
    bell, actor = new_id(), new_id()
    async with db.transaction(now=START, actor=actor) as tx:
        event_id = await record(tx, BellRung(bell_id=bell, times=3))
    async with db.reader() as connection:
        [recorded] = await history(connection, bell)
    assert recorded.id == event_id
    assert recorded.event == BellRung(bell_id=bell, times=3)
    assert (recorded.version, recorded.actor_id, recorded.due_at) == (1, actor, START)


async def test_a_long_history_says_that_it_begins_earlier_and_can_be_of_some_kinds(db: Database) -> None:
    bell = new_id()
    async with db.transaction(now=START) as tx:
        await record(tx, BellPolished(bell_id=bell))
        for times in range(LATEST):
            await record(tx, BellRung(bell_id=bell, times=times))
    async with db.reader() as connection:
        whole = await history(connection, bell)
        rings = await history(connection, bell, kinds=[BellRung])
        polished = await history(connection, bell, kinds=[BellPolished])
    assert [len(some) for some in (whole, rings, polished)] == [LATEST + 1, LATEST, 1]
    texts = [[line.text for line in moments(some, {})][LATEST - 1 :] for some in (whole, rings)]
    assert [len(lines) for lines in texts] == [2, 1]
    assert texts[0][-1] == translated(BEGINS_EARLIER)


async def test_a_rolled_back_command_leaves_no_event(db: Database) -> None:
    bell = new_id()

    async def fail_after_recording() -> None:
        async with db.transaction(now=START) as tx:
            await record(tx, BellRung(bell_id=bell, times=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_recording()
    async with db.reader() as connection:
        assert await history(connection, bell) == []


async def wait(_: Tx) -> None:
    """Work that is planned for the flush, and may not be done."""
    pytest.fail("it was planned by what was taken back")


@pytest.mark.parametrize("flushed", [False, True])
async def test_what_is_taken_back_leaves_nothing_and_what_follows_it_stays(
    db: Database, flushed: bool
) -> None:
    refused, kept = new_id(), new_id()
    async with db.transaction(now=START) as tx:
        await record(tx, BellRung(bell_id=refused, times=1))
        if flushed:
            await tx.flush()
        tx.at_flush(wait)
        await tx.session.rollback()  # by itself, without Tx.undo
        assert (tx.recorded, tx.deliveries) == (0, 0)
        await record(tx, BellRung(bell_id=kept, times=2))
        await record(tx, BellRung(bell_id=refused, times=3))
        await tx.undo()
        await record(tx, BellRung(bell_id=kept, times=4))
        assert (tx.recorded, tx.deliveries) == (1, 1)
    async with db.reader() as connection:
        recorded = [entry.event for entry in await history(connection, refused, kept)]
        assert recorded == [BellRung(bell_id=kept, times=4)]
        assert (await connection.execute(text("SELECT count(*) FROM delivery"))).scalar() == 1


async def test_two_writers_on_one_state_are_refused(db: Database) -> None:
    bell = new_id()
    async with db.transaction(now=START) as first:
        await record(first, BellRung(bell_id=bell, times=1))
        await first.flush()
        second = asyncio.create_task(ring(db, bell, 2))  # sees nothing of the first yet
        async with db.reader() as connection:
            while not (
                await connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
            ).scalar():
                assert not second.done()
    with pytest.raises(IntegrityError):
        await second


async def test_one_transaction_chains_all_its_events(db: Database) -> None:
    bells = [new_id(), new_id()]
    await ring(db, bells[0], 1)
    async with db.transaction(now=START) as tx:
        for times in (2, 3):
            for bell in bells:
                await record(tx, BellRung(bell_id=bell, times=times))
    async with db.reader() as connection:
        versions = [(entry.version, entry.event) for entry in reversed(await history(connection, *bells))]
    assert versions == [
        (1, BellRung(bell_id=bells[0], times=1)),
        (2, BellRung(bell_id=bells[0], times=2)),
        (1, BellRung(bell_id=bells[1], times=2)),
        (3, BellRung(bell_id=bells[0], times=3)),
        (2, BellRung(bell_id=bells[1], times=3)),
    ]
    assert not any((await reconcile(db)).values())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET data = '{}'",
        "UPDATE event SET position = 99, kind = 'Other'",
        "DELETE FROM event",
        "TRUNCATE event CASCADE",
        "UPDATE event SET position = position + 1",
    ],
)
async def test_the_log_refuses_to_be_rewritten(db: Database, statement: str) -> None:
    await ring(db, new_id(), 1)
    await number(db)
    with pytest.raises(IntegrityError, match="append-only"):
        async with db.transaction(now=START) as tx:
            await tx.session.execute(text(statement))


async def test_numbering_never_skips_what_commits_late(db: Database) -> None:
    early, late = new_id(), new_id()
    async with db.transaction(now=START) as slow:
        await record(slow, BellRung(bell_id=late, times=1))
        await slow.flush()  # drawn first, committed last
        await ring(db, early, 2)
        assert await number(db) == 1
    assert await number(db) == 1
    async with db.reader() as connection:
        rows = await connection.execute(
            select(EventRow.subject_id, EventRow.position).order_by(EventRow.position)
        )
        assert [tuple(row) for row in rows] == [(early, 1), (late, 2)]


async def test_numbering_by_several_at_once_gives_each_number_once(db: Database) -> None:
    bells = [new_id() for _ in range(4)]

    async def work(bell: object) -> None:
        for times in range(5):
            await ring(db, bell, times)
            await number(db)

    await asyncio.gather(*(work(bell) for bell in bells))
    await number(db)
    assert not any((await reconcile(db)).values())
    async with db.reader() as connection:
        assert (await connection.execute(text("SELECT max(position) FROM event"))).scalar() == 20


async def test_reconcile_names_a_broken_chain_and_a_forgotten_delivery(db: Database) -> None:
    await ring(db, new_id(), 1)
    async with db.engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger looks
        await connection.execute(text("""UPDATE event SET data = data || '{"times": 7}'"""))
        await connection.execute(text("DELETE FROM delivery"))
    findings = await reconcile(db)
    [broken], [forgotten] = findings["log: hash chains"], findings["log: deliveries"]
    assert "BellRung" in broken
    assert "no delivery for tests.events.bells.hear" in forgotten


async def test_reconcile_names_positions_out_of_order(db: Database) -> None:
    bell = new_id()
    await ring(db, bell, 1)
    await ring(db, bell, 2)
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE event SET position = 3 - version"))
    assert len((await reconcile(db))["log: positions"]) == 2


async def test_an_event_that_nobody_follows_has_no_delivery(db: Database) -> None:
    async with db.transaction(now=START) as tx:
        await record(tx, BellPolished(bell_id=new_id()))
    async with db.reader() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM delivery"))).scalar() == 0
