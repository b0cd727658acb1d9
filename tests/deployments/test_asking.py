"""Asking experts: who is asked next, who is booked, and what ends an invitation."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from facility.awards.service.ending import withdraw_award
from facility.deployments.events.requests import (
    ListExhausted,
)
from facility.deployments.models.request import Candidate
from facility.deployments.service.answering import accept, expire, expire_due
from facility.deployments.service.requesting import confirm_order, confirm_shortlist
from facility.events.log import history
from facility.experts.service.pool import change_expert
from facility.refused import Refused
from tests.deployments.conftest import DUE, HOUR, INVITED, OCTOBER, SECOND, Sending, cancel, expert, sound

OCTOBER_DAYS = [date(2021, 10, day) for day in (4, 5, 6, 7, 8)]


async def exhausted_seats(sending: Sending, deployment_id: object) -> list[int]:
    async with sending.db.reader() as connection:
        events = await history(connection, deployment_id)  # type: ignore[arg-type]
    return [recorded.event.seat for recorded in reversed(events) if isinstance(recorded.event, ListExhausted)]


async def test_the_shortlist_is_kept_with_its_reasons(sending: Sending) -> None:
    await sending.pool(expert("X1"), expert("X0"), expert("X2", country="RS"))
    row = await sending.row(await sending.request())
    assert [(candidate["code"], candidate["score"]) for candidate in row.shortlist["ranked"]] == [
        ("X0", 16),
        ("X1", 15),
    ]
    assert row.left_out == {"X2": "not_eu_member_state"}
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
    assert await expire_due(sending.db, DUE + 4 * SECOND) == 0
    invitation = await sending.invitation(key, "X0")
    async with sending.db.transaction(now=DUE - SECOND) as tx:
        assert not await expire(tx, invitation)
    assert await expire_due(sending.db, DUE + 48 * HOUR) == 1
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
    assert await expire_due(sending.db, late) == 2
    assert await sending.outcomes(first) == {"X0": "expired", "X1": "open"}
    assert (await sending.invitations(second))["X0"].ended_at == INVITED + 24 * HOUR
    assert await expire_due(sending.db, late) == 0
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
        await sending.play.act("ada", lambda tx: confirm_order(tx, key, chosen), INVITED)
    await sending.play.act(
        "ada", lambda tx: confirm_order(tx, key, chosen, reason="Knows the case law."), INVITED
    )
    assert await sending.outcomes(key) == {"X2": "open"}
    assert (await sending.row(key)).order_reason == "Knows the case law."
    with pytest.raises(Refused, match="already_asking"):
        await sending.play.act("vera", lambda tx: confirm_shortlist(tx, key), INVITED)


async def test_who_has_left_the_pool_is_passed_over(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.request()
    gone = expert("X0", active=False)
    await sending.play.act("ada", lambda tx: change_expert(tx, sending.experts["X0"], gone), INVITED)
    await sending.play.act("ada", lambda tx: confirm_shortlist(tx, key), INVITED)
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
    assert (await sending.row(third)).left_out == {"X1": "not_available"}
    await sound(sending)


DAYS_ELSEWHERE = [(1, 4, True), (6, 6, True), (8, 12, True), (1, 3, False), (9, 12, False)]
"""First and last day in October, and whether one of them is among those of a deployment from 4 to 8 October."""


@pytest.mark.parametrize(("first", "last", "clashes"), DAYS_ELSEWHERE)
async def test_nobody_is_asked_who_is_booked_on_one_of_the_days(
    sending: Sending, first: int, last: int, clashes: bool
) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(3)])
    key = await sending.asking()
    elsewhere = await sending.request(starts_on=date(2021, 10, first), ends_on=date(2021, 10, last))
    chosen = [sending.experts["X1"]]
    await sending.play.act(
        "ada", lambda tx: confirm_order(tx, elsewhere, chosen, reason="Was there."), INVITED
    )
    await sending.accept(elsewhere, "X1")
    await sending.decline(key, "X0", INVITED + 2 * HOUR)
    assert await sending.outcomes(key) == {"X0": "declined", "X2" if clashes else "X1": "open"}
    assert (await sending.row(await sending.request())).left_out == (
        {"X1": "not_available"} if clashes else {}
    )
    await sound(sending)


@pytest.mark.parametrize(("first", "last", "clashes"), DAYS_ELSEWHERE)
async def test_nobody_says_yes_who_is_booked_on_one_of_the_days(
    sending: Sending, first: int, last: int, clashes: bool
) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    elsewhere = await sending.asking(starts_on=date(2021, 10, first), ends_on=date(2021, 10, last))
    invitation = await sending.invitation(elsewhere, "X0")
    async with sending.db.transaction(now=INVITED + HOUR) as tx:
        await accept(tx, invitation)  # and no reaction yet
    with pytest.raises(Refused, match="booked_elsewhere") if clashes else nullcontext():
        await sending.accept(key, "X0", INVITED + 2 * HOUR)
    assert await sending.outcomes(key) == {"X0": "open" if clashes else "accepted"}


async def test_booked_elsewhere_before_the_news_arrives_is_refused(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    here, there = await sending.asking(), await sending.asking()
    first, second = await sending.invitation(here, "X0"), await sending.invitation(there, "X0")
    async with sending.db.transaction(now=INVITED + HOUR) as tx:
        await accept(tx, first)  # and no reaction yet
    with pytest.raises(Refused, match="booked_elsewhere"):
        await sending.play.act(None, lambda tx: accept(tx, second), INVITED + HOUR)


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
    await sending.play.act("ada", lambda tx: withdraw_award(tx, application, "Gave up."), at)
    assert await sending.outcomes(key) == {"X0": "accepted", "X1": "withdrawn"}
    assert await sending.booked("X0") == []
    assert [(await sending.row(deployment_id)).state for deployment_id in (key, waiting)] == [
        "ended",
        "ended",
    ]
    with pytest.raises(Refused, match="deployment_ended"):
        await cancel(sending, key, "X0")
    with pytest.raises(Refused, match="already_asking"):
        await sending.play.act("ada", lambda tx: confirm_shortlist(tx, waiting), at)
    await sound(sending)


async def test_the_walk_along_the_list_is_written_down(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1", available=[OCTOBER]), expert("X2"))
    key = await sending.asking()
    query = select(Candidate.position, Candidate.state).where(Candidate.deployment_id == key)
    async with sending.db.reader() as connection:
        rows = [tuple(row) for row in await connection.execute(query.order_by(Candidate.position))]
    assert rows == [(1, "asked"), (2, "waiting"), (3, "waiting")]
