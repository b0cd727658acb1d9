"""Urgent applications: a call of its own for each, opened, assessed and decided within hours, by the same rules."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.admission.service.admissibility import check_admissibility
from facility.applications.models.application import Application
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.awards.models.decision import AwardDecision
from facility.awards.service.deciding import decide, propose
from facility.awards.service.urgent import remind_due
from facility.calls.models.call import Call
from facility.db import Database, Tx
from facility.evaluation.service import assessing as evaluation
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.outbox.models import Mail
from facility.refused import Refused
from facility.web.filters import instant
from tests.browser import Browsers, errors, marked, states
from tests.judging import CLOSES, OPENS
from tests.prepared import built_once
from tests.rolling import URGENT, Rolling, rolling

AT = OPENS + timedelta(days=3)


@built_once
async def play(db: Database) -> Rolling:
    """An envelope of EUR 80 000, and an urgent call of EUR 50 000 that is decided within eight hours."""
    made = await rolling(db)
    await made.urgent("50000.00")
    return made


async def assessed(play: Rolling, name: str, requested: str) -> UUID:
    """Submitted, opened, admissible, scored and proposed; the id of its call."""
    await play.apply(name, requested, call=URGENT, received_at=AT)
    row = await play.row(Call, (await play.row(Application, play.applications[name])).call_id)
    await play.teller.open(row.id, AT)
    key = play.applications[name]
    await play.act("ada", lambda tx: check_admissibility(tx, key, admissible=True), AT)
    await play.score("elena", name, "16", "60")
    await play.act("vera", lambda tx: propose(tx, row.id), CLOSES)
    return row.id


async def test_each_gets_a_call_that_is_closed_at_its_receipt(db: Database, play: Rolling) -> None:
    for name in ("A", "B"):
        await play.apply(name, "1000.00", call=URGENT, received_at=AT)
    await play.apply("C", "1000.00", call=URGENT, received_at=OPENS)
    rows = await play.batches(URGENT)
    assert [(row.reference, row.closes_at, row.state) for row in rows] == [
        (f"{URGENT}/U1", AT, "closed"),
        (f"{URGENT}/U2", AT, "closed"),
        (f"{URGENT}/U3", OPENS, "closed"),
    ]
    findings = await reconcile(db)
    assert {name: wrong for name, wrong in findings.items() if wrong} == {}


async def test_submissions_at_once_are_numbered_one_after_the_other(play: Rolling) -> None:
    await asyncio.gather(*(play.apply(name, "1000.00", call=URGENT, received_at=AT) for name in "ABCD"))
    assert [row.batch for row in await play.batches(URGENT)] == [1, 2, 3, 4]


async def test_one_taken_up_again_gets_another_call(db: Database, play: Rolling) -> None:
    key = await play.apply("A", "1000.00", call=URGENT, received_at=AT)
    await play.act("omar", lambda tx: withdraw(tx, key), AT)
    await play.act("omar", lambda tx: take_up_again(tx, key), AT)
    await play.act("omar", lambda tx: submit(tx, key, received_at=AT), AT)
    assert await play.batch_of("A") == 2


async def test_two_decisions_at_once_never_spend_more_than_the_series_has(
    db: Database, play: Rolling
) -> None:
    first, second = await assessed(play, "A", "30000.00"), await assessed(play, "B", "30000.00")
    await asyncio.gather(
        play.act("paul", lambda tx: decide(tx, first)),
        play.act("ines", lambda tx: decide(tx, second)),
    )
    assert sorted((await play.statuses()).values()) == ["awarded", "reserve"]
    assert await play.left(URGENT) == Decimal("20000.00")
    findings = await reconcile(db)
    assert {name: wrong for name, wrong in findings.items() if wrong} == {}


async def test_receipt_and_half_and_all_of_the_time_are_told_once(db: Database, play: Rolling) -> None:
    await play.apply("A", "1000.00", call=URGENT, received_at=AT)
    (row,) = await play.batches(URGENT)
    moments = [timedelta(hours=4) - timedelta(seconds=1), timedelta(hours=4), timedelta(hours=5)]
    moments += [timedelta(hours=8), timedelta(hours=30)]
    assert [await remind_due(db, AT + after) for after in moments] == [0, 1, 0, 1, 0]
    await deliver_all(db, lambda: CLOSES)
    async with db.reader() as connection:
        events = [
            (type(recorded.event).__name__, recorded.due_at) for recorded in await history(connection, row.id)
        ][:2]
    assert events == [
        ("DecisionOverdue", AT + timedelta(hours=8)),
        ("DecisionHalfTime", AT + timedelta(hours=4)),
    ]
    async with db.transaction(now=CLOSES) as tx:
        mails = (
            await tx.session.execute(
                select(Mail.to_address, Mail.context["how"].astext, Mail.context["by"].astext).where(
                    Mail.template == "awards/urgent"
                )
            )
        ).all()
    people = ("ada", "ines", "paul", "vera")
    by = instant(AT + timedelta(hours=8))
    expected = [(f"{who}@example.org", how, by) for who in people for how in ("half", "overdue", "received")]
    assert sorted(map(tuple, mails)) == expected


async def test_nobody_is_reminded_of_what_was_withdrawn_or_decided(db: Database, play: Rolling) -> None:
    key = await play.apply("A", "1000.00", call=URGENT, received_at=AT)
    await play.act("omar", lambda tx: withdraw(tx, key), AT)
    decided = await assessed(play, "B", "1000.00")
    await play.act("paul", lambda tx: decide(tx, decided))
    assert await remind_due(db, AT + timedelta(days=9)) == 0


async def test_one_page_leads_from_the_opening_to_the_decision(
    db: Database, play: Rolling, browse: Browsers
) -> None:
    await play.apply("A", "1000.00", call=URGENT, received_at=AT)
    (row,) = await play.batches(URGENT)
    here = f"/urgent/{row.id}"
    ada, vera, paul, carl = [await browse(play.people[name]) for name in ("ada", "vera", "paul", "carl")]
    sealed = (await carl.get(here)).text
    assert "Joint work A" not in sealed
    assert "Begin the opening" not in sealed
    assert "Overdue" in (await carl.get("/urgent")).text
    elena = str(play.people["elena"])
    assert (await ada.send_form(f"{here}/assign", {"assessors": elena})).status_code == 409
    assert (await ada.send_form(f"{here}/open")).headers["location"] == here
    session = (await vera.get(here)).text.split('name="session" value="')[1].split('"')[0]
    assert (await ada.send_form(f"{here}/confirm", {"session": session})).status_code == 403
    assert (await vera.send_form(f"{here}/confirm", {"session": session})).headers["location"] == here
    page = (await ada.get(here)).text
    assert "Joint work A" in page
    key = play.applications["A"]
    await play.act("ada", lambda tx: check_admissibility(tx, key, admissible=True))
    nobody = await ada.send_form(f"{here}/assign")
    assert (nobody.status_code, errors(nobody), "Decide by" in nobody.text) == (422, ["assessors"], True)
    officer = await ada.send_form(f"{here}/assign", {"assessors": str(play.people["omar"])})
    assert (officer.status_code, errors(officer)) == (422, ["assessors"])
    assigned = await ada.send_form(f"{here}/assign", {"assessors": elena})
    assert assigned.headers["location"] == here
    await play.act("elena", lambda tx: _scored(tx, row.id, key))
    assert "To be proposed" in (await vera.get(here)).text
    assert (await vera.send_form(f"{here}/propose")).headers["location"] == here
    assert "Waits for decision" in (await paul.get("/urgent")).text
    assert (await vera.send_form(f"{here}/decide")).status_code == 403
    page = (await paul.get(here)).text
    assert "1 000.00" in marked(page, "award")
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert (await paul.send_form(f"{here}/decide", {"seen": seen})).headers["location"] == here
    assert "decided" in states(await carl.get(here))
    assert (await play.statuses())["A"] == "awarded"
    async with db.transaction(now=AT) as tx:
        decision = (await tx.session.scalars(select(AwardDecision))).one()
    assert (decision.proposed_by, decision.decided_by) == (play.people["vera"], play.people["paul"])
    assert "No urgent application is waiting" in (await carl.get("/urgent")).text


async def _scored(tx: Tx, call_id: UUID, key: UUID) -> None:
    await evaluation.sign_declaration(tx, call_id)
    await evaluation.declare_conflict(tx, key, conflict=False)
    scores = {"capacity": Decimal(16), "relevance": Decimal(64)}
    await evaluation.send_assessment(tx, key, scores, {})


async def test_proposing_and_deciding_take_two_people(play: Rolling) -> None:
    call_id = await assessed(play, "A", "1000.00")
    with pytest.raises(Refused) as refused:
        await play.act("vera", lambda tx: decide(tx, call_id))
    assert refused.value.codes == ("same_person",)
