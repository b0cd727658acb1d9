"""Calls: drafted by one, published by another, closed by time, and never under a submission's feet."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from facility.accounts.service.people import add_user
from facility.calls.checks import frozen, sound_rules, state_and_log
from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft, Grid
from facility.calls.rules.scoring import Section
from facility.calls.service import closing
from facility.calls.service.closing import close_call, close_due, mark_decided, share_call
from facility.calls.service.draft import change_draft, draft_call
from facility.calls.service.publication import publish_call
from facility.calls.service.reading import rules_of
from facility.db import Database, new_id
from facility.events.log import history
from facility.refused import Reason, Refused
from facility.story.calls import CALL, enter_money
from facility.web.access import Role
from tests.prepared import built_once

NOW = datetime(2021, 5, 3, 8, tzinfo=UTC)
OPENS = datetime(2021, 6, 1, 7, tzinfo=UTC)
CLOSES = datetime(2021, 7, 30, 10, tzinfo=UTC)
GRID = Grid(
    sections=(Section("capacity", "Capacity", 20), Section("relevance", "Relevance", 80)),
    thresholds={"capacity": Decimal(12), "total": Decimal("60.5")},
    min_assessments=3,
    tie_break=("relevance", "beneficiaries", "received_at"),
)


class Stage(msgspec.Struct):
    """Two officers, and a draft that is good."""

    ada: UUID
    ben: UUID
    draft: CallDraft


@built_once
async def stage(db: Database) -> Stage:
    async with db.transaction(now=NOW) as tx:
        ada = await add_user(tx, name="Ada Officer", email="ada@example.org", roles=[Role.SECRETARIAT])
        ben = await add_user(tx, name="Ben Officer", email="ben@example.org", roles=[Role.SECRETARIAT])
        envelope_id = await enter_money(tx)
    draft = msgspec.structs.replace(
        CALL,
        reference="TAF-2021-01",
        opens_at=OPENS,
        closes_at=CLOSES,
        envelope_id=envelope_id,
        extended_to=("TR",),
        extension_decision="Decision 7/2021",
        grid=GRID,
    )
    return Stage(ada.id, ben.id, draft)


async def drafted(db: Database, stage: Stage, **changes: object) -> UUID:
    """Ada's draft."""
    async with db.transaction(now=NOW, actor=stage.ada) as tx:
        return (await draft_call(tx, msgspec.structs.replace(stage.draft, **changes))).id


async def published(db: Database, stage: Stage, **changes: object) -> UUID:
    """Ada's draft, published by Ben."""
    call_id = await drafted(db, stage, **changes)
    async with db.transaction(now=NOW, actor=stage.ben) as tx:
        await publish_call(tx, call_id)
    return call_id


async def state(db: Database, call_id: UUID) -> str:
    async with db.reader() as connection:
        return (await connection.execute(select(Call.state).where(Call.id == call_id))).scalar_one()


async def log(db: Database, call_id: UUID) -> list[str]:
    """Kinds of the call's events, oldest first."""
    async with db.reader() as connection:
        return [type(recorded.event).__name__ for recorded in reversed(await history(connection, call_id))]


async def off(db: Database) -> list[str]:
    async with db.reader() as connection:
        return [line for f in (sound_rules, state_and_log, frozen) for line in await f(connection)]


async def test_one_drafts_another_publishes(db: Database, stage: Stage) -> None:
    call_id = await drafted(db, stage)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW, actor=stage.ada) as tx:
            await publish_call(tx, call_id)
    async with db.transaction(now=NOW, actor=stage.ben) as tx:
        call = await publish_call(tx, call_id)
    assert (refused.value.kind, refused.value.codes) == ("forbidden", ("same_person",))
    assert (call.state, call.drafted_by, call.published_by) == ("published", stage.ada, stage.ben)
    assert rules_of(call) == stage.draft.rules
    assert await log(db, call_id) == ["CallDrafted", "CallPublished"]
    assert await off(db) == []


async def test_who_changes_a_draft_becomes_its_author(db: Database, stage: Stage) -> None:
    call_id = await drafted(db, stage)
    async with db.transaction(now=NOW, actor=stage.ben) as tx:
        changed = msgspec.structs.replace(stage.draft, award_max=Decimal("50000.00"))
        await change_draft(tx, call_id, changed)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW, actor=stage.ben) as tx:
            await publish_call(tx, call_id)
    async with db.transaction(now=NOW, actor=stage.ada) as tx:
        call = await publish_call(tx, call_id)
    async with db.reader() as connection:
        recorded = (await history(connection, call_id))[1]
    assert refused.value.codes == ("same_person",)
    assert rules_of(call).award_max == Decimal("50000.00")
    assert msgspec.structs.asdict(recorded.event)["fields"] == ["award_max"]


async def test_saving_an_unchanged_draft_changes_nothing(db: Database, stage: Stage) -> None:
    call_id = await drafted(db, stage)
    async with db.transaction(now=NOW, actor=stage.ben) as tx:
        call = await change_draft(tx, call_id, stage.draft)
    assert call.drafted_by == stage.ada
    assert await log(db, call_id) == ["CallDrafted"]


async def test_publication_freezes_the_rules(db: Database, stage: Stage) -> None:
    call_id = await published(db, stage)
    with pytest.raises(Refused) as changed:
        async with db.transaction(now=NOW, actor=stage.ada) as tx:
            await change_draft(tx, call_id, msgspec.structs.replace(stage.draft, min_beneficiaries=3))
    with pytest.raises(Refused) as again:
        async with db.transaction(now=NOW, actor=stage.ben) as tx:
            await publish_call(tx, call_id)
    assert (changed.value.kind, changed.value.codes) == ("conflict", ("rules_frozen",))
    assert again.value.codes == ("rules_frozen",)


async def test_the_database_itself_wants_two_people(db: Database, stage: Stage) -> None:
    await published(db, stage)
    with pytest.raises(DBAPIError, match="ck_call_four_eyes"):
        async with db.transaction(now=NOW) as tx:
            await tx.session.execute(update(Call).values(published_by=Call.drafted_by))


async def test_every_mistake_is_named_at_its_field(db: Database, stage: Stage) -> None:
    await drafted(db, stage)
    with pytest.raises(Refused) as refused:
        await drafted(
            db,
            stage,
            closes_at=OPENS,
            amount=Decimal("100000.01"),
            award_min=Decimal("70000.00"),
            extension_decision=None,
        )
    assert refused.value.kind == "invalid"
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [
        ("closes_before_it_opens", "closes_at"),
        ("award_min_above_max", "award_min"),
        ("above_envelope", "amount"),
        ("decision_missing", "extension_decision"),
        ("reference_taken", "reference"),
    ]


async def test_an_unknown_envelope_is_refused(db: Database, stage: Stage) -> None:
    with pytest.raises(Refused) as refused:
        await drafted(db, stage, envelope_id=new_id())
    assert refused.value.reasons == (Reason("envelope_unknown", "envelope_id"),)


async def test_one_reference_for_two_drafts_at_once(db: Database, stage: Stage) -> None:
    answers = await asyncio.gather(*(drafted(db, stage) for _ in range(5)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [answer.codes for answer in refused] == [("reference_taken",)] * 4


async def test_nothing_is_published_after_its_deadline(db: Database, stage: Stage) -> None:
    call_id = await drafted(db, stage)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=CLOSES + timedelta(microseconds=1), actor=stage.ben) as tx:
            await publish_call(tx, call_id)
    assert refused.value.codes == ("closes_in_the_past",)


async def test_a_call_closes_once_nothing_can_be_on_its_way_any_more(
    db: Database, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "_on_the_way", timedelta(seconds=5))
    due = await published(db, stage)
    assert await close_due(db, CLOSES + timedelta(seconds=4)) == 0
    assert await close_due(db, CLOSES + timedelta(seconds=5)) == 1
    async with db.reader() as connection:
        recorded = (await history(connection, due))[0]
    assert (recorded.due_at, recorded.recorded_at) == (CLOSES, CLOSES + timedelta(seconds=5))


async def test_time_closes_what_is_due_and_bears_the_instant(db: Database, stage: Stage) -> None:
    due = await published(db, stage)
    later = await published(db, stage, reference="TAF-2021-02", closes_at=CLOSES + timedelta(days=1))
    await drafted(db, stage, reference="TAF-2021-03")
    late = CLOSES + timedelta(hours=3)
    assert await close_due(db, CLOSES - timedelta(microseconds=1)) == 0
    assert await close_due(db, late) == 1
    assert await close_due(db, late) == 0
    async with db.reader() as connection:
        recorded = (await history(connection, due))[0]
    assert (recorded.due_at, recorded.recorded_at) == (CLOSES, late)
    assert (await state(db, due), await state(db, later)) == ("closed", "published")
    assert await off(db) == []


async def test_a_call_is_not_closed_before_its_time(db: Database, stage: Stage) -> None:
    call_id = await published(db, stage)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=CLOSES - timedelta(seconds=1)) as tx:
            await close_call(tx, call_id, due_at=CLOSES)
    assert refused.value.codes == ("still_open",)


async def test_closing_waits_for_submissions_under_way(db: Database, stage: Stage) -> None:
    call_id = await published(db, stage)
    closing: asyncio.Future[int] | None = None
    async with db.transaction(now=CLOSES) as first, db.transaction(now=CLOSES) as second:
        assert (await share_call(first, call_id)).state == "published"
        assert (await share_call(second, call_id)).state == "published"
        closing = asyncio.ensure_future(close_due(db, CLOSES))
        await waiting_for_a_lock(db)
        assert not closing.done()
    assert await closing == 1
    async with db.transaction(now=CLOSES) as tx:
        assert (await share_call(tx, call_id)).state == "closed"


async def waiting_for_a_lock(db: Database) -> None:
    """Returns once somebody waits for a row lock."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    async with db.reader() as connection:
        while not (await connection.exec_driver_sql(query)).scalar_one():
            pass


async def test_closing_twice_at_once_closes_once(db: Database, stage: Stage) -> None:
    call_id = await published(db, stage)
    assert sum(await asyncio.gather(*(close_due(db, CLOSES) for _ in range(5)))) == 1
    assert await log(db, call_id) == ["CallDrafted", "CallPublished", "CallClosed"]


async def test_decided_once_and_only_after_closing(db: Database, stage: Stage) -> None:
    call_id = await published(db, stage)
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=NOW) as tx:
            mark_decided(tx, await tx.lock(Call, call_id))
    await close_due(db, CLOSES)
    async with db.transaction(now=CLOSES) as tx:
        mark_decided(tx, await tx.lock(Call, call_id))
    with pytest.raises(Refused) as again:
        async with db.transaction(now=CLOSES) as tx:
            mark_decided(tx, await tx.lock(Call, call_id))
    assert (refused.value.codes, again.value.codes) == (("not_closed",), ("not_closed",))
    assert await state(db, call_id) == "decided"


async def test_checks_name_a_call_that_was_tampered_with(db: Database, stage: Stage) -> None:
    call_id = await published(db, stage)
    async with db.transaction(now=NOW) as tx:
        await tx.session.execute(
            update(Call).values(state="closed", amount=Decimal("1.00"), grid={"sections": []})
        )
    assert await off(db) == [
        f"call {call_id}: its grid can't be read",
        f"call {call_id} is closed, but its events say otherwise",
        f"call {call_id}: a version can't be read",
    ]
