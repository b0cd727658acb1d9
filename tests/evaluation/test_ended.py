"""Where an application ends, its assessors have nothing left to do; a version that comes after is judged anew."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, text

from facility.admission.service.admissibility import check_admissibility
from facility.applications.models.application import Application
from facility.applications.service.ending import OPENABLE, end_with_the_call
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.calls.service.cancellation import ask_cancellation, confirm_cancellation
from facility.db import Database
from facility.evaluation.models.assignment import Assignment
from facility.evaluation.queries.board import own_assessment
from facility.evaluation.queries.standing import count_assessments
from facility.evaluation.queries.work import work_of
from facility.evaluation.service import assessing as evaluation
from facility.events.reconcile import reconcile
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.browser import Browsers
from tests.judging import CLOSES, Judging, judging
from tests.prepared import built_once
from tests.rolling import CUT_OFFS, SERIES, rolling

GOOD = {"capacity": Decimal("14.5"), "relevance": Decimal(60)}
LATER = CLOSES + timedelta(days=2)


@built_once
async def play(db: Database) -> Judging:
    """Elena has sent hers, Erik has not, on the one application."""
    made = await judging(db)
    await made.apply("A", "10000.00")
    await made.close()
    await made.score("elena", "A", "15", "60")
    await made.declare("erik", "A")
    return made


async def notified(db: Database) -> list[tuple[str, str]]:
    """Who was told that nothing is left to do, and on what."""
    async with db.reader() as connection:
        query = select(Mail.to_address, Mail.context).where(Mail.template == "evaluation/no_longer_assigned")
        return [(row.to_address, row.context["application"]) for row in await connection.execute(query)]


async def to_do(play: Judging, assessor: str) -> int:
    async with play.db.reader() as connection:
        return sum(call.to_do for call in await work_of(connection, play.people[assessor]))


async def ended(play: Judging, name: str = "A") -> dict[str, bool]:
    """Whether each assessor's assignment has ended."""
    people = {key: first for first, key in play.people.items()}
    async with play.db.transaction(now=LATER) as tx:
        rows = await tx.session.scalars(
            select(Assignment).where(Assignment.application_id == play.applications[name])
        )
        return {people[row.assessor_id]: row.ended_at is not None for row in rows}


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def test_a_withdrawal_takes_the_work_away_and_says_so(
    db: Database, play: Judging, browse: Browsers
) -> None:
    key = play.applications["A"]
    assert await to_do(play, "erik") == 1
    await play.act("omar", lambda tx: withdraw(tx, key), LATER)
    assert await notified(db) == [("erik@example.org", "A")]
    assert await ended(play) == {"elena": True, "erik": True}
    assert await to_do(play, "erik") == 0
    erik = await browse(play.people["erik"])
    assert (await erik.get(f"/assessments/{key}")).status_code in (403, 404)
    with pytest.raises(Refused) as refused:
        await play.act("erik", lambda tx: evaluation.send_assessment(tx, key, GOOD, {}), LATER)
    assert refused.value.codes == ("not_assigned",)
    await clean(db)


async def test_what_is_found_inadmissible_keeps_what_was_sent(db: Database, play: Judging) -> None:
    key = play.applications["A"]
    reason = "The mandate is missing."
    await play.act("ada", lambda tx: check_admissibility(tx, key, admissible=False, reason=reason), LATER)
    assert await ended(play) == {"elena": False, "erik": True}
    assert len(await notified(db)) == 1
    # Put right, it needs him anew; what was sent is about the same version.
    await play.act("ada", lambda tx: check_admissibility(tx, key, admissible=True), LATER)
    assert await to_do(play, "erik") == 0
    await play.act("ada", lambda tx: evaluation.assign(tx, key, play.people["erik"]), LATER)
    assert await to_do(play, "erik") == 1
    async with db.transaction(now=LATER) as tx:
        assert await count_assessments(tx.session, key) == 1
    await clean(db)


async def test_of_a_cancelled_call_assessors_are_told_once(db: Database, play: Judging) -> None:
    call = play.calls["TAF-2021-01"]
    await play.act("ada", lambda tx: ask_cancellation(tx, call, "No money."), LATER)
    await play.act("paul", lambda tx: confirm_cancellation(tx, call), LATER)
    assert await end_with_the_call(db, LATER) == 1
    assert await ended(play) == {"elena": False, "erik": True}
    assert await notified(db) == []
    async with db.reader() as connection:
        query = select(Mail.to_address).where(Mail.template == "evaluation/cancelled")
        assert sorted((await connection.execute(query)).scalars()) == [
            "elena@example.org",
            "erik@example.org",
        ]
    await clean(db)


async def test_a_version_that_comes_after_is_judged_anew(db: Database) -> None:
    play = await rolling(db)
    await play.apply("A", "10000.00", call=SERIES)
    await play.judge(1, {"A": "70"})
    key, at = play.applications["A"], CUT_OFFS[1]
    await play.act("omar", lambda tx: withdraw(tx, key), at - timedelta(days=1))
    await play.act("omar", lambda tx: take_up_again(tx, key), at - timedelta(days=1))
    await play.act("omar", lambda tx: submit(tx, key, received_at=at), at)
    # Admitted by the same judgement as the version before, and nobody has it yet.
    await play.judge(2, {})
    await play.act("ada", lambda tx: check_admissibility(tx, key, admissible=True), at)
    assert (await play.row(Application, key)).status == "admissible"
    assert await _counted(db, key) == 0
    with pytest.raises(Refused) as refused:
        await play.act("elena", lambda tx: evaluation.send_assessment(tx, key, GOOD, {}), at)
    assert refused.value.codes == ("not_assigned",)
    call = (await play.row(Application, key)).call_id
    await play.act("ada", lambda tx: evaluation.assign(tx, key, play.people["elena"]), at)
    async with db.reader() as connection:
        own = await own_assessment(connection, key, play.people["elena"])
    assert (own.sent_at, "score-capacity" in own.values) == (None, True)  # to start from
    await play.act("elena", lambda tx: evaluation.sign_declaration(tx, call), at)
    with pytest.raises(Refused) as refused:
        await play.act("elena", lambda tx: evaluation.send_assessment(tx, key, GOOD, {}), at)
    assert refused.value.codes == ("not_declared",)
    await play.act("elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=False), at)
    await play.act("elena", lambda tx: evaluation.send_assessment(tx, key, GOOD, {}), at)
    assert await _counted(db, key) == 1
    await play.settle(2)
    await clean(db)


async def _counted(db: Database, key: UUID) -> int:
    async with db.transaction(now=LATER) as tx:
        return await count_assessments(tx.session, key)


async def test_the_decision_ends_what_gets_nothing_and_what_is_carried_over(db: Database) -> None:
    play = await rolling(db)
    for name, asks in (("A", "50000.00"), ("B", "40000.00"), ("C", "10000.00")):
        await play.apply(name, asks, call=SERIES)
    await play.judge(1, {"A": "70", "B": "60", "C": "40"})
    for name in ("A", "B", "C"):
        await play.declare("erik", name)
    await play.settle(1)
    assert await play.statuses() == {"A": "awarded", "B": "admissible", "C": "below_threshold"}
    # B is ranked once more by the assessments that it has: nobody else is asked for one.
    assert [await ended(play, name) for name in ("B", "C")] == [{"elena": False, "erik": True}] * 2
    assert await to_do(play, "erik") == 0
    assert await notified(db) == []  # the evaluation had ended with the proposal
    async with db.reader() as connection:
        assert (await connection.execute(text(OPENABLE["assignment"].held))).all() == []
    await clean(db)
