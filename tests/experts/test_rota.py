"""The stand-by rota: who can be on call, and gaps four weeks ahead."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from facility.events.relay import deliver_all
from facility.experts.queries.rota import GAPS, colleagues, members, own_weeks, slot
from facility.experts.rules.rota import Member, answer_by, hindrance, is_to_fill, week_of
from facility.experts.service.calendar import Limits, set_limits
from facility.experts.service.pool import book, change_expert
from facility.experts.service.renewals import leave_unasked
from facility.experts.service.rota import take_off_call
from tests.browser import Browsers, errors, gives_reason, states, work
from tests.experts.rota import CODE, FIFTH, FIRST, FOURTH, NOW, SECOND, THIRD, YEAR, Rota, rota
from tests.experts.test_service import like

__all__ = ["rota"]

ABLE = Member("X1", 3, True, None, (YEAR,))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"valid_until": SECOND + timedelta(days=6)}, None),
        ({"valid_until": SECOND + timedelta(days=5)}, "rota_not_in_pool"),
        ({"active": False}, "rota_not_in_pool"),
        ({"level": 2}, "rota_level"),
        ({"available": ((SECOND, SECOND + timedelta(days=5)),)}, "rota_away"),
        ({"available": ((SECOND, SECOND + timedelta(days=6)),)}, None),
        ({"absent_weekdays": (6,)}, "rota_away"),
        ({"booked": (SECOND + timedelta(days=6),)}, "rota_booked"),
        ({"booked": (THIRD, FIRST)}, None),
    ],
)
def test_who_can_be_on_call_can_come_in_the_whole_week(changes: dict[str, Any], why: str | None) -> None:
    assert hindrance(msgspec.structs.replace(ABLE, **changes), SECOND) == why


def test_gaps_are_to_be_filled_from_this_week_to_the_fourth_after_it() -> None:
    sunday = FIRST + timedelta(days=6)
    assert week_of(sunday) == FIRST
    near = [is_to_fill(FIRST + timedelta(weeks=number), sunday) for number in range(-1, 6)]
    assert near == [False, True, True, True, True, True, False]
    assert answer_by(NOW, [THIRD]) == NOW + timedelta(days=5)
    # Brussels is an hour ahead of UTC in March.
    assert answer_by(NOW, [THIRD, FIRST + timedelta(weeks=1)]) == NOW + timedelta(days=5)
    late = NOW + timedelta(days=4)
    assert answer_by(late, [SECOND]) == datetime(2026, 3, 8, 23, tzinfo=UTC)


async def test_the_secretariat_fills_gaps_and_experts_hear_of_it(rota: Rota, browse: Browsers) -> None:
    ada, gap = await browse(rota.cast.ada), "gaps-in-the-stand-by-rota"
    assert work(await ada.get("/")).count(gap) == 5
    page = (await ada.get("/rota")).text
    assert page.count("Nobody on call") == 5
    assert page.count("Nobody yet") == 7
    choice = (await ada.get(f"/rota/put?theme={rota.theme}&week={SECOND}")).text
    assert [f"X{number} " in choice for number in range(1, 5)] == [True, True, True, False]
    form = {"theme": str(rota.theme), "week": str(SECOND), "weeks": "4", "expert": str(rota.experts["X1"])}
    assert (await ada.send_form("/rota/put", form)).status_code == 303
    assert await rota.holders() == dict.fromkeys((SECOND, THIRD, FOURTH, FIFTH), "X1")
    await deliver_all(rota.db, lambda: rota.at)
    assert await rota.mails() == [("on_call", "X1")]
    assert work(await ada.get("/")).count(gap) == 1
    own = (await (await browse()).get(f"{await rota.own('X1')}/rota")).text
    assert own.count("Offer to a colleague") == 4
    again = await ada.send_form("/rota/put", {**form, "expert": str(rota.experts["X2"])})
    assert (again.status_code, errors(again)) == (422, ["weeks"])
    assert gives_reason(again, "rota_taken", week="9 March 2026")
    rota.at += timedelta(minutes=1)
    off = await ada.send_form(f"/rota/{await rota.duty(THIRD)}/off")
    assert (off.status_code, THIRD in await rota.holders()) == (303, False)
    await deliver_all(rota.db, lambda: rota.at)
    assert await rota.mails() == [("on_call", "X1"), ("off_call", "X1")]
    # Whoever leaves the pool or is away on a mission leaves a gap.
    await rota.act(book, rota.experts["X1"], UUID(int=1), FOURTH, FOURTH)
    assert work(await ada.get("/")).count(gap) == 3


async def test_who_takes_days_of_a_week_away_leaves_a_gap_with_its_reason(
    rota: Rota, browse: Browsers
) -> None:
    ada, x1 = await browse(rota.cast.ada), rota.experts["X1"]
    await rota.put("X1", FIRST, 5)
    gap = "gaps-in-the-stand-by-rota"
    away = partial(gives_reason, code="rota_away", expert="X1", week="9 March 2026")
    page = await ada.get("/rota")
    assert (gap in work(await ada.get("/")), "be on call" in page.text, states(page)) == (False, False, [])
    # By the calendar behind the link: one day of the second week is taken away.
    path, month = f"{await rota.own('X1')}/days", date(2026, 3, 1)
    days = [month + timedelta(days=number) for number in range(31)]
    given = {
        "month": str(month),
        "do": "save",
        "days": [str(day) for day in days if day != date(2026, 3, 11)],
    }
    nobody = await browse()
    assert (await nobody.send_form(path, {**given, "version": "1"})).status_code == 303
    assert work(await ada.get("/")).count(gap) == 1
    page = await ada.get("/rota")
    assert (page.text.count("Can’t be on call"), away(page), states(page)) == (1, True, ["gaps-1"])
    where = await ada.get(f"/rota/put?theme={rota.theme}&week={SECOND}")
    assert (away(where), f"/rota/{await rota.duty(SECOND)}" in where.text) == (True, True)
    assert away(await ada.get(f"/rota/{await rota.duty(SECOND)}"))
    # Settled by giving the day back, or by somebody else.
    assert (await nobody.send_form(path, {**given, "do": "all", "version": "2"})).status_code == 303
    assert gap not in work(await ada.get("/"))
    assert "be on call" not in (await ada.get("/rota")).text
    await rota.act(partial(set_limits, limits=Limits([6], None, None), version=3), x1)
    assert work(await ada.get("/")).count(gap) == 5
    await rota.act(take_off_call, await rota.duty(SECOND))
    await rota.put("X2", SECOND)
    assert work(await ada.get("/")).count(gap) == 4
    # A week that is over says nothing.
    rota.at = datetime(2026, 3, 31, 9, tzinfo=UTC)
    ada = await browse(rota.cast.ada)
    assert (await ada.get(f"/rota?week={FIRST}")).text.count("Can’t be on call") == 1


@pytest.mark.parametrize(
    ("profile", "days", "booked"),
    [
        ({}, None, None),
        ({"valid_until": SECOND + timedelta(days=6)}, None, None),
        ({"valid_until": SECOND + timedelta(days=5)}, None, None),
        ({"active": False}, None, None),
        ({"themes": {CODE: 2}}, None, None),
        ({"themes": {"X.JIT": 5}}, None, None),
        ({"available": []}, None, None),
        ({"available": [(SECOND, SECOND + timedelta(days=6))]}, None, None),
        ({"available": [(SECOND, SECOND), (SECOND + timedelta(days=1), THIRD)]}, None, None),
        ({"available": [(SECOND, SECOND), (SECOND + timedelta(days=2), THIRD)]}, None, None),
        ({"available": [(FIRST, SECOND + timedelta(days=5))]}, None, None),
        ({}, [5], None),
        ({}, None, SECOND),
        ({}, None, SECOND + timedelta(days=6)),
        ({}, None, THIRD),
        ({"themes": {CODE: 2}, "available": []}, [0], SECOND),
    ],
)
async def test_the_page_and_the_rule_give_the_same_reason(
    rota: Rota, profile: dict[str, Any], days: list[int] | None, booked: date | None
) -> None:
    await rota.put("X1", SECOND)
    x1 = rota.experts["X1"]
    if days is not None:
        await rota.act(partial(set_limits, limits=Limits(days, 30, 1), version=1), x1)
    if booked:
        await rota.act(book, x1, UUID(int=1), booked, booked)
    own = {"themes": {CODE: 4}, "available": [YEAR], "conflicts": []}
    await rota.act(change_expert, x1, like(code="X1", email="x1@example.org", **own | profile))
    async with rota.db.reader() as connection:
        (offered,) = await members(connection, rota.theme, SECOND, SECOND, x1)
        shown = await slot(connection, rota.theme, SECOND)
        gaps = [row.href for row in await connection.execute(text(GAPS), {"now": rota.at})]
    assert shown.hindrance == hindrance(offered.member, SECOND)
    assert any(str(SECOND) in href for href in gaps) == (not shown.covered) == (shown.hindrance is not None)


async def test_who_cannot_be_on_call_is_refused_with_the_reason(rota: Rota, browse: Browsers) -> None:
    ada = await browse(rota.cast.ada)
    await rota.act(book, rota.experts["X1"], UUID(int=1), THIRD, THIRD)
    form = {"theme": str(rota.theme), "week": str(SECOND), "weeks": "2", "expert": str(rota.experts["X1"])}
    away = await ada.send_form("/rota/put", form)
    assert (away.status_code, gives_reason(away, "rota_booked", expert="X1", week="16 March 2026")) == (
        422,
        True,
    )
    assert 'value="2"' in away.text
    unknown = await ada.send_form("/rota/put", {**form, "expert": str(rota.experts["X4"])})
    assert (unknown.status_code, gives_reason(unknown, "rota_level", expert="X4")) == (422, True)
    past = await ada.send_form("/rota/put", {**form, "week": str(FIRST - timedelta(days=7)), "weeks": "1"})
    assert (past.status_code, gives_reason(past, "rota_week_over")) == (422, True)
    for wrong in ({"weeks": "0"}, {"weeks": "27"}, {"expert": "nobody"}, {"week": "soon"}):
        assert (await ada.send_form("/rota/put", form | wrong)).status_code == 422
    assert await rota.holders() == {}
    # A rota that somebody is on is not ended.
    await rota.put("X1", FIRST)
    ended = await ada.send_form("/rota/themes")
    assert (ended.status_code, gives_reason(ended, "rota_in_use", theme="Cyber-attacks")) == (422, True)
    await rota.act(take_off_call, await rota.duty(FIRST))
    assert (await ada.send_form("/rota/themes")).status_code == 303
    assert "gaps-in-the-stand-by-rota" not in work(await ada.get("/"))


async def test_whoever_leaves_is_on_call_no_more(rota: Rota) -> None:
    await rota.put("X1", SECOND)
    await rota.put("X2", THIRD)

    async def known() -> tuple[int, list[str]]:
        async with rota.db.reader() as connection:
            own = await own_weeks(connection, rota.experts["X1"], FIRST)
            others = await colleagues(connection, rota.theme, rota.experts["X2"])
            return len(own), [colleague.code for colleague in others]

    assert await known() == (1, ["X1"])
    await rota.act(leave_unasked, rota.experts["X1"])
    assert await known() == (0, [])
