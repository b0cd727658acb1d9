"""Asking experts: who is asked next, who is booked, and that no interleaving gives one seat or one day twice."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from facility.awards import service as awards
from facility.db import Tx
from facility.deployments import service as deployments
from facility.deployments.events import ListExhausted
from facility.deployments.models import Candidate, Deployment
from facility.events.log import history
from facility.events.reconcile import CHECKS, reconcile
from facility.experts.service import change_expert
from facility.refused import Refused
from tests.deployments.conftest import HOUR, INVITED, OCTOBER, Sending, expert

OCTOBER_DAYS = [date(2021, 10, day) for day in (4, 5, 6, 7, 8)]
DUE = INVITED + 72 * HOUR
SECOND = timedelta(seconds=1)


async def exhausted_seats(sending: Sending, deployment_id: object) -> list[int]:
    async with sending.db.reader() as connection:
        told = await history(connection, deployment_id)  # type: ignore[arg-type]
    return [one.event.seat for one in reversed(told) if isinstance(one.event, ListExhausted)]


async def sound(sending: Sending) -> None:
    found = await reconcile(sending.db)
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert {name for name in CHECKS if name.startswith("deployments: ")} != set()


async def test_the_shortlist_is_kept_with_its_reasons(sending: Sending) -> None:
    await sending.pool(expert("X1"), expert("X0"), expert("X2", country="RS"))
    row = await sending.row(await sending.request())
    assert [(one["code"], one["score"]) for one in row.shortlist["ranked"]] == [("X0", 16), ("X1", 15)]
    assert row.shortlist["excluded"] == {"X2": "not_eu_member_state"}
    assert (row.state, row.reference) == ("requested", "A/D1")


async def test_no_award_no_experts(sending: Sending) -> None:
    with pytest.raises(Refused, match="not_funded"):
        await sending.request(application_id=sending.play.applications["B"])


async def test_as_many_as_there_are_seats_are_asked_and_the_rest_wait(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(3)])
    key = await sending.asking(seats=2)
    assert await sending.outcomes(key) == {"X0": "open", "X1": "open"}
    await sending.accept(key, "X1")
    assert await sending.booked("X1") == OCTOBER_DAYS
    assert (await sending.row(key)).state == "asking"
    await sending.decline(key, "X0", INVITED + 2 * HOUR)
    invited = (await sending.invitations(key))["X2"]
    assert (invited.seat, invited.invited_at) == (1, INVITED + 2 * HOUR)
    assert invited.respond_by == INVITED + 74 * HOUR
    await sending.accept(key, "X2", INVITED + 3 * HOUR)
    assert (await sending.row(key)).state == "filled"
    await sound(sending)


async def test_the_last_instant_counts_and_silence_ends_when_it_was_due(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking()
    assert await deployments.expire_due(sending.db, DUE + 4 * SECOND) == 0
    assert await deployments.expire_due(sending.db, DUE + 48 * HOUR) == 1
    ended = await sending.invitations(key)
    assert (ended["X0"].outcome, ended["X0"].ended_at) == ("expired", DUE)
    assert (ended["X1"].outcome, ended["X1"].invited_at) == ("open", DUE + 48 * HOUR)
    assert ended["X1"].respond_by == DUE + 120 * HOUR
    await sending.accept(key, "X1", DUE + 120 * HOUR)
    assert await sending.outcomes(key) == {"X0": "expired", "X1": "accepted"}


async def test_after_an_outage_everything_due_is_caught_up_in_order(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    first = await sending.asking(respond_within_hours=72)
    second = await sending.asking(respond_within_hours=24)
    late = DUE + 400 * HOUR
    assert await deployments.expire_due(sending.db, late) == 2
    assert await sending.outcomes(first) == {"X0": "expired", "X1": "open"}
    assert (await sending.invitations(second))["X0"].ended_at == INVITED + 24 * HOUR
    assert await deployments.expire_due(sending.db, late) == 0
    await sound(sending)


async def test_a_late_answer_is_refused(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    with pytest.raises(Refused, match="invitation_ended"):
        await sending.accept(key, "X0", DUE + SECOND)
    with pytest.raises(Refused, match="invitation_ended"):
        await sending.decline(key, "X0", DUE + SECOND)
    assert await sending.outcomes(key) == {"X0": "open"}


async def test_a_list_that_runs_out_is_recorded_for_each_seat(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking(seats=3)
    assert (await sending.row(key)).state == "exhausted"
    assert await exhausted_seats(sending, key) == [3]
    await sending.decline(key, "X0")
    assert await exhausted_seats(sending, key) == [3, 1]
    await sending.accept(key, "X1")
    assert (await sending.row(key)).state == "exhausted"
    await sound(sending)


async def test_nobody_on_the_shortlist_is_a_list_that_has_run_out(sending: Sending) -> None:
    key = await sending.asking()
    assert await exhausted_seats(sending, key) == [1]
    assert (await sending.row(key)).state == "exhausted"


async def test_an_order_of_ones_own_takes_a_reason(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(3)])
    key = await sending.request()
    chosen = [sending.experts["X2"], sending.experts["X0"]]
    with pytest.raises(Refused, match="reason_missing"):
        await sending.play.act("ada", lambda tx: deployments.confirm_order(tx, key, chosen), INVITED)
    await sending.play.act(
        "ada", lambda tx: deployments.confirm_order(tx, key, chosen, reason="Knows the case law."), INVITED
    )
    assert await sending.outcomes(key) == {"X2": "open"}
    assert (await sending.row(key)).order_reason == "Knows the case law."
    with pytest.raises(Refused, match="already_asking"):
        await sending.play.act("vera", lambda tx: deployments.confirm_shortlist(tx, key), INVITED)


async def test_who_has_left_the_pool_is_passed_over(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.request()
    gone = expert("X0", active=False)
    await sending.play.act("ada", lambda tx: change_expert(tx, sending.experts["X0"], gone), INVITED)
    await sending.play.act("ada", lambda tx: deployments.confirm_shortlist(tx, key), INVITED)
    assert await sending.outcomes(key) == {"X1": "open"}


async def test_a_yes_ends_open_invitations_for_the_same_days_elsewhere(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    here = await sending.asking()
    there = await sending.asking(starts_on=date(2021, 10, 8), ends_on=date(2021, 10, 9))
    apart = await sending.asking(starts_on=date(2021, 10, 11), ends_on=date(2021, 10, 12))
    await sending.accept(here, "X0")
    assert await sending.outcomes(there) == {"X0": "unavailable", "X1": "open"}
    assert await sending.outcomes(apart) == {"X0": "open"}
    ended = (await sending.invitations(there))["X0"]
    assert ended.ended_at == INVITED + HOUR
    await sound(sending)


async def test_who_is_booked_by_then_is_passed_over_for_good(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(3)])
    here = await sending.asking(themes={"X.JIT": 3})
    await sending.decline(here, "X0")
    there = await sending.asking(seats=3)
    await sending.accept(here, "X1", INVITED + 2 * HOUR)
    assert await sending.outcomes(there) == {"X0": "open", "X1": "unavailable", "X2": "open"}
    third = await sending.request()
    assert (await sending.row(third)).shortlist["excluded"] == {"X1": "not_available"}
    await sound(sending)


async def test_booked_elsewhere_before_the_news_arrives_is_refused(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    here, there = await sending.asking(), await sending.asking()
    one, two = await sending.invitation(here, "X0"), await sending.invitation(there, "X0")
    async with sending.db.transaction(now=INVITED + HOUR) as tx:
        await deployments.accept(tx, one)  # and no reaction yet
    with pytest.raises(Refused, match="booked_elsewhere"):
        await sending.play.act(None, lambda tx: deployments.accept(tx, two), INVITED + HOUR)


async def cancel(sending: Sending, key: object, code: str, **options: object) -> None:
    invitation = await sending.invitation(key, code)  # type: ignore[arg-type]
    at = options.pop("at", INVITED + 5 * HOUR)
    await sending.play.act(
        "vera",
        lambda tx: deployments.cancel(tx, invitation, reason=" Ill ", **options),  # type: ignore[arg-type]
        at,  # type: ignore[arg-type]
    )


async def test_a_yes_taken_back_frees_the_days_and_asks_the_next(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking()
    await sending.accept(key, "X0")
    await cancel(sending, key, "X0")
    assert await sending.outcomes(key) == {"X0": "cancelled", "X1": "open"}
    assert await sending.booked("X0") == []
    assert (await sending.invitations(key))["X0"].reason == "Ill"
    assert (await sending.row(key)).state == "asking"
    await sending.accept(key, "X1", INVITED + 6 * HOUR)
    await cancel(sending, key, "X1", at=INVITED + 7 * HOUR)
    assert await exhausted_seats(sending, key) == [1]
    assert (await sending.row(key)).state == "exhausted"
    await sound(sending)


async def test_an_expert_takes_a_yes_back_until_the_first_day(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    with pytest.raises(Refused, match="not_accepted"):
        await cancel(sending, key, "X0")
    await sending.accept(key, "X0")
    second_day = INVITED + timedelta(days=29)
    with pytest.raises(Refused, match="too_late_to_cancel"):
        await cancel(sending, key, "X0", by_expert=True, at=second_day)
    await cancel(sending, key, "X0", at=second_day)
    assert await sending.outcomes(key) == {"X0": "cancelled"}


async def test_an_award_that_ends_takes_its_deployments_with_it(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(3)])
    key, waiting = await sending.asking(seats=2), await sending.request()
    await sending.accept(key, "X0")
    application = sending.play.applications["A"]
    at = INVITED + 4 * HOUR
    await sending.play.act("ada", lambda tx: awards.withdraw_award(tx, application, "Gave up."), at)
    assert await sending.outcomes(key) == {"X0": "accepted", "X1": "withdrawn"}
    assert await sending.booked("X0") == []
    assert [(await sending.row(one)).state for one in (key, waiting)] == ["ended", "ended"]
    with pytest.raises(Refused, match="deployment_ended"):
        await cancel(sending, key, "X0")
    with pytest.raises(Refused, match="already_asking"):
        await sending.play.act("ada", lambda tx: deployments.confirm_shortlist(tx, waiting), at)
    await sound(sending)


async def test_many_answers_at_once_have_one_outcome(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking()
    invitation = await sending.invitation(key, "X0")

    async def answer(n: int) -> str:
        try:
            async with sending.db.transaction(now=INVITED + HOUR) as tx:
                command = deployments.accept if n % 2 else deployments.decline
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
                    return (await deployments.accept(tx, invitation)).outcome
            except Refused as refused:
                return refused.codes[0]

        said, expired = await asyncio.gather(accept(), deployments.expire_due(sending.db, DUE + 5 * SECOND))
        outcomes = await sending.outcomes(key)
        assert (said, expired, outcomes) in [
            ("accepted", 0, {"X0": "accepted"}),
            ("invitation_ended", 1, {"X0": "expired", "X1": "open"}),
        ]
        await sound(sending)
        if said == "accepted":
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
                return (await deployments.accept(tx, invitations[n])).outcome
        except Refused as refused:
            return refused.codes[0]

    answers = await asyncio.gather(accept(0), accept(1))
    assert sorted(answers) == ["accepted", "booked_elsewhere"]
    await sending.play.act(None, nothing, INVITED + HOUR)
    lost = keys[answers.index("booked_elsewhere")]
    assert await sending.outcomes(lost) == {"X0": "unavailable", "X1": "open"}
    await sound(sending)


async def nothing(tx: Tx) -> None:
    """Lets the deliveries run."""


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
    one = await sending.asking()
    two = await sending.asking(themes={"X.MLA": 3}, min_theme_level=5)
    assert (await sending.outcomes(one), await sending.outcomes(two)) == ({"X0": "open"}, {"X1": "open"})
    asked = await sending.invitation(one, "X0")
    async with sending.db.transaction(now=INVITED + HOUR) as tx:
        await deployments.decline(tx, asked)
        yes = asyncio.create_task(sending.accept(two, "X1"))
        while not yes.done() and not await somebody_waits(sending):
            pass
    await yes
    assert await sending.outcomes(one) == {"X0": "declined", "X1": "unavailable"}
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
                await deployments.accept(tx, key)  # type: ignore[arg-type]
        except Refused:
            pass

    application = sending.play.applications["A"]
    end = sending.play.act(
        "ada", lambda tx: awards.withdraw_award(tx, application, "Gave up."), INVITED + HOUR
    )
    await asyncio.gather(end, *[accept(key) for key in invitations])
    await sending.play.act(None, nothing, INVITED + HOUR)
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
                await deployments.request_expertise(tx, draft)
        except Refused as refused:
            refusals.append(refused.codes)

    application = sending.play.applications["A"]
    end = sending.play.act("ada", lambda tx: awards.withdraw_award(tx, application, "Gave up."), INVITED)
    await asyncio.gather(*[ask() for _ in range(4)], end)
    await sending.play.act(None, nothing, INVITED)
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
        "INSERT INTO invitation SELECT gen_random_uuid(), deployment_id, :other, seat, invited_at, respond_by,"
        " outcome, ended_at, reason FROM invitation",
        "INSERT INTO booking SELECT expert_id, day, gen_random_uuid() FROM booking",
    ):
        with pytest.raises(Exception, match="duplicate key"):
            async with sending.db.engine.begin() as connection:
                await connection.execute(
                    text(statement), {"other": sending.experts["X1"]} if ":other" in statement else {}
                )


async def test_the_walk_along_the_list_is_written_down(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1", available=[OCTOBER]), expert("X2"))
    key = await sending.asking()
    query = select(Candidate.position, Candidate.state).where(Candidate.deployment_id == key)
    async with sending.db.reader() as connection:
        rows = [tuple(row) for row in await connection.execute(query.order_by(Candidate.position))]
    assert rows == [(1, "asked"), (2, "waiting"), (3, "waiting")]
