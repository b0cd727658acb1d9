"""Cancelling and archiving: two people, everybody concerned is told, and nothing goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from facility.admission.service.admissibility import check_admissibility
from facility.applications.models.application import Application, Party
from facility.applications.service import submission
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.awards.service.deciding import decide, propose
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.calls.service.archive import archive_call, take_from_archive
from facility.calls.service.cancellation import ask_cancellation, confirm_cancellation, drop_cancellation
from facility.calls.service.closing import close_due
from facility.calls.service.corrigenda import draft_corrigendum, publish_corrigendum
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.db import Database, Tx
from facility.evaluation.service import assessing as evaluation
from facility.refused import Refused
from tests.browser import Browsers, work
from tests.calls.reading import CALL, LATER, MID, changed, current_draft, events, mails, reconciled, refused
from tests.judging import CLOSES, DECIDED, OPENS, Judging

REASON = "The agreement that pays for it was ended."


async def cancel(play: Judging, at: datetime = MID, by: str = "paul") -> None:
    """Ada asks, another confirms."""
    key = play.calls[CALL]
    await play.act("ada", lambda tx: ask_cancellation(tx, key, REASON), at)
    await play.act(by, lambda tx: confirm_cancellation(tx, key), at)


@pytest.mark.parametrize("by", ["vera", "paul"])
async def test_one_asks_another_confirms(play: Judging, db: Database, by: str) -> None:
    key = play.calls[CALL]
    await play.act("ada", lambda tx: ask_cancellation(tx, key, REASON), MID)
    assert await refused(play, "ada", lambda tx: confirm_cancellation(tx, key)) == [("same_person", None)]
    assert await refused(play, "vera", lambda tx: ask_cancellation(tx, key, REASON)) == [
        ("cancellation_asked", None)
    ]
    assert (await play.row(Call, key)).state == "published"
    await play.act(by, lambda tx: confirm_cancellation(tx, key), MID)
    call = await play.row(Call, key)
    assert (call.state, call.cancelled_at) == ("cancelled", MID)
    assert (await events(db, key))[2:] == ["CancellationAsked", "CallCancelled"]
    assert await refused(play, "vera", lambda tx: ask_cancellation(tx, key, REASON)) == [
        ("call_cancelled", None)
    ]
    assert await reconciled(db) == []


async def test_everybody_concerned_is_told_once(play: Judging, db: Database) -> None:
    await play.apply("submitted", "20000.00", partners=("XK", "ME"), received_at=MID)
    withdrawn = await play.apply("withdrawn", "20000.00", partners=("RS",), received_at=MID)
    await play.act("omar", lambda tx: withdraw(tx, withdrawn), MID)
    async with db.transaction(now=MID) as tx:  # one partner was asked and has not answered, another said no
        await tx.session.execute(update(Party).values(contact_name="Somebody"))
    await play.close()
    await play.declare("elena", "submitted")
    await play.declare("erik", "submitted", conflict=True)
    await cancel(play, CLOSES + timedelta(days=1))
    assert await mails(
        db,
        "applications/call_cancelled",
        "evaluation/cancelled",
        "calls/cancelled",
        "calls/cancellation_asked",
    ) == [
        ("applications/call_cancelled", "omar@example.org"),
        ("applications/call_cancelled", "partner-me@example.org"),
        ("applications/call_cancelled", "partner-xk@example.org"),
        ("calls/cancellation_asked", "ines@example.org"),
        ("calls/cancellation_asked", "paul@example.org"),
        ("calls/cancellation_asked", "vera@example.org"),
        ("calls/cancelled", "ada@example.org"),
        ("calls/cancelled", "ines@example.org"),
        ("calls/cancelled", "paul@example.org"),
        ("calls/cancelled", "vera@example.org"),
        ("evaluation/cancelled", "elena@example.org"),
        ("evaluation/cancelled", "erik@example.org"),
    ]
    assert await reconciled(db) == []


async def test_nothing_is_submitted_begun_or_taken_up_again(play: Judging, db: Database) -> None:
    key = await play.apply("withdrawn", "20000.00", received_at=MID)
    await play.act("omar", lambda tx: withdraw(tx, key), MID)
    await cancel(play)
    assert await refused(play, "omar", lambda tx: take_up_again(tx, key)) == [("call_cancelled", None)]
    with pytest.raises(Refused) as refusal:
        await play.apply("new", "20000.00", received_at=MID)
    assert "call_cancelled" in refusal.value.codes
    assert await close_due(db, CLOSES) == 0
    assert await reconciled(db) == []


async def test_assessing_and_deciding_stop(play: Judging) -> None:
    key = await play.apply("one", "20000.00", received_at=MID)
    await play.close()
    await play.declare("elena", "one")
    at = CLOSES + timedelta(days=1)
    await cancel(play, at)
    call_id = play.calls[CALL]
    commands: tuple[tuple[str, Callable[[Tx], Awaitable[object]]], ...] = (
        ("ada", lambda tx: check_admissibility(tx, key, admissible=False, reason="Late.")),
        ("ada", lambda tx: evaluation.assign(tx, key, play.people["eva"])),
        ("elena", lambda tx: evaluation.may_write(tx, key)),
        ("elena", lambda tx: evaluation.send_assessment(tx, key, {}, {})),
        ("ada", lambda tx: evaluation.set_aside(tx, key, "Nobody is left.")),
        ("ada", lambda tx: propose(tx, call_id)),
    )
    for actor, command in commands:
        assert await refused(play, actor, command, at) == [("call_cancelled", None)]


async def test_a_proposal_that_waits_is_not_decided(play: Judging) -> None:
    await play.apply("one", "20000.00", received_at=MID)
    await play.close()
    await play.score("elena", "one", "16", "64")
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    await cancel(play, DECIDED)
    assert await refused(play, "paul", lambda tx: decide(tx, play.calls[CALL]), DECIDED) == [
        ("call_cancelled", None)
    ]


async def test_a_decided_call_and_a_draft_are_not_cancelled(play: Judging) -> None:
    await play.close()
    await play.decide()
    assert await refused(play, "ada", lambda tx: ask_cancellation(tx, play.calls[CALL], REASON), DECIDED) == [
        ("already_decided", None)
    ]


async def test_a_request_ends_with_the_decision(play: Judging, browse: Browsers) -> None:
    """It can't be confirmed any more, so nobody is asked to, and the call's page says nothing of it."""
    await play.act("ada", lambda tx: ask_cancellation(tx, play.calls[CALL], REASON), MID)
    ada, vera = await browse(play.people["ada"]), await browse(play.people["vera"])
    waits = ["calls-that-a-colleague-asks-to-cancel", "calls-that-you-ask-to-cancel"]
    assert [kind in work(await who.get("/")) for who, kind in zip((vera, ada), waits, strict=True)] == [
        True,
        True,
    ]
    await play.close()
    await play.decide()
    assert not {*work(await vera.get("/")), *work(await ada.get("/"))} & {*waits}
    assert f"{play.calls[CALL]}/cancel" not in (await vera.get(f"/staff/calls/{play.calls[CALL]}")).text


async def test_a_request_is_dropped_and_the_call_goes_on(play: Judging, db: Database) -> None:
    key = play.calls[CALL]
    request = await play.act("ada", lambda tx: ask_cancellation(tx, key, REASON), MID)
    await play.act("paul", lambda tx: drop_cancellation(tx, key), MID)
    assert await refused(play, "vera", lambda tx: confirm_cancellation(tx, key)) == [("not_asked", None)]
    again = await play.act("ada", lambda tx: ask_cancellation(tx, key, "Another reason."), MID)
    assert await refused(play, "vera", lambda tx: confirm_cancellation(tx, key, seen=request.id)) == [
        ("changed_meanwhile", None)
    ]
    await play.act("vera", lambda tx: confirm_cancellation(tx, key, seen=again.id), MID)
    assert await reconciled(db) == []


async def test_a_reason_is_needed(play: Judging) -> None:
    assert await refused(play, "ada", lambda tx: ask_cancellation(tx, play.calls[CALL], "  ")) == [
        ("reason_missing", "reason")
    ]


async def test_a_corrigendum_under_way_goes_with_the_call(play: Judging, db: Database) -> None:
    key, draft = play.calls[CALL], await changed(play, closes_at=LATER)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "Why."), MID)
    await cancel(play)
    assert await refused(play, "ada", lambda tx: draft_corrigendum(tx, key, draft, "Why.")) == [
        ("call_cancelled", None)
    ]
    async with db.reader() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM call_version")).scalar() == 1


async def test_cancelled_while_somebody_submits_is_either_before_or_after(
    play: Judging, db: Database
) -> None:
    """The call's lock comes first for both: whoever gets it first is through, and they never wait in a circle."""
    key = play.calls[CALL]
    await play.act("ada", lambda tx: ask_cancellation(tx, key, REASON), MID)
    drafts = [await play.apply(f"application-{n}", "1000.00", received_at=MID) for n in range(4)]

    async def back_to_draft(application_id: UUID) -> None:
        await play.act("omar", lambda tx: withdraw(tx, application_id), MID)
        await play.act("omar", lambda tx: take_up_again(tx, application_id), MID)

    for draft in drafts:
        await back_to_draft(draft)

    async def submit(application_id: UUID) -> None:
        async with db.transaction(now=MID, actor=play.people["omar"]) as tx:
            await submission.submit(tx, application_id, received_at=MID)

    async def confirm() -> None:
        async with db.transaction(now=MID, actor=play.people["paul"]) as tx:
            await confirm_cancellation(tx, key)

    answers = await asyncio.gather(
        submit(drafts[0]),
        submit(drafts[1]),
        confirm(),
        submit(drafts[2]),
        submit(drafts[3]),
        return_exceptions=True,
    )
    refusals = [answer for answer in answers if answer is not None]
    assert all(isinstance(refusal, Refused) and refusal.codes == ("call_cancelled",) for refusal in refusals)
    assert (await play.row(Call, key)).state == "cancelled"
    submitted = [(await play.row(Application, draft)).status for draft in drafts].count("submitted")
    assert submitted + len(refusals) == 4
    assert await reconciled(db) == []


async def test_the_database_itself_wants_two_people(play: Judging, db: Database) -> None:
    await cancel(play)
    with pytest.raises(DBAPIError, match="ck_call_cancellation_four_eyes"):
        async with db.transaction(now=MID) as tx:
            await tx.session.execute(text("UPDATE call_cancellation SET confirmed_by = asked_by"))


async def test_checks_name_an_award_of_a_cancelled_call(play: Judging, db: Database) -> None:
    await play.apply("one", "20000.00", received_at=MID)
    await play.close()
    await play.score("elena", "one", "16", "64")
    await play.decide()
    key = play.calls[CALL]
    async with db.transaction(now=DECIDED) as tx:
        await tx.session.execute(
            update(Call).values(state="cancelled", cancelled_at=DECIDED - timedelta(days=90))
        )
    assert set(await reconciled(db)) >= {
        f"call {key} is cancelled, and has awards or a reserve list",
        f"call {key}: its cancellation is not what its state says",
        "application one: received after its call was cancelled",
    }


async def test_what_is_over_is_archived_and_taken_out_again(play: Judging, db: Database) -> None:
    key = play.calls[CALL]
    assert await refused(play, "ada", lambda tx: archive_call(tx, key)) == [("not_over", None)]
    await play.close()
    await play.decide()
    await play.act("ada", lambda tx: archive_call(tx, key), DECIDED)
    assert await refused(play, "ada", lambda tx: archive_call(tx, key)) == [("archived_already", None)]
    assert (await play.row(Call, key)).archived_at == DECIDED
    await play.act("ada", lambda tx: take_from_archive(tx, key), DECIDED)
    assert await refused(play, "ada", lambda tx: take_from_archive(tx, key)) == [("not_archived", None)]
    assert (await events(db, key))[-2:] == ["CallArchived", "CallTakenFromArchive"]
    assert await reconciled(db) == []


async def test_a_rolling_call_takes_its_batches_with_it(play: Judging, db: Database) -> None:
    """Corrected and cancelled as a whole; a batch by itself is neither."""
    cut_offs = (CLOSES - timedelta(days=20), CLOSES)
    draft = await changed(play, reference="TAF-2021-02", mode=Mode.ROLLING, cut_offs=cut_offs)
    at = OPENS - timedelta(days=7)
    series = await play.act("ada", lambda tx: draft_call(tx, draft), at)
    await play.act("vera", lambda tx: publish_call(tx, series.id), at)
    play.calls["TAF-2021-02"] = series.id
    lower = msgspec.structs.replace(await current_draft(play, "TAF-2021-02"), amount=Decimal("65000.00"))
    await play.act("ada", lambda tx: draft_corrigendum(tx, series.id, lower, "Less money."), MID)
    await play.act("vera", lambda tx: publish_corrigendum(tx, series.id), MID)
    async with db.reader() as connection:
        rows = await connection.execute(select(Call.id, Call.amount).where(Call.series_id == series.id))
        batches = rows.all()
    assert [row.amount for row in batches] == [Decimal("65000.00")] * 2
    assert await reconciled(db) == []
    assert await refused(play, "ada", lambda tx: ask_cancellation(tx, batches[0].id, REASON)) == [
        ("batch_of_a_series", None)
    ]
    await play.act("ada", lambda tx: ask_cancellation(tx, series.id, REASON), MID)
    await play.act("paul", lambda tx: confirm_cancellation(tx, series.id), MID)
    assert {(await play.row(Call, row.id)).state for row in batches} == {"cancelled"}
    assert (await mails(db, "calls/cancelled")).count(("calls/cancelled", "vera@example.org")) == 1
    assert await reconciled(db) == []
