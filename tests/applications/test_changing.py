"""What was submitted is changed until the deadline, and stays valid until the new version takes its place."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from facility.applications.models.application import Application, Party
from facility.applications.service.answers import save_answers
from facility.applications.service.changing_submitted import (
    begin_changes,
    discard_changes,
    discard_of_call,
    discard_with_the_call,
)
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.applications.service.documents import attach_document, remove_document
from facility.applications.service.parties import change_party, remove_party
from facility.applications.service.receipt import receipt_data
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import leave, withdraw
from facility.calls.service.closing import close_call
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.refused import Refused
from facility.story.drafts import Part, bring_in
from tests.applications.asking import asking_draft
from tests.applications.conftest import CLOSES, NOW, Stage, Times, open_call, party_id, row
from tests.applications.partners.conftest import mails
from tests.applications.reading import SHA, kinds

HOUR = timedelta(hours=1)
RECEIVED = NOW + timedelta(minutes=1)
OTHER = "0" * 64


async def rows(db: Database, application_id: UUID) -> dict[str, Any]:
    """What the application consists of, without the versions, which go on counting."""
    queries = {
        "application": "SELECT title, themes, requested FROM application WHERE id = :id",
        "party": """SELECT id, role, amount, contact_name, contact_email, confirmation, signatory_name, confirmed_at, left_at
            FROM party WHERE application_id = :id AND left_at IS NULL""",
        "answers": "SELECT party_id, section, answers, salts FROM section_answers WHERE application_id = :id AND answers <> '{}'",
        "activity": "SELECT * FROM planned_activity WHERE application_id = :id",
        "people": """SELECT planned_people.* FROM planned_people JOIN planned_activity ON planned_activity.id = activity_id
            WHERE application_id = :id""",
        "line": "SELECT * FROM budget_line WHERE application_id = :id",
        "budget": "SELECT indirect_percent FROM budget WHERE application_id = :id",
        "document": "SELECT id FROM document WHERE application_id = :id AND removed_at IS NULL",
    }
    async with db.reader() as connection:
        return {
            name: sorted(map(str, await connection.execute(text(query), {"id": application_id})))
            for name, query in queries.items()
        }


@pytest.fixture
async def submitted(db: Database, stage: Stage, confirmed: UUID) -> UUID:
    """A draft with a document and an answer, handed in."""
    async with db.transaction(now=RECEIVED, actor=stage.omar) as tx:
        await attach_document(tx, confirmed, name="agenda.pdf", kind="pdf", size=6, sha256=SHA)
        await save_answers(tx, confirmed, {"ask": {"summary": "A workshop"}})
        await confirm_party(
            tx, await party_id(tx, confirmed), signatory_name="Vesa Gashi", signatory_function="Director"
        )
        await submit(tx, confirmed, received_at=RECEIVED)
    return confirmed


async def change(db: Database, stage: Stage, application_id: UUID, at: datetime = NOW + HOUR) -> None:
    """The lead changes a bit of everything: what partners had confirmed, and who takes part."""
    async with db.transaction(now=at, actor=stage.omar) as tx:
        await begin_changes(tx, application_id)
    async with db.transaction(now=at, actor=stage.omar) as tx:
        await save_answers(tx, application_id, {"ask": {"title": "Explosives", "summary": "Two workshops"}})
        await save_answers(tx, application_id, {"casework": {"casework_origin": "Requests"}})
        await change_party(tx, await party_id(tx, application_id, lead=True), role="Leads more")
        tenth = (await tx.get(Application, application_id)).requested / 10
        comes = Part(stage.prosecutor, "Comes too", tenth, "Milena", "milena@example.org")
        await bring_in(tx, application_id, comes)
        kept = await tx.session.scalar(
            text("SELECT id FROM document WHERE application_id = :id").bindparams(id=application_id)
        )
        await remove_document(tx, kept)
        await attach_document(tx, application_id, name="other.pdf", kind="pdf", size=6, sha256=OTHER)


async def partner(tx: Tx, application_id: UUID, stage: Stage) -> UUID:
    """Kosovo* Police's part."""
    query = select(Party.id).where(
        Party.application_id == application_id, Party.institution_id == stage.partner
    )
    return (await tx.session.scalars(query)).one()


async def test_the_new_version_takes_the_place_of_the_old(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    await drain(db, lambda: RECEIVED)
    before = await row(db, submitted)
    await change(db, stage, submitted)
    between = await row(db, submitted)
    assert (between.status, between.received_at, between.fingerprint) == (
        "submitted",
        RECEIVED,
        before.fingerprint,
    )
    at = NOW + 2 * HOUR
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=at, actor=stage.omar) as tx:
            await submit(tx, submitted, received_at=at)
    assert refused.value.codes == ("partner_not_confirmed",)
    async with db.transaction(now=at, actor=stage.omar) as tx:
        query = text("SELECT id FROM party WHERE application_id = :id AND NOT is_lead").bindparams(
            id=submitted
        )
        for party in await tx.session.scalars(query):
            await confirm_party(tx, party, signatory_name="S", signatory_function="D")
        await submit(tx, submitted, received_at=at)
    after = await row(db, submitted)
    assert (after.status, after.received_at, after.changing_since) == ("submitted", at, None)
    assert after.fingerprint != before.fingerprint
    async with db.transaction(now=at) as tx:
        snapshot = await tx.session.scalar(select(Application.submission))
    assert snapshot is not None
    assert snapshot["title"] == "Explosives"
    assert snapshot["replaces"] == {
        "received_at": RECEIVED.isoformat().replace("+00:00", "Z"),
        "fingerprint": before.fingerprint,
    }
    stated = receipt_data(snapshot, str(after.fingerprint), "Joint initiatives").replaces
    assert stated is not None
    assert (stated.received_at, stated.fingerprint) == (RECEIVED, before.fingerprint)
    assert [lines for lines in (await reconcile(db)).values() if lines] == []
    await drain(db, lambda: at)
    receipts = [
        mail.context["replaced"] for mail in await mails(db) if mail.template == "applications/receipt"
    ]
    assert sorted(map(bool, receipts)) == [False, True]
    news = [mail.context["what"] for mail in await mails(db) if mail.template == "applications/partners"]
    assert sorted(news) == ["received", "received_again", "received_again"]


async def test_what_was_not_submitted_again_is_discarded_when_the_call_closes(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    before, standing = await rows(db, submitted), await row(db, submitted)
    await change(db, stage, submitted)
    assert await rows(db, submitted) != before
    after_it = CLOSES + HOUR
    assert await discard_with_the_call(db, after_it) == 0, "the call does not say yet that it is closed"
    async with db.transaction(now=after_it) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
    assert await discard_with_the_call(db, after_it) == 1
    assert await discard_with_the_call(db, after_it) == 0
    assert await rows(db, submitted) == before
    now = await row(db, submitted)
    assert (now.title, now.requested, now.fingerprint) == (
        "Firearms",
        standing.requested,
        standing.fingerprint,
    )
    assert [lines for lines in (await reconcile(db)).values() if lines] == []
    await drain(db, lambda: after_it)
    recipients = [
        mail.to_address for mail in await mails(db) if mail.template == "applications/not_submitted_again"
    ]
    assert recipients == ["omar@example.org"]


async def test_a_confirmation_of_discarded_changes_is_followed_by_the_one_that_counts(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    before = await rows(db, submitted)
    await change(db, stage, submitted)
    async with db.transaction(now=NOW + 2 * HOUR) as tx:
        await confirm_party(
            tx, await partner(tx, submitted, stage), signatory_name="Other", signatory_function="D"
        )
    async with db.transaction(now=NOW + 3 * HOUR, actor=stage.omar) as tx:
        await discard_changes(tx, submitted)
    assert await rows(db, submitted) == before
    assert [lines for lines in (await reconcile(db)).values() if lines] == []
    with pytest.raises(Refused, match="nothing_changed"):
        async with db.transaction(now=NOW + 3 * HOUR, actor=stage.omar) as tx:
            await discard_changes(tx, submitted)
    await change(db, stage, submitted, NOW + 4 * HOUR)  # versions go on counting
    assert (await kinds(db, submitted)).count("ChangesBegun") == 2


async def test_whoever_was_asked_about_discarded_changes_need_not_answer(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    await change(db, stage, submitted)
    async with db.transaction(now=NOW + HOUR, actor=stage.omar) as tx:
        query = text("SELECT id FROM party WHERE institution_id = :id").bindparams(id=stage.prosecutor)
        await invite_party(tx, (await tx.session.scalars(query)).one())
    await drain(db, lambda: NOW + HOUR)
    async with db.transaction(now=NOW + 2 * HOUR, actor=stage.omar) as tx:
        await discard_changes(tx, submitted)
    await drain(db, lambda: NOW + 2 * HOUR)
    mailed = {
        mail.to_address: mail.context["stands"]
        for mail in await mails(db)
        if mail.template == "applications/no_longer_asked"
    }
    assert mailed == {"milena@example.org": True, "vesa@example.org": True}


async def test_a_partner_that_leaves_meanwhile_stays_away(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    await change(db, stage, submitted)
    async with db.transaction(now=NOW + 2 * HOUR, actor=stage.vesa) as tx:
        await leave(tx, await partner(tx, submitted, stage), reason="No staff")
    async with db.transaction(now=NOW + 3 * HOUR, actor=stage.omar) as tx:
        await discard_changes(tx, submitted)
    board = (await rows(db, submitted))["party"]
    assert len(board) == 1
    assert "Leads" in board[0]
    assert "Leads more" not in board[0]


async def test_a_partner_that_left_before_is_in_no_sum_of_the_changes(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    async with db.transaction(now=RECEIVED + HOUR) as tx:
        await leave(tx, await partner(tx, submitted, stage), reason="No staff")
    async with db.transaction(now=NOW + 2 * HOUR, actor=stage.omar) as tx:
        was = (await tx.get(Application, submitted)).requested
        application = await begin_changes(tx, submitted)
        amounts = await tx.session.scalars(
            select(Party.amount).where(Party.application_id == submitted, Party.on_board)
        )
        assert application.requested == sum(amounts) < was


async def test_a_partner_that_was_taken_out_is_back(db: Database, stage: Stage, submitted: UUID) -> None:
    before = await rows(db, submitted)
    async with db.transaction(now=NOW + HOUR, actor=stage.omar) as tx:
        await begin_changes(tx, submitted)
        await remove_party(tx, await party_id(tx, submitted))
    async with db.transaction(now=NOW + 2 * HOUR, actor=stage.omar) as tx:
        await discard_changes(tx, submitted)
    assert await rows(db, submitted) == before


async def test_nobody_opens_a_call_before_its_changes_are_gone(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    before = await rows(db, submitted)
    await change(db, stage, submitted)
    async with db.transaction(now=CLOSES + HOUR) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
    await open_call(db, stage, CLOSES + HOUR)
    assert await rows(db, submitted) == before
    with pytest.raises(Refused, match="late"):
        await change(db, stage, submitted, CLOSES + 2 * HOUR)


async def test_with_a_withdrawal_nothing_is_left_of_it(db: Database, stage: Stage, submitted: UUID) -> None:
    await change(db, stage, submitted)
    async with db.transaction(now=NOW + HOUR, actor=stage.omar) as tx:
        await withdraw(tx, submitted)
    after = await row(db, submitted)
    assert (after.status, after.changing_since, after.title) == ("withdrawn", None, "Explosives")


async def test_drafts_and_what_came_too_late_are_not_changed(db: Database, stage: Stage, draft: UUID) -> None:
    for at, code in ((NOW, "wrong_status"), (CLOSES + HOUR, "late")):
        with pytest.raises(Refused, match=code):
            async with db.transaction(now=at, actor=stage.omar) as tx:
                await begin_changes(tx, draft)


async def test_in_a_rolling_call_it_is_changed_within_its_batch(
    db: Database, stage: Stage, times: Times
) -> None:
    first = CLOSES - timedelta(days=12)
    application_id = await asking_draft(db, stage, times, (first, CLOSES))
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await save_answers(tx, application_id, {"figures": {"trips": "no"}})
        await confirm_party(
            tx, await party_id(tx, application_id), signatory_name="V", signatory_function="D"
        )
        await submit(tx, application_id, received_at=NOW)
    batch = (await row(db, application_id)).call_id
    async with db.transaction(now=NOW + HOUR, actor=stage.omar) as tx:
        await begin_changes(tx, application_id)
        await save_answers(tx, application_id, {"ask": {"note": "By bus"}})
        await submit(tx, application_id, received_at=NOW + HOUR)
    assert (await row(db, application_id)).call_id == batch
    async with db.transaction(now=NOW + HOUR, actor=stage.omar) as tx:
        await begin_changes(tx, application_id)
    with pytest.raises(Refused, match="late"):
        async with db.transaction(now=first + HOUR, actor=stage.omar) as tx:
            await submit(tx, application_id, received_at=first + HOUR)
    async with db.transaction(now=first + HOUR) as tx:
        await close_call(tx, batch, due_at=first)
        await discard_of_call(tx, batch)
    assert (await row(db, application_id)).received_at == NOW + HOUR
    assert (await row(db, application_id)).changing_since is None
