"""An assessor who is taken off an application, and whoever comes in their place."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.evaluation.models.assignment import TakenOff
from facility.evaluation.queries.standing import count_assessments
from facility.evaluation.service import assessing as evaluation
from facility.evaluation.service.assignment import take_off
from facility.events.reconcile import reconcile
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.browser import Browsers, errors
from tests.evaluation.assigning import address, declare, give, mails, play, settle, stored
from tests.judging import CLOSES, Judging

__all__ = ["play"]

SCORES = {"capacity": Decimal(15), "relevance": Decimal(60)}


async def test_an_assessor_is_taken_off_and_replaced(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    key = play.applications["A"]
    await play.score("elena", "A", "15", "60")
    await play.score("erik", "A", "15", "60")
    path = f"/evaluation/applications/{key}/assessors/{play.people['elena']}/take-off"
    board = await ada.get(address(play).removesuffix("/assignment"))
    assert path in board.text
    page = await ada.get(path)
    assert page.status_code == 200
    assert str(play.people["erik"]) not in page.text
    wrong = await ada.send_form(path, {"reason": " ", "assessors": str(play.people["enzo"])})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason"])
    reason = "She is on leave."
    sent = await ada.send_form(path, {"reason": reason, "assessors": str(play.people["enzo"])})
    assert sent.status_code == 303
    await settle(play)
    assert [row[:2] for row in await stored(play)] == [("A", "enzo"), ("A", "erik")]
    async with play.db.reader() as connection:
        assert await count_assessments(connection, key) == 1
        mail = (
            await connection.execute(select(Mail.__table__).where(Mail.template == "evaluation/taken_off"))
        ).one()
        rows = (await connection.execute(select(TakenOff.__table__))).all()
    assert (mail.to_address, mail.subject) == ("elena@example.org", "You no longer assess A")
    assert (mail.context["reason"], mail.context["sent"]) == (reason, True)
    assert [(row.assessor_id, row.reason) for row in rows] == [(play.people["elena"], reason)]
    assert (await mails(play, "evaluation/assigned")).count("enzo@example.org") == 1
    elena = await browse(play.people["elena"])
    assert (await elena.get(f"/assessments/{key}")).status_code == 403
    auditor = await browse(play.people["greta"])
    assert reason in (await auditor.get(f"/evaluation/{play.calls['TAF-2021-01']}/scores")).text
    assert reason in (await ada.get(address(play).removesuffix("/assignment"))).text
    assert (await ada.get(path)).status_code == 404
    assert {name: wrong for name, wrong in (await reconcile(play.db)).items() if wrong} == {}


async def test_whoever_was_taken_off_may_get_it_again_and_starts_from_what_they_wrote(play: Judging) -> None:
    key, elena = play.applications["A"], play.people["elena"]
    await play.score("elena", "A", "15", "60")
    later = CLOSES + timedelta(days=2)
    await play.act("ada", lambda tx: take_off(tx, key, elena, "By mistake."), later)
    await play.act("ada", lambda tx: evaluation.assign(tx, key, elena), later + timedelta(days=1))
    async with play.db.reader() as connection:
        assert await count_assessments(connection, key) == 0
    await play.act(
        "elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=False), later + timedelta(days=1)
    )
    await play.teller.score(key, "elena", SCORES, later + timedelta(days=2))
    async with play.db.reader() as connection:
        assert await count_assessments(connection, key) == 1


async def test_who_cannot_be_taken_off(play: Judging) -> None:
    key, elena, erik = play.applications["A"], play.people["elena"], play.people["erik"]

    async def refusal(actor: str, assessor: UUID, reason: str = "So.", instead: UUID | None = None) -> str:
        with pytest.raises(Refused) as refused:
            await play.act(actor, lambda tx: take_off(tx, key, assessor, reason, instead=instead), CLOSES)
        return refused.value.codes[0]

    assert await refusal("ada", elena) == "not_theirs"
    await give(play, "A", "elena")
    await give(play, "A", "erik")
    assert await refusal("erik", elena) == "assesses_here"
    assert await refusal("ada", elena, " ") == "reason_missing"
    assert await refusal("ada", elena, instead=erik) == "already_assigned"
    assert await refusal("ada", elena, instead=play.people["omar"]) == "not_an_assessor"
    await declare(play, "elena", "A")
    assert await refusal("ada", elena) == "recused_already"
    assert await refusal("ada", erik, instead=elena) == "assessor_recused"
    assert [row[:2] for row in await stored(play)] == [("A", "elena"), ("A", "erik")]
