"""No interleaving gives one seat or one day twice."""

import asyncio
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select, text

from facility.awards.service.ending import withdraw_award
from facility.deployments.models.request import Deployment
from facility.deployments.service import answering
from facility.deployments.service.answering import decline, expire_due
from facility.deployments.service.requesting import request_expertise
from facility.events.relay import deliver_all
from facility.refused import Refused
from tests.deployments.conftest import DUE, HOUR, INVITED, SECOND, Sending, cancel, expert, sound


async def test_many_answers_at_once_have_one_outcome(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking()
    invitation = await sending.invitation(key, "X0")

    async def answer(n: int) -> str:
        try:
            async with sending.db.transaction(now=INVITED + HOUR) as tx:
                command = answering.accept if n % 2 else decline
                return (await command(tx, invitation)).outcome
        except Refused as refused:
            return refused.codes[0]

    answers = Counter(await asyncio.gather(*[answer(n) for n in range(50)]))
    outcome = (await sending.outcomes(key))["X0"]
    assert answers == {outcome: 1, "invitation_ended": 49}
    await sound(sending)


async def test_a_yes_racing_its_own_expiry_has_one_outcome(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    for _round in range(8):
        key = await sending.asking()
        invitation = await sending.invitation(key, "X0")

        async def accept(invitation=invitation) -> str:  # type: ignore[no-untyped-def]
            try:
                async with sending.db.transaction(now=DUE) as tx:
                    return (await answering.accept(tx, invitation)).outcome
            except Refused as refused:
                return refused.codes[0]

        reply, expired = await asyncio.gather(accept(), expire_due(sending.db, DUE + 5 * SECOND))
        outcomes = await sending.outcomes(key)
        assert (reply, expired, outcomes) in [
            ("accepted", 0, {"X0": "accepted"}),
            ("invitation_ended", 1, {"X0": "expired", "X1": "open"}),
        ]
        await sound(sending)
        if reply == "accepted":
            await cancel(sending, key, "X0", at=DUE + HOUR)
        await sending.decline(key, "X1", DUE + 2 * HOUR)


async def test_two_deployments_want_one_expert_on_a_day(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"), expert("X2"))
    keys = [
        await sending.asking(),
        await sending.asking(starts_on=date(2021, 10, 8), ends_on=date(2021, 10, 12)),
    ]
    invitations = [await sending.invitation(key, "X0") for key in keys]

    async def accept(n: int) -> str:
        try:
            async with sending.db.transaction(now=INVITED + HOUR) as tx:
                return (await answering.accept(tx, invitations[n])).outcome
        except Refused as refused:
            return refused.codes[0]

    answers = await asyncio.gather(accept(0), accept(1))
    assert sorted(answers) == ["accepted", "booked_elsewhere"]
    await deliver_all(sending.db, lambda: INVITED + HOUR)
    lost = keys[answers.index("booked_elsewhere")]
    assert await sending.outcomes(lost) == {"X0": "unavailable", "X1": "open"}
    await sound(sending)


async def somebody_waits(sending: Sending) -> bool:
    """Whether a transaction waits for another's lock."""
    query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
    async with sending.db.reader() as connection:
        return bool((await connection.execute(text(query))).scalar_one())


async def test_whoever_is_asked_while_they_say_yes_elsewhere_is_not_left_asked(sending: Sending) -> None:
    """X1 is being asked in one deployment, not committed yet, when X1 says yes in another: the yes waits, and then
    sees the invitation that it must end."""
    await sending.pool(
        expert("X0", themes={"X.JIT": 5, "X.MLA": 1}), expert("X1", themes={"X.JIT": 4, "X.MLA": 5})
    )
    first = await sending.asking()
    second = await sending.asking(themes={"X.MLA": 3}, min_theme_level=5)
    assert (await sending.outcomes(first), await sending.outcomes(second)) == ({"X0": "open"}, {"X1": "open"})
    invitation = await sending.invitation(first, "X0")
    async with sending.db.transaction(now=INVITED + HOUR) as tx:
        await decline(tx, invitation)
        yes = asyncio.create_task(sending.accept(second, "X1"))
        while not yes.done() and not await somebody_waits(sending):
            pass
    await yes
    assert await sending.outcomes(first) == {"X0": "declined", "X1": "unavailable"}
    await sound(sending)


async def test_awards_that_end_while_experts_answer_leave_nothing_behind(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(6)])
    keys = [
        await sending.asking(starts_on=date(2021, 10, first), ends_on=date(2021, 10, first + 2), seats=2)
        for first in (4, 7, 10, 13)
    ]
    invitations = [row.id for key in keys for row in (await sending.invitations(key)).values()]

    async def accept(key: object) -> None:
        try:
            async with sending.db.transaction(now=INVITED + HOUR) as tx:
                await answering.accept(tx, key)  # type: ignore[arg-type]
        except Refused:
            pass

    application = sending.play.applications["A"]
    end = sending.play.act("ada", lambda tx: withdraw_award(tx, application, "Gave up."), INVITED + HOUR)
    await asyncio.gather(end, *[accept(key) for key in invitations])
    await deliver_all(sending.db, lambda: INVITED + HOUR)
    assert [await sending.booked(code) for code in sending.experts] == [[]] * 6
    assert {(await sending.row(key)).state for key in keys} == {"ended"}
    await sound(sending)


async def test_an_award_that_ends_while_experts_are_asked_for_leaves_no_request_open(
    sending: Sending,
) -> None:
    await sending.pool(expert("X0"))
    draft = sending.draft()

    refusals: list[tuple[str, ...]] = []

    async def ask() -> None:
        try:
            async with sending.db.transaction(now=INVITED, actor=sending.play.people["ada"]) as tx:
                await request_expertise(tx, draft)
        except Refused as refused:
            refusals.append(refused.codes)

    application = sending.play.applications["A"]
    end = sending.play.act("ada", lambda tx: withdraw_award(tx, application, "Gave up."), INVITED)
    await asyncio.gather(*[ask() for _ in range(4)], end)
    await deliver_all(sending.db, lambda: INVITED)
    async with sending.db.reader() as connection:
        states = set((await connection.execute(select(Deployment.state))).scalars())
    assert states <= {"ended"}
    assert set(refusals) <= {("not_funded",)}


async def test_the_database_refuses_a_second_yes_for_a_seat_and_a_second_booking_for_a_day(
    sending: Sending,
) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking()
    await sending.accept(key, "X0")
    for statement in (
        "INSERT INTO invitation (id, deployment_id, expert_id, seat, invited_at, respond_by, outcome, ended_at, reason)"
        " SELECT gen_random_uuid(), deployment_id, :other, seat, invited_at, respond_by, outcome, ended_at, reason"
        " FROM invitation",
        "INSERT INTO booking SELECT expert_id, day, gen_random_uuid() FROM booking",
    ):
        with pytest.raises(Exception, match="duplicate key"):
            async with sending.db.engine.begin() as connection:
                await connection.execute(
                    text(statement), {"other": sending.experts["X1"]} if ":other" in statement else {}
                )
