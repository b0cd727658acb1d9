"""What a late cancellation makes due: said before the yes, owed when the facility or the lead cancels, confirmed by the secretariat."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select, text

from facility import clock
from facility.contracts.service.money import enter_unit_costs
from facility.contracts.service.reference import UNIT_COSTS
from facility.deployments.events.missions import CancellationFeeOwed, DueConfirmed
from facility.deployments.models.mission import CancellationFee
from facility.deployments.rules.fees import Cancellation, Pay, Portion, Travel, owed
from facility.deployments.service import answering
from facility.deployments.service.cancelling import confirm_cancellation_fee
from facility.deployments.service.ending import call_off
from facility.deployments.service.fees import seed
from facility.deployments.service.mission import confirm_due, end_missions, state_travel
from facility.deployments.words import cancellation_in_words
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.refused import Refused
from tests.browser import Browsers, errors, states, work
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert, form_of, sound
from tests.deployments.test_fees import MONDAY, TERMS

RULE = Cancellation(7, 50)
PAY = Pay("AL", back=Portion.HALF, cancellation=RULE)
LATE = datetime(2021, 9, 28, 10, tzinfo=UTC)
"""Six days before the first day."""
DAY = timedelta(days=1)


@pytest.fixture
async def paying(sending: Sending) -> Sending:
    """An expert who fits, and the tables of the start."""
    await sending.play.act("root", seed, INVITED)
    await sending.play.act("ada", lambda tx: enter_unit_costs(tx, UNIT_COSTS), INVITED)
    await sending.pool(expert("X1", available=[AHEAD]))
    return sending


async def owed_to(sending: Sending) -> list[tuple[int, int, Decimal, Decimal]]:
    async with sending.db.transaction(now=INVITED) as tx:
        rows = (await tx.session.scalars(select(CancellationFee))).all()
        return [(row.days_before, row.percent, row.booked_fee, row.fee) for row in rows]


async def booked(sending: Sending, **changes: Any) -> tuple[UUID, UUID]:
    key = await sending.asking(**{"pay": PAY} | changes)
    await sending.accept(key, "X1")
    return key, await sending.invitation(key, "X1")


def independent(nights: int, out: Portion, back: Portion, day: int, percent: int) -> int:
    """In cents, half of days counted one by one; half a cent goes up."""
    halves = {Portion.WHOLE: 2, Portion.HALF: 1, Portion.NONE: 0}
    count = halves[out] + 2 * (nights - 1) + halves[back] if nights else 2
    return (count * (day // 2) * percent * 2 + 100) // 200


@given(
    st.integers(0, 12),
    st.sampled_from(Portion),
    st.sampled_from(Portion),
    st.integers(1, 40_000).map(lambda half: 2 * half),
    st.integers(1, 100),
    st.integers(1, 90),
    st.integers(-14, 95),
)
def test_the_fee_equals_an_independent_computation(
    nights: int, out: Portion, back: Portion, day: int, percent: int, days: int, before: int
) -> None:
    pay = Pay("AL", out=out, back=back, cancellation=Cancellation(days, percent))
    rates = {"day": Decimal(day) / 100, "half_day": Decimal(day) / 200}
    due = owed(replace(TERMS, pay=pay, **rates), MONDAY, MONDAY + nights * DAY, MONDAY - before * DAY)
    if before >= days or before < -nights:
        assert due is None
    else:
        assert due is not None
        assert int(due.fee * 100) == independent(nights, out, back, day, percent)
        assert due.days_before == before


def test_terms_without_a_rule_owe_nothing() -> None:
    assert owed(TERMS, MONDAY, MONDAY, MONDAY) is None


async def test_the_secretariat_cancels_late_and_confirms_what_is_due(
    paying: Sending, browse: Browsers
) -> None:
    key, invitation = await booked(paying)
    await paying.play.act("vera", lambda tx: answering.cancel(tx, invitation, reason="Moved"), LATE)
    assert await owed_to(paying) == [(6, 50, Decimal("1575.00"), Decimal("787.50"))]
    (mail,) = await paying.mails("cancelled")
    assert mail.context["due"] == "787.50"
    page = await (await browse()).get(await paying.link(key, "X1"))
    assert ("share-of-fee-due" in states(page), "787.50" in page.text) == (True, True)
    ada = await browse(paying.play.people["ada"])
    assert "pay-of-experts-to-confirm" in work(await ada.get("/"))
    path = f"/deployments/{key}/invitations/{invitation}/cancellation-fee"
    assert path in (await ada.get(f"/deployments/{key}")).text
    assert (await ada.send_form(path)).status_code == 303
    assert (await ada.send_form(path)).status_code == 409
    assert "pay-of-experts-to-confirm" not in work(await ada.get("/"))
    await deliver_all(paying.db, clock.now)
    async with paying.db.reader() as connection:
        log = [recorded.event for recorded in await history(connection, key)]
    (due,) = [event for event in log if isinstance(event, DueConfirmed)]
    assert (due.fee, due.per_diem, due.cancelled) == (Decimal("787.50"), Decimal("0.00"), True)
    assert [event.fee for event in log if isinstance(event, CancellationFeeOwed)] == [Decimal("787.50")]
    table = (await ada.get("/deployments/fees.csv")).text
    assert '"X1","2021-10-04","2021-10-08","787.50","0.00","787.50"' in table
    assert '"Late cancellation"' in table
    assert "787.50" in (await ada.get("/deployments/fees")).text
    assert [mail.context["cancelled"] for mail in await paying.mails("due")] == [True]
    await sound(paying)


@pytest.mark.parametrize(
    ("changes", "options", "at"),
    [
        ({}, {"by_expert": True}, LATE),
        ({}, {"for_expert": True}, LATE),
        ({}, {}, LATE - DAY),
        ({"pay": Pay("AL")}, {}, LATE),
        ({"pay": None}, {}, LATE),
    ],
)
async def test_nothing_is_due(
    paying: Sending, changes: dict[str, Any], options: dict[str, Any], at: datetime
) -> None:
    key, invitation = await booked(paying, **changes)
    actor = None if "by_expert" in options else "vera"
    await paying.play.act(actor, lambda tx: answering.cancel(tx, invitation, reason="Ill", **options), at)
    assert (await paying.outcomes(key), await owed_to(paying)) == ({"X1": "cancelled"}, [])
    assert all("due" not in mail.context for mail in await paying.mails("cancelled"))
    with pytest.raises(Refused) as refused:
        await paying.play.act("ada", lambda tx: confirm_cancellation_fee(tx, key, invitation), at)
    assert refused.value.codes == ("nothing_due",)


async def test_a_request_that_is_called_off_owes_whoever_is_booked(paying: Sending, browse: Browsers) -> None:
    await paying.pool(expert("X2", available=[AHEAD]))
    key, _invitation = await booked(paying, seats=2)
    await paying.play.act("ada", lambda tx: call_off(tx, key, reason="No visas"), LATE + 8 * DAY)
    assert await owed_to(paying) == [(-2, 50, Decimal("1575.00"), Decimal("787.50"))]
    due = {mail.to_address: mail.context.get("due") for mail in await paying.mails("called_off")}
    assert due == {"x1@example.org": "787.50", "x2@example.org": None}
    page = (await (await browse(paying.play.people["ada"])).get(f"/deployments/{key}")).text
    assert ("Due for late cancellations" in page, "As planned" in page) == (True, False)
    await sound(paying)


async def test_the_form_says_it_and_the_expert_reads_it_before_the_yes(
    paying: Sending, browse: Browsers
) -> None:
    ada = await browse(paying.play.people["ada"])
    terms = {"pays": "yes", "country": "AL", "out": "whole", "back": "whole", "cancel_days": "7"}
    lacking = await ada.send_form("/deployments/new", form_of(paying, **terms))
    assert errors(lacking) == ["cancel_percent"]
    made = await ada.send_form("/deployments/new", form_of(paying, **terms | {"cancel_percent": "50"}))
    assert made.status_code == 303
    key = await paying.soon(pay=PAY)
    await deliver_all(paying.db, lambda: paying.at)
    rule = cancellation_in_words(RULE)
    assert (" 7 " in rule, " 50 % " in rule) == (True, True)
    assert rule in (await (await browse()).get(await paying.link(key, "X1"))).text
    assert f"If we cancel: {rule}" in (await paying.mails("invitation"))[-1].context["offer"]
    await paying.accept(key, "X1", paying.at)
    # The form asks who cancels only where it matters: here it is early.
    form = await ada.get(f"/deployments/{key}/invitations/{await paying.invitation(key, 'X1')}/cancel")
    assert 'name="who"' not in form.text


async def test_who_cancels_is_asked_where_anything_would_be_due(paying: Sending, browse: Browsers) -> None:
    first = clock.now().date() + 3 * DAY
    paying.at = clock.now()
    key = await paying.asking(pay=PAY, starts_on=first, ends_on=first + 2 * DAY)
    await paying.accept(key, "X1", paying.at)
    ada = await browse(paying.play.people["ada"])
    path = f"/deployments/{key}/invitations/{await paying.invitation(key, 'X1')}/cancel"
    assert "437.50" in (await ada.get(path)).text
    assert errors(await ada.send_form(path, {"reason": "Ill"})) == ["who"]
    assert (await ada.send_form(path, {"reason": "Ill", "who": "expert"})).status_code == 303
    assert (await paying.outcomes(key), await owed_to(paying)) == ({"X1": "cancelled"}, [])


async def test_reconcile_computes_again_what_is_due(paying: Sending) -> None:
    _key, invitation = await booked(paying)
    await paying.play.act("vera", lambda tx: answering.cancel(tx, invitation, reason="Moved"), LATE)
    await sound(paying)
    async with paying.db.engine.begin() as connection:
        await connection.execute(text("UPDATE cancellation_fee SET fee = fee + 0.01"))
    (line,) = (await reconcile(paying.db))["deployments: pay"]
    assert (str(invitation) in line, "787.51" in line, "787.50" in line) == (True, True, True)
    async with paying.db.engine.begin() as connection:
        await connection.execute(text("UPDATE invitation SET outcome = 'declined'"))
    lines = (await reconcile(paying.db))["deployments: after the yes"]
    assert lines == [f"cancellation of invitation {invitation}, which is declined"]


async def test_reconcile_computes_again_what_was_confirmed_for_a_mission(paying: Sending) -> None:
    key, invitation = await booked(paying)
    after = datetime(2021, 10, 9, 6, tzinfo=UTC)
    await end_missions(paying.db, after)
    travel = Travel(datetime.fromisoformat("2021-10-04T15:00"), datetime.fromisoformat("2021-10-08T16:00"))
    await paying.play.act(None, lambda tx: state_travel(tx, invitation, travel), after)
    await paying.play.act("ada", lambda tx: confirm_due(tx, key, invitation, stated_at=after), after + HOUR)
    # Where they came from then counts, not where they live now.
    async with paying.db.engine.begin() as connection:
        await connection.execute(text("UPDATE expert SET country = 'AL'"))
    assert (await reconcile(paying.db))["deployments: pay"] == []
    async with paying.db.engine.begin() as connection:
        await connection.execute(text("UPDATE mission SET per_diem = 0"))
    (line,) = (await reconcile(paying.db))["deployments: pay"]
    assert line == f"mission {invitation}: 1575.00 and 0.00 confirmed, 1575.00 and 640.00 due"
