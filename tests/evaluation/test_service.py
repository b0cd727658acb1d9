"""Declaring, scoring, setting aside: who may, when, and what is frozen."""

from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select, text, update

from facility.db import Database, Tx
from facility.evaluation.checks import scores
from facility.evaluation.models.assessment import Assessment
from facility.evaluation.models.outcome import SettingAside
from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.service import assessing as evaluation
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.judging import CLOSES, Judging, judging
from tests.prepared import built_once
from tests.statements import UNGUARDED

GOOD = {"capacity": Decimal("14.5"), "relevance": Decimal(60)}


@built_once
async def play(db: Database) -> Judging:
    """One application under assessment."""
    made = await judging(db)
    await made.apply("A", "10000.00")
    await made.close()
    return made


async def refused(play: Judging, actor: str, command: object) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refused) as caught:
        await play.act(actor, command, CLOSES)  # type: ignore[arg-type]
    return caught.value.kind, caught.value.codes


async def test_an_assessor_is_told_by_mail_and_the_mail_says_nothing_of_the_content(play: Judging) -> None:
    key = play.applications["A"]
    await play.act("ada", lambda tx: evaluation.assign(tx, key, play.people["elena"]), CLOSES)
    async with play.db.reader() as connection:
        query = select(Mail.__table__).where(Mail.template == "evaluation/assigned")
        (mail,) = (await connection.execute(query)).all()
    assert mail.to_address == "elena@example.org"
    assert mail.subject.endswith(" TAF-2021-01")
    assert mail.context == {
        "call": "TAF-2021-01",
        "call_title": "Joint initiatives",
        "application": "A",
        "many": False,
        "due": None,
    }
    assert await refused(play, "ada", lambda tx: evaluation.assign(tx, key, play.people["elena"])) == (
        "conflict",
        ("already_assigned",),
    )
    assert await refused(play, "ada", lambda tx: evaluation.assign(tx, key, play.people["omar"])) == (
        "invalid",
        ("not_an_assessor",),
    )


async def test_nobody_scores_before_both_declarations(play: Judging) -> None:
    key = play.applications["A"]

    async def send(tx: Tx) -> None:
        await evaluation.send_assessment(tx, key, GOOD, {})

    assert await refused(play, "elena", send) == ("forbidden", ("not_assigned",))
    await play.act("ada", lambda tx: evaluation.assign(tx, key, play.people["elena"]), CLOSES)
    assert await refused(play, "elena", send) == ("forbidden", ("not_declared",))
    await play.act("elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=False), CLOSES)
    assert await refused(play, "elena", send) == ("forbidden", ("not_declared",))
    await play.act("elena", lambda tx: evaluation.sign_declaration(tx, play.calls["TAF-2021-01"]), CLOSES)
    await play.act("elena", send, CLOSES)
    assert await refused(play, "elena", send) == ("conflict", ("already_sent",))
    row = await play.act("elena", lambda tx: tx.session.get_one(Assessment, (key, play.people["elena"])))
    assert (row.scores, row.sent_at) == ({"capacity": "14.5", "relevance": "60"}, CLOSES)
    async with play.db.engine.begin() as connection:
        assert await scores(connection) == []
        await connection.execute(text(UNGUARDED))
        await connection.execute(update(Assessment).values(scores={"capacity": "21", "relevance": "60"}))
        assert len(await scores(connection)) == 1


async def test_every_wrong_score_is_named(play: Judging) -> None:
    await play.declare("elena", "A")
    wrong = {"capacity": Decimal("20.01"), "style": Decimal(1)}
    assert await refused(
        play,
        "elena",
        lambda tx: evaluation.send_assessment(tx, play.applications["A"], wrong, {}),
    ) == ("invalid", ("score_out_of_range", "score_missing", "unknown_section"))


async def test_a_conflict_is_final_and_undoes_what_was_sent(play: Judging) -> None:
    key = play.applications["A"]
    await play.score("elena", "A", "10", "20")
    await play.score("erik", "A", "18", "70")
    await play.act(
        "elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=True, reason="Kin."), CLOSES
    )
    stands = await play.act("ada", lambda tx: evaluation.standing(tx, play.calls["TAF-2021-01"]))
    (first,) = stands.ranked
    assert first.means is not None
    assert (first.means.total, len(first.applicant.assessments)) == (Fraction(88), 1)
    assert await refused(play, "elena", lambda tx: evaluation.declare_conflict(tx, key, conflict=False)) == (
        "conflict",
        ("already_declared",),
    )
    assert await refused(play, "elena", lambda tx: evaluation.may_write(tx, key)) == (
        "forbidden",
        ("conflict",),
    )
    assert await refused(
        play, "erik", lambda tx: evaluation.declare_conflict(tx, key, conflict=True, reason=" ")
    ) == ("invalid", ("reason_missing",))


async def test_only_what_lacks_assessments_is_set_aside_and_it_can_be_brought_back(play: Judging) -> None:
    key = play.applications["A"]
    assert await refused(play, "ada", lambda tx: evaluation.set_aside(tx, key, " ")) == (
        "invalid",
        ("reason_missing",),
    )
    await play.act("ada", lambda tx: evaluation.set_aside(tx, key, "Nobody is free."))
    assert await play.statuses() == {"A": "not_assessed"}
    assert (await play.row(SettingAside, key)).reason == "Nobody is free."
    await play.act("ada", lambda tx: evaluation.bring_back(tx, key))
    assert await play.statuses() == {"A": "admissible"}
    await play.score("elena", "A", "14", "60")
    assert await refused(play, "ada", lambda tx: evaluation.set_aside(tx, key, "Nobody is free.")) == (
        "conflict",
        ("enough_assessments",),
    )


async def test_the_standing_says_what_keeps_a_call_from_being_decided(play: Judging) -> None:
    stands = await play.act("ada", lambda tx: evaluation.standing(tx, play.calls["TAF-2021-01"]))
    assert (stands.ready, [judged.outcome for judged in stands.others]) == (False, [Outcome.WAITING])
