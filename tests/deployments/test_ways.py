"""How experts are asked: in working time, with a reminder, several at once; whatever happens in which order."""

import asyncio
import random
from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from facility import clock
from facility.deployments.rules.answers import answer_by, remind_at, seat_of_yes, seats_to_ask_for
from facility.deployments.service import answering
from facility.deployments.service.answering import expire_due, remind_due
from facility.events.relay import deliver_all
from facility.periods import is_working_day
from facility.refused import Refused
from facility.zone import BRUSSELS
from tests.browser import Browsers, errors, states
from tests.deployments.conftest import AHEAD, DUE, HOUR, INVITED, Sending, cancel, expert, form_of, sound
from tests.hostile.values import examples


def brussels(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BRUSSELS)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("invited", "hours", "until"),
    [
        ((2021, 9, 6, 9, 30), 72, (2021, 9, 9, 9, 30)),  # Monday to Thursday
        ((2021, 9, 10, 9, 30), 72, (2021, 9, 15, 9, 30)),  # Friday to Wednesday
        ((2021, 9, 11, 12), 24, (2021, 9, 14, 8)),  # Saturday counts as Monday morning
        ((2021, 9, 10, 17), 2, (2021, 9, 13, 9)),  # one hour on Friday, one on Monday
        ((2021, 9, 10, 16), 2, (2021, 9, 10, 18)),
        ((2021, 9, 10, 18), 2, (2021, 9, 13, 10)),
        ((2021, 9, 10, 6), 2, (2021, 9, 10, 10)),
        ((2021, 12, 23, 17), 2, (2022, 1, 3, 9)),  # the institutions are closed from 24 December to 2 January
        ((2021, 10, 29, 12), 24, (2021, 11, 3, 12)),  # 1 and 2 November are holidays, and the clocks change
    ],
)
def test_working_time_leaves_out_nights_weekends_and_holidays(
    invited: tuple[int, ...], hours: int, until: tuple[int, ...]
) -> None:
    assert answer_by(brussels(*invited), hours, in_working_time=True) == brussels(*until)


moments = st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: INVITED + timedelta(minutes=minutes))


@settings(max_examples=examples(40, 3000), deadline=None)
@given(moments, st.integers(1, 400))
def test_working_time_ends_while_people_work_and_never_earlier_for_more_hours(
    at: datetime, hours: int
) -> None:
    end = answer_by(at, hours, in_working_time=True)
    local = end.astimezone(BRUSSELS)
    assert is_working_day(local.date())
    assert (8, 0) <= (local.hour, local.minute) <= (18, 0)
    assert end > at
    assert end <= answer_by(at, hours + 1, in_working_time=True)


def test_a_reminder_lies_between_the_invitation_and_its_end() -> None:
    assert remind_at(INVITED, DUE, 24) == DUE - 24 * HOUR
    assert remind_at(INVITED, DUE, None) is None
    assert remind_at(INVITED, DUE, 72) is None


@given(
    st.integers(1, 5),
    st.integers(1, 4),
    st.sets(st.integers(1, 5)),
    st.dictionaries(st.integers(1, 5), st.integers(1, 4)),
)
def test_as_many_are_asked_as_the_free_seats_want(
    seats: int, at_once: int, filled: set[int], invited: dict[int, int]
) -> None:
    filled = {seat for seat in filled if seat <= seats}
    invited = {seat: min(count, at_once) for seat, count in invited.items() if seat <= seats}
    chosen = list(seats_to_ask_for(seats, at_once, filled, invited))
    assert not set(chosen) & filled
    assert len(chosen) == max(0, (seats - len(filled)) * at_once - sum(invited.values()))
    assert all(count <= at_once for count in (Counter(invited) + Counter(chosen)).values())
    taken = seat_of_yes(1, seats, filled)
    assert (taken is None) == (len(filled) == seats)
    assert taken not in filled


async def test_the_second_yes_gets_a_clear_answer(sending: Sending, browse: Browsers) -> None:
    await sending.pool(*[expert(f"X{n}", available=[AHEAD]) for n in range(4)])
    key = await sending.soon(ask_at_once=3)
    assert await sending.outcomes(key) == {"X0": "open", "X1": "open", "X2": "open"}
    first, second = await sending.link(key, "X1"), await sending.link(key, "X0")
    browser = await browse()
    assert (await browser.send_form(first, {"answer": "accept"})).status_code == 303
    late = await browser.send_form(second, {"answer": "accept"})
    assert (late.status_code, "Thank you, others can come" in late.text) == (409, True)
    assert "taken" in states(late)
    assert await sending.outcomes(key) == {"X0": "taken", "X1": "accepted", "X2": "taken"}
    assert (await sending.row(key)).state == "filled"
    await deliver_all(sending.db, clock.now)
    assert {mail.to_address for mail in await sending.mails("taken")} == {"x0@example.org", "x2@example.org"}
    await sound(sending)


async def test_a_seat_that_others_filled_leaves_the_other_seat(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(5)])
    key = await sending.asking(seats=2, ask_at_once=2)
    invitations = await sending.invitations(key)
    assert Counter(row.seat for row in invitations.values()) == {1: 2, 2: 2}
    same = [code for code, row in invitations.items() if row.seat == 1]
    for number, code in enumerate(same):
        await sending.accept(key, code, INVITED + (number + 1) * HOUR)
    seats = {
        code: row.seat for code, row in (await sending.invitations(key)).items() if row.outcome == "accepted"
    }
    assert sorted(seats.values()) == [1, 2]
    assert Counter((await sending.outcomes(key)).values()) == {"accepted": 2, "taken": 2}
    taken = {code for code, outcome in (await sending.outcomes(key)).items() if outcome == "taken"}
    await cancel(sending, key, same[0])
    outcomes = await sending.outcomes(key)
    assert ({code for code in taken if outcomes[code] == "open"}, "X4" in outcomes) == (taken, False)
    await sound(sending)


async def test_whose_seat_others_had_filled_is_asked_again_in_the_order_of_the_list(
    sending: Sending, browse: Browsers
) -> None:
    await sending.pool(*[expert(f"X{n}", available=[AHEAD]) for n in range(4)])
    key = await sending.soon(ask_at_once=2)
    old = await sending.link(key, "X0")
    await sending.accept(key, "X1", sending.at + HOUR)
    assert await sending.outcomes(key) == {"X0": "taken", "X1": "accepted"}
    await deliver_all(sending.db, lambda: sending.at + HOUR)
    await cancel(sending, key, "X1", at=sending.at + 2 * HOUR)
    assert await sending.outcomes(key) == {"X0": "open", "X1": "cancelled", "X2": "open"}
    again = (await sending.invitations(key))["X0"]
    assert (again.ended_at, again.respond_by) == (None, sending.at + 74 * HOUR)
    await deliver_all(sending.db, lambda: sending.at + 2 * HOUR)
    mails = [mail for mail in await sending.mails("invitation") if mail.to_address == "x0@example.org"]
    assert len({mail.link_id for mail in mails}) == 2
    browser = await browse()
    assert (await browser.send_form(old, {"answer": "accept"})).status_code == 409
    await sending.decline(key, "X2", sending.at + 3 * HOUR)
    await sending.accept(key, "X0", sending.at + 4 * HOUR)
    assert (await sending.row(key)).state == "filled"
    await sound(sending)


async def test_a_list_has_run_out_only_where_a_seat_would_stay_empty(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking(ask_at_once=2)
    await sending.decline(key, "X0")
    assert (await sending.row(key)).state == "asking"
    await sending.decline(key, "X1", INVITED + 2 * HOUR)
    assert (await sending.row(key)).state == "exhausted"
    await sound(sending)


async def test_many_at_once_say_yes_to_one_seat(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(6)])
    key = await sending.asking(ask_at_once=6)
    invitations = [row.id for row in (await sending.invitations(key)).values()]

    async def accept(invitation: UUID) -> str:
        try:
            async with sending.db.transaction(now=INVITED + HOUR) as tx:
                return (await answering.accept(tx, invitation)).outcome
        except Refused as refused:
            return refused.codes[0]

    answers = Counter(await asyncio.gather(*[accept(invitation) for invitation in invitations]))
    assert answers == {"accepted": 1, "invitation_ended": 5}
    await sound(sending)
    with pytest.raises(Exception, match="uq_invitation_seat"):
        async with sending.db.engine.begin() as connection:
            await connection.execute(text("UPDATE invitation SET outcome = 'accepted'"))


async def test_whoever_is_silent_is_reminded_once(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking(remind_hours_before=24)
    assert await remind_due(sending.db, DUE - 25 * HOUR) == 0
    assert [await remind_due(sending.db, DUE - 23 * HOUR) for _round in range(2)] == [1, 0]
    await deliver_all(sending.db, lambda: DUE - 23 * HOUR)
    (mail,) = await sending.mails("reminder")
    (invitation,) = await sending.mails("invitation")
    assert (mail.to_address, mail.link_id) == ("x0@example.org", invitation.link_id)
    quiet = await sending.asking()
    assert await remind_due(sending.db, DUE - HOUR) == 0
    assert await sending.outcomes(quiet) == {"X0": "open"}
    assert await sending.outcomes(key) == {"X0": "open"}


async def test_the_form_says_how_experts_are_asked(sending: Sending, browse: Browsers) -> None:
    ada = await browse(sending.play.people["ada"])
    ways = {
        "in_working_time": "yes",
        "remind_hours_before": "1",
        "ask_at_once": "3",
        "respond_within_hours": "2",
    }
    answer = await ada.send_form("/deployments/new", form_of(sending, **ways))
    row = await sending.row(UUID(answer.headers["location"].split("/")[2]))
    assert (row.in_working_time, row.remind_hours_before, row.ask_at_once) == (True, 1, 3)
    page = (await ada.get(f"/deployments/{row.id}")).text
    assert "3 experts for each seat" in page
    late = await ada.send_form("/deployments/new", form_of(sending, **ways | {"remind_hours_before": "2"}))
    assert (late.status_code, errors(late)) == (422, ["remind_hours_before"])
    assert 'href="#f-remind_hours_before">Reminder: ' in late.text


async def test_no_order_of_events_fills_a_seat_twice_or_leaves_one_empty(sending: Sending) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(8)])
    for seed in range(examples(2, 60)):
        chance = random.Random(seed)
        key = await sending.asking(
            seats=chance.randint(1, 2),
            ask_at_once=chance.randint(1, 3),
            starts_on=date(2021, 10, 4 + 2 * (seed % 12)),
            ends_on=date(2021, 10, 4 + 2 * (seed % 12)),
        )
        now = INVITED
        for _step in range(chance.randint(4, 9)):
            now += timedelta(hours=chance.randint(1, 30))
            await _happen(sending, key, chance, now)
            await sound(sending)


async def _happen(sending: Sending, key: UUID, chance: random.Random, now: datetime) -> None:
    """Somebody answers, takes a yes back or disowns it, or time passes."""
    row = chance.choice(sorted((await sending.invitations(key)).values(), key=lambda row: row.invited_at))
    commands = {
        "accept": lambda tx: answering.accept(tx, row.id),
        "decline": lambda tx: answering.decline(tx, row.id),
        "cancel": lambda tx: answering.cancel(tx, row.id, reason="Ill"),
        "disown": lambda tx: answering.disown(tx, row.id),
    }
    name = chance.choice([*commands, "expire"])
    if name == "expire":
        await expire_due(sending.db, now)
        return
    try:
        await sending.play.act(None, commands[name], now)
    except Refused as refused:
        if refused.codes[0] not in ("invitation_ended", "not_accepted", "too_late_to_cancel"):
            raise
