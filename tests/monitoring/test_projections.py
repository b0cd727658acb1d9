"""Figures on a real log, made by commands: they follow in batches of any size, and a rebuild gives the same bytes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

import facility.monitoring.checks  # noqa: F401 - checks register when they are imported
from facility.activities.queries.counting import counting_of
from facility.activities.service.activities import cancel, postpone, undo
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.awards.service.ending import withdraw_award
from facility.db import Database
from facility.events.projector import PROJECTIONS, advance, reset
from facility.events.reconcile import CHECKS, reconcile
from facility.events.relay import follow
from facility.events.sequence import number
from facility.monitoring.models import READ_MODELS
from tests.doing import ask_experts, held
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import kept

TABLES = [table.name for name in READ_MODELS for table in PROJECTIONS[name].tables]


@kept
async def story(play: Judging) -> dict[str, UUID]:
    """A and B awarded; A's workshop counts, its second activity is moved and called off, B is withdrawn later."""
    await play.apply("A", "35427.70")
    await play.apply("B", "40000.00")
    await play.apply("C", "30000.00")
    await play.apply("D", "1000.00")
    await play.act("omar", lambda tx: withdraw(tx, play.applications["D"]), CLOSES)
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.score("elena", "B", "14", "60")
    await play.score("elena", "C", "13", "55")
    await play.decide()
    made = {
        "workshop": await held(play, "A", {"AL": 8, "XK": 8}),
        "alone": await held(play, "A", {"AL": 8, "TR": 3}),
        "lost": await held(play, "B", {"AL": 1, "ME": 1}),
        "off": await held(play, "A", {}, report=False),
    }
    late = date(2022, 1, 3)
    await play.act(
        "omar",
        lambda tx: postpone(tx, made["off"], starts_on=late, ends_on=late, reason="snow"),
    )
    await play.act("omar", lambda tx: cancel(tx, made["off"], reason="no host"))
    await ask_experts(play, "A")
    at = datetime.fromisoformat("2021-11-02T10:00:00+00:00")
    await play.act("vera", lambda tx: withdraw_award(tx, play.applications["B"], reason="asked"), at)
    return made


async def dump(db: Database) -> dict[str, list[str]]:
    async with db.reader() as connection:
        return {
            name: sorted(
                (await connection.execute(text(f"SELECT row({name}.*)::text FROM {name}"))).scalars()
            )
            for name in TABLES
        }


async def row(db: Database, statement: str) -> tuple[object, ...]:
    async with db.reader() as connection:
        return tuple((await connection.execute(text(statement))).one())


async def test_the_indicator_follows_from_the_log(play: Judging) -> None:
    made = await story(play)
    await follow(play.db)
    async with play.db.reader() as connection:
        rows = await connection.execute(text("SELECT activity_id, year, reason FROM joint_activity"))
        by_activity = {row.activity_id: (row.year, row.reason) for row in rows}
        state = await counting_of(connection)
    assert by_activity == {
        made["workshop"]: (2021, None),
        made["alone"]: (2021, "too_few_beneficiaries_attended"),
        made["lost"]: (2021, "not_funded"),
        made["off"]: (2022, "not_completed"),
    }
    assert {key: reason for key, (_year, reason) in by_activity.items()} == state


async def test_what_is_taken_back_no_longer_counts(play: Judging) -> None:
    made = await story(play)
    for _ in ("verification", "completion"):
        await follow(play.db)
        await play.act("ada", lambda tx: undo(tx, made["workshop"], reason="wrong list"))
        await follow(play.db)
        assert (await row(play.db, "SELECT count(*) FROM joint_activity WHERE reason IS NULL")) == (0,)
    stored = await row(
        play.db,
        f"SELECT reason, completed, reported_by FROM joint_activity WHERE activity_id = '{made['workshop']}'",
    )
    assert stored == ("not_completed", False, None)


async def test_money_calls_and_requests_follow_from_the_log(play: Judging) -> None:
    await story(play)
    await follow(play.db)
    assert await row(play.db, "SELECT sum(agreed), sum(committed) FROM money_figure") == (
        Decimal("18200000.00"),
        Decimal("65427.70"),
    )
    assert await row(play.db, "SELECT amount, committed FROM envelope_figure") == (
        Decimal("80000.00"),
        Decimal("65427.70"),
    )
    waited = 3 * ((DECIDED - (CLOSES - timedelta(days=1))) // timedelta(microseconds=1))
    assert await row(
        play.db,
        "SELECT received, withdrawn, awarded, reserve, committed, decided, waited, closed_at, decided_at FROM call_figure",
    ) == (3, 1, 3, 0, Decimal("65427.70"), 3, waited, CLOSES, DECIDED)
    assert await row(
        play.db, "SELECT seats, asked, accepted, exhausted, first_yes_at - requested_at FROM request_figure"
    ) == (1, 2, 1, False, timedelta(hours=30))


async def test_what_is_taken_up_again_is_withdrawn_no_more(play: Judging) -> None:
    await play.apply("A", "35427.70")
    figures = "SELECT received, withdrawn FROM call_figure"
    for command, counted in ((withdraw, (0, 1)), (take_up_again, (0, 0))):
        await play.act("omar", lambda tx, command=command: command(tx, play.applications["A"]), CLOSES)  # type: ignore[misc]
        await follow(play.db)
        assert await row(play.db, figures) == counted


async def test_a_rebuild_gives_the_same_bytes_whatever_the_batch(play: Judging) -> None:
    await story(play)
    await follow(play.db)
    before = await dump(play.db)
    assert min(len(rows) for rows in before.values()) > 0
    for batch in (1, 2, 7, 500):
        for name in READ_MODELS:
            await reset(play.db, PROJECTIONS[name])
            while await advance(play.db, PROJECTIONS[name], batch=batch):
                pass
        assert await dump(play.db) == before


async def test_reconcile_finds_nothing_at_any_position(play: Judging) -> None:
    await story(play)
    while await number(play.db):
        pass
    for _ in range(12):
        for name in READ_MODELS:
            await advance(play.db, PROJECTIONS[name], batch=5)
        assert {k: v for k, v in (await reconcile(play.db)).items() if v} == {}


BROKEN = {
    "UPDATE joint_activity SET reason = NULL WHERE reason = 'not_completed'": "monitoring: indicator 10.1",
    "UPDATE activity SET state = 'completed', verified_at = NULL, verified_by = NULL WHERE state = 'verified'": "monitoring: indicator 10.1",
    "DELETE FROM award_life": "monitoring: indicator 10.1",
    "UPDATE money_figure SET committed = committed + 0.01": "monitoring: money",
    "UPDATE envelope_figure SET amount = 1": "monitoring: money",
    "UPDATE call_figure SET received = 9": "monitoring: calls and applications",
    "DELETE FROM application_figure": "monitoring: calls and applications",
    "UPDATE request_figure SET accepted = 2": "monitoring: requests for expertise",
    "DELETE FROM headline WHERE kind = 'AwardMade'": "monitoring: headlines",
}


async def test_reconcile_names_what_is_off(play: Judging) -> None:
    await story(play)
    await follow(play.db)
    for statement, named in BROKEN.items():
        async with play.db.engine.connect() as connection:
            await connection.execute(text(statement))
            failing = [n for n, c in CHECKS.items() if n.startswith("monitoring") and await c(connection)]
            await connection.rollback()
        assert failing == [named], statement
