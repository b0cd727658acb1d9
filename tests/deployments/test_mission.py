"""The pay of a mission from the request to what is due: frozen, seen before the yes, stated by the expert, confirmed by the secretariat."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from facility import clock
from facility.contracts.rules import UnitCostKind, UnitCostRow
from facility.contracts.service.money import enter_unit_costs
from facility.contracts.service.reference import UNIT_COSTS
from facility.deployments.events.missions import DueConfirmed, TravelStated
from facility.deployments.models.mission import Mission
from facility.deployments.rules.fees import TAIEX, Pay, Portion, Travel
from facility.deployments.service.fees import enter_windows, seed
from facility.deployments.service.mission import confirm_due, end_missions, state_travel
from facility.deployments.words import windows_in_words
from facility.events.log import history
from facility.events.relay import deliver_all
from facility.refused import Refused
from facility.web.i18n import Message, filled
from tests.browser import Browsers, errors, gives_reason, states, work
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert

AFTER = datetime(2021, 10, 9, 6, tzinfo=UTC)
TRAVEL = Travel(datetime.fromisoformat("2021-10-04T15:00"), datetime.fromisoformat("2021-10-08T16:00"))


@pytest.fixture
async def paying(sending: Sending) -> Sending:
    """An Italian expert, and the tables of the start."""
    await sending.play.act("root", seed, INVITED)
    await sending.play.act("ada", lambda tx: enter_unit_costs(tx, UNIT_COSTS), INVITED)
    await sending.pool(expert("X1", country="IT", available=[AHEAD]), expert("X2", available=[AHEAD]))
    return sending


async def over(sending: Sending, **changes: Any) -> tuple[UUID, UUID]:
    """A request that pays whose mission is over, and its invitation."""
    key = await sending.asking(pay=Pay("AL"), **changes)
    await sending.accept(key, "X1")
    await end_missions(sending.db, AFTER)
    await deliver_all(sending.db, lambda: AFTER)
    return key, await sending.invitation(key, "X1")


async def state(
    sending: Sending, invitation_id: UUID, travel: Travel = TRAVEL, at: datetime = AFTER
) -> Mission:
    return await sending.play.act(None, lambda tx: state_travel(tx, invitation_id, travel), at)


async def test_the_expert_sees_the_sum_before_the_yes(paying: Sending, browse: Browsers) -> None:
    key = await paying.soon(pay=Pay("AL", out=Portion.HALF))
    path = await paying.link(key, "X1")
    page = (await (await browse()).get(path)).text
    for words in (
        "4 days at EUR 350.00",
        "1 half day at EUR 175.00",
        "4 nights abroad at EUR 160.00",
        "2 215.00",
        *windows_in_words(TAIEX),
    ):
        assert words in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "example-per-diem" in states(page)
    assert 'action="' + path + '/travel"' not in page


async def test_a_request_that_does_not_pay_says_nothing_of_it(paying: Sending, browse: Browsers) -> None:
    key = await paying.asking()
    await paying.accept(key, "X1")
    assert (await end_missions(paying.db, AFTER), await paying.mails("travel")) == (0, [])
    ada = await browse(paying.play.people["ada"])
    for page in (
        await ada.get(f"/deployments/{key}"),
        await (await browse()).get(await paying.link(key, "X1")),
    ):
        assert "EUR" not in page.text
    with pytest.raises(Refused) as refused:
        await state(paying, await paying.invitation(key, "X1"))
    assert refused.value.codes == ("mission_goes_on",)


async def test_a_request_keeps_the_rates_and_windows_of_its_day(paying: Sending) -> None:
    late = replace(TAIEX, late=Portion.HALF, whole_until=time(16))
    dearer = UnitCostRow(kind=UnitCostKind.FEE, country=None, unit="day", amount=Decimal("400.00"),
                         valid_from=INVITED.date(), source="A new list")  # fmt: skip
    key, invitation_id = await over(paying)
    await paying.play.act(
        "root", lambda tx: enter_windows(tx, INVITED.date(), late, reason="New list"), AFTER
    )
    await paying.play.act("ada", lambda tx: enter_unit_costs(tx, [dearer]), AFTER)
    mission = await state(paying, invitation_id)
    assert mission.stated_at
    due = await paying.play.act(
        "ada", lambda tx: confirm_due(tx, key, invitation_id, stated_at=AFTER), AFTER + HOUR
    )
    assert (due.fee, due.per_diem) == (Decimal("1575.00"), Decimal("640.00"))
    paying.at = AFTER
    other = await paying.row(
        await paying.request(pay=Pay("AL"), starts_on=date(2022, 3, 1), ends_on=date(2022, 3, 2))
    )
    assert other.terms
    assert (other.terms["day"], other.terms["windows"]["late"]) == ("400.00", "half")


async def test_what_is_confirmed_is_handed_on_as_due(paying: Sending) -> None:
    key, invitation_id = await over(paying)
    assert [mail.to_address for mail in await paying.mails("travel")] == ["x1@example.org"]
    assert await end_missions(paying.db, AFTER) == 0
    await state(paying, invitation_id)
    act = paying.play.act
    await state(
        paying,
        invitation_id,
        replace(TRAVEL, landed=datetime.fromisoformat("2021-10-09T08:00")),
        AFTER + HOUR,
    )
    with pytest.raises(Refused) as refused:
        await act("ada", lambda tx: confirm_due(tx, key, invitation_id, stated_at=AFTER), AFTER + 2 * HOUR)
    assert refused.value.codes == ("travel_changed",)
    await act("ada", lambda tx: confirm_due(tx, key, invitation_id, stated_at=AFTER + HOUR), AFTER + 2 * HOUR)
    async with paying.db.reader() as connection:
        (due,) = [e.event for e in await history(connection, key) if isinstance(e.event, DueConfirmed)]
    assert (due.fee, due.per_diem) == (Decimal("1575.00"), Decimal("800.00"))
    for late in (
        state(paying, invitation_id, at=AFTER + 3 * HOUR),
        act("ada", lambda tx: confirm_due(tx, key, invitation_id, stated_at=AFTER + HOUR), AFTER + 3 * HOUR),
    ):
        with pytest.raises(Refused) as refused:
            await late
        assert refused.value.codes == ("due_confirmed",)
    assert [mail.context["total"] for mail in await paying.mails("due")] == [
        "2 375.00".replace(" ", "\N{NO-BREAK SPACE}")
    ]


async def test_on_pages(paying: Sending, browse: Browsers) -> None:
    key, _invitation_id = await over(paying)
    path, expert_ = await paying.link(key, "X1"), await browse()
    thanks = (await expert_.get(path)).text
    assert "Thank you for your mission" in thanks
    for past in ("you are booked", "Put the days into your calendar"):
        assert past not in thanks
    empty = await expert_.send_form(
        f"{path}/travel", {"departed_day": "", "departed_time": "", "landed_day": "", "landed_time": ""}
    )
    assert errors(empty) == ["departed_day", "departed_time", "landed_day", "landed_time"]
    wrong = {
        "departed_day": "2021-10-01",
        "departed_time": "25:00",
        "landed_day": "2021-10-08",
        "landed_time": "16:00",
    }
    refused = await expert_.send_form(f"{path}/travel", wrong)
    assert (refused.status_code, errors(refused)) == (422, ["departed_time"])
    refused = await expert_.send_form(f"{path}/travel", wrong | {"departed_time": "12:00"})
    assert (refused.status_code, gives_reason(refused, "departure_elsewhere")) == (422, True)
    right = wrong | {"departed_day": "2021-10-04", "departed_time": "12:00"}
    assert (await expert_.send_form(f"{path}/travel", right)).status_code == 303
    assert "travel-to-confirm" in states(await expert_.get(path))
    ada = await browse(paying.play.people["ada"])
    assert "pay-of-experts-to-confirm" in work(await ada.get("/"))
    page = await ada.get(f"/deployments/{key}")
    stated = filled(Message(TravelStated.sentence), seat=1)
    assert "X1" in page.text.split(stated)[1].split("</li>")[0]
    stamp = page.text.split('name="stated" value="')[1].split('"')[0]
    inquiry = f"/deployments/{key}/invitations/{_invitation_id}/due"
    assert (await ada.send_form(inquiry, {"stated": "soon"})).status_code == 400
    assert (await ada.send_form(inquiry, {"stated": stamp})).status_code == 303
    assert "sum-confirmed" in states(await expert_.get(path))
    assert "2 390.00" in (await ada.get("/deployments/fees")).text.replace("\N{NO-BREAK SPACE}", " ")
    table = (await ada.get("/deployments/fees.csv")).text
    assert '"X1","2021-10-04","2021-10-08","1750.00","640.00","2390.00"' in table
    assert "X1" in (await (await browse(paying.play.people["greta"])).get("/deployments/fees.csv")).text


async def test_an_administrator_enters_windows(paying: Sending, browse: Browsers) -> None:
    ada, root = [await browse(paying.play.people[name]) for name in ("ada", "root")]
    assert (await ada.get("/travel-windows/new")).status_code == 403
    form = {
        "valid_from": f"{clock.now():%Y-%m-%d}", "whole_until": "15:00", "half_until": "14:00", "late": "half",
        "early_before": "09:00", "half_before": "12:00", "early": "none", "reason": "Decision 7",
    }  # fmt: skip
    refused = await root.send_form("/travel-windows/new", form)
    assert (refused.status_code, gives_reason(refused, "windows_order")) == (422, True)
    assert (await root.send_form("/travel-windows/new", form | {"half_until": "19:00"})).status_code == 303
    page = (await ada.get("/travel-windows")).text
    earlier = replace(TAIEX, whole_until=time(15), half_until=time(19), late=Portion.HALF)
    for sentence in (*windows_in_words(TAIEX), *windows_in_words(earlier)):
        assert sentence in page
