"""Weeks on call that change hands when both agree."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from facility.events.log import history
from facility.events.relay import deliver_all
from facility.experts.events.rota import WeekTakenOver
from facility.experts.queries.rota import on_call_for
from facility.experts.service.calendar import make_calendar_link
from facility.experts.service.pool import book, change_expert
from facility.experts.service.rota import take_off_call
from facility.experts.service.swaps import accept_swap, decline_swap, look_after_swaps
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.browser import Browsers, gives_reason
from tests.experts.rota import CODE, FIFTH, FIRST, FOURTH, SECOND, THIRD, YEAR, Rota, rota
from tests.experts.test_service import like

__all__ = ["rota"]


async def test_two_experts_swap_weeks(rota: Rota, browse: Browsers) -> None:
    await rota.put("X1", SECOND, 2)
    await rota.put("X2", FOURTH)
    nobody, own = await browse(), await rota.own("X1")
    duty = await rota.duty(SECOND)
    page = (await nobody.get(f"{own}/rota/{duty}")).text
    # Colleagues see codes alone, and nobody who is not on this rota.
    assert ("X2" in page, "X3" in page, "Rossi" in page) == (True, False, False)
    choice = {"choice": f"{rota.experts['X2']}/{FOURTH}"}
    for wrong in (f"{rota.experts['X3']}/", f"{rota.experts['X2']}/{FIFTH}", "X2", ""):
        assert (await nobody.send_form(f"{own}/rota/{duty}", {"choice": wrong})).status_code == 422
    assert (await nobody.send_form(f"{own}/rota/{duty}", choice)).status_code == 303
    twice = await nobody.send_form(f"{own}/rota/{duty}", choice)
    assert (twice.status_code, gives_reason(twice, "swap_open")) == (409, True)
    # Another expert's week is not there for them.
    assert (await nobody.send_form(f"{own}/rota/{await rota.duty(FOURTH)}", choice)).status_code == 404
    await deliver_all(rota.db, lambda: rota.at)
    link = await rota.path("swap", (await rota.swap()).id)
    assert "X1" in (await nobody.get(link)).text
    assert (await rota.holders())[SECOND] == "X1"
    rota.at += timedelta(minutes=1)
    assert (await nobody.send_form(link, {"answer": "agree"})).status_code == 303
    assert await rota.holders() == {SECOND: "X2", THIRD: "X1", FOURTH: "X1"}
    late = await nobody.send_form(link, {"answer": "decline"})
    assert (late.status_code, (await rota.swap()).state) == (409, "agreed")
    await deliver_all(rota.db, lambda: rota.at)
    assert (await rota.mails())[-2:] == [("swap_agreed", "X1"), ("swap_agreed", "X2")]
    async with rota.db.reader() as connection:
        kinds = [type(row.event) for row in await history(connection, rota.experts["X2"])]
        assert await on_call_for(connection, [CODE, "X.JIT"], SECOND + timedelta(days=6)) == {
            CODE: ["X2"],
            "X.JIT": [],
        }
    assert WeekTakenOver in kinds


async def test_no_and_silence_leave_all_as_it_was(rota: Rota, browse: Browsers) -> None:
    await rota.put("X1", THIRD)
    await rota.put("X2", FIFTH)
    before = await rota.holders()
    await rota.act(decline_swap, (await rota.offer("X1", THIRD, "X2")).id)
    assert (await rota.mails())[-2:] == [("swap", "X2"), ("swap_not_agreed", "X1")]
    swap = await rota.offer("X1", THIRD, "X2", FIFTH)
    rota.at = swap.remind_at
    await look_after_swaps(rota.db, rota.at)
    await deliver_all(rota.db, lambda: rota.at)
    assert (await rota.mails())[-1] == ("swap_again", "X2")
    rota.at = swap.ends_at + timedelta(minutes=1)
    with pytest.raises(Refused, match="swap_over"):
        await rota.act(accept_swap, swap.id)
    await look_after_swaps(rota.db, rota.at)
    await deliver_all(rota.db, lambda: rota.at)
    assert ((await rota.swap()).state, (await rota.mails())[-1]) == ("lapsed", ("swap_not_agreed", "X1"))
    assert await rota.holders() == before
    nobody, own = await browse(), await rota.own("X1")
    await rota.offer("X1", THIRD, "X2")
    assert (await nobody.send_form(f"{own}/rota/{await rota.duty(THIRD)}/back")).status_code == 303
    assert (await rota.swap()).state == "cancelled"
    assert (await nobody.send_form(f"{own}/rota/{await rota.duty(THIRD)}/back")).status_code == 409


async def test_a_swap_holds_only_while_both_have_their_weeks_and_can_come(rota: Rota) -> None:
    await rota.put("X1", THIRD)
    await rota.put("X2", FIFTH)
    with pytest.raises(Refused, match="not_on_rota"):
        await rota.offer("X1", THIRD, "X3")
    swap = await rota.offer("X1", THIRD, "X2", FIFTH)
    await rota.sound()
    await rota.act(book, rota.experts["X2"], UUID(int=1), THIRD, THIRD)
    with pytest.raises(Refused, match="swap_not_possible"):
        await rota.act(accept_swap, swap.id)
    assert await rota.holders() == {THIRD: "X1", FIFTH: "X2"}
    with pytest.raises(Refused, match="swap_open"):
        await rota.offer("X2", FIFTH, "X1")
    # The week in exchange goes: nobody is asked any more, and both hear of it.
    await rota.act(take_off_call, await rota.duty(FIFTH))
    assert (await rota.swap()).state == "cancelled"
    await rota.sound()
    assert sorted((await rota.mails())[-3:]) == [
        ("off_call", "X2"),
        ("swap_cancelled", "X1"),
        ("swap_cancelled", "X2"),
    ]
    with pytest.raises(Refused, match="swap_over"):
        await rota.act(accept_swap, swap.id)
    # A week that has begun is the secretariat's to change.
    await rota.put("X3", FIRST)
    with pytest.raises(Refused, match="rota_week_begun"):
        await rota.offer("X3", FIRST, "X1")


async def test_an_offer_goes_to_the_corrected_address_and_the_calendar_shows_the_weeks(
    rota: Rota, browse: Browsers
) -> None:
    await rota.put("X1", THIRD)
    await rota.put("X2", FIFTH)
    swap = await rota.offer("X1", THIRD, "X2")
    corrected = like(code="X2", email="right@example.org", themes={CODE: 4}, available=[YEAR], conflicts=[])
    await rota.act(change_expert, rota.experts["X2"], corrected)
    async with rota.db.transaction(now=rota.at) as tx:
        sent = select(func.count()).where(
            Mail.template == "experts/swap", Mail.to_address == "right@example.org"
        )
        assert await tx.session.scalar(sent) == 1
    await rota.act(accept_swap, swap.id)
    await rota.act(make_calendar_link, rota.experts["X2"])
    feed = await (await browse()).get(await rota.path("bookings", rota.experts["X2"]))
    lines = feed.text.replace("\r\n ", "").splitlines()
    uids = [line for line in lines if line.startswith("UID:on-call-")]
    assert uids == [
        f"UID:on-call-{rota.theme}-{week}-{rota.experts['X2']}@facility" for week in (THIRD, FIFTH)
    ]
    assert f"DTEND;VALUE=DATE:{THIRD + timedelta(days=7):%Y%m%d}" in lines
