"""The stand-by rota: who can be on call, gaps four weeks ahead, and weeks that change hands when both agree."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import func, select, text

import facility.experts.checks
import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database, Tx
from facility.events.log import history
from facility.events.reconcile import CHECKS
from facility.events.relay import deliver_all
from facility.experts.events.rota import WeekTakenOver
from facility.experts.models.profile import Expert, Theme
from facility.experts.models.rota import OnCall, Swap
from facility.experts.queries.rota import GAPS, colleagues, members, on_call_for, own_weeks, slot
from facility.experts.rules.rota import Member, answer_by, hindrance, is_to_fill, week_of
from facility.experts.service.calendar import Limits, make_calendar_link, set_limits
from facility.experts.service.pool import book, change_expert, register_expert, seed_themes
from facility.experts.service.renewals import leave_unasked
from facility.experts.service.rota import put_on_call, set_rota_themes, take_off_call
from facility.experts.service.swaps import accept_swap, decline_swap, look_after_swaps, offer_swap
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from facility.refused import Refused
from tests.browser import Browsers, errors, gives_reason, states, work
from tests.cast import Cast
from tests.experts.test_service import like
from tests.mails import IN_ORDER

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
FIRST, SECOND, THIRD, FOURTH, FIFTH = (MONDAY + timedelta(weeks=number) for number in range(5))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
CODE = "OC.CYBER"
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


class Rota:
    """Experts X1 to X3, who know cyber-attacks, and X4, who does not; the theme has a rota."""

    def __init__(self, db: Database, cast: Cast) -> None:
        self.db, self.cast, self.at = db, cast, NOW
        self.experts: dict[str, UUID] = {}
        self.theme = UUID(int=0)

    async def act[T](self, command: Callable[..., Awaitable[T]], *given: Any, by: UUID | None = None) -> T:
        """Carry out a command a second later, and what follows from it."""
        self.at += timedelta(seconds=1)
        async with self.db.transaction(now=self.at, actor=by or self.cast.ada) as tx:
            done = await command(tx, *given)
        await deliver_all(self.db, lambda: self.at)
        return done

    async def put(self, code: str, first: date, weeks: int = 1) -> None:
        await self.act(put_on_call, self.theme, self.experts[code], first, weeks)

    async def holders(self) -> dict[date, str]:
        """Who is on call, by week."""
        query = select(OnCall.week, Expert.code).join(Expert, Expert.id == OnCall.expert_id)
        async with self.db.transaction(now=self.at) as tx:
            return {row.week: row.code for row in await tx.session.execute(query.order_by(OnCall.week))}

    async def duty(self, week: date) -> UUID:
        async with self.db.transaction(now=self.at) as tx:
            return (await tx.session.scalars(select(OnCall.id).where(OnCall.week == week))).one()

    async def offer(self, code: str, week: date, to: str, in_exchange: date | None = None) -> Swap:
        duty = await self.duty(week)
        return await self.act(offer_swap, self.experts[code], duty, self.experts[to], in_exchange)

    async def swap(self) -> Swap:
        async with self.db.transaction(now=self.at) as tx:
            return (await tx.session.scalars(select(Swap).order_by(Swap.asked_at.desc()).limit(1))).one()

    async def mails(self) -> list[tuple[str, str]]:
        """Template and expert, in the order in which they were queued; every subject is free of names."""
        query = select(Mail.template, Expert.code, Mail.subject).join(Expert, Expert.email == Mail.to_address)
        async with self.db.transaction(now=self.at) as tx:
            rows = (await tx.session.execute(query.order_by(*IN_ORDER))).all()
        assert [row.subject for row in rows if "X" in row.subject or "Cyber" in row.subject] == []
        return [(row.template.removeprefix("experts/"), row.code) for row in rows]

    async def path(self, purpose: str, subject: UUID) -> str:
        query = select(Link).where(Link.purpose == purpose, Link.subject_id == subject)
        async with self.db.transaction(now=self.at) as tx:
            return path_of((await tx.session.scalars(query)).one())

    async def own(self, code: str) -> str:
        """The expert's own address."""
        return await self.path("profile", self.experts[code])

    async def sound(self) -> None:
        async with self.db.reader() as connection:
            assert await CHECKS["experts: swaps"](connection) == []


@pytest.fixture
async def rota(db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Rota:
    made = Rota(db, cast)
    monkeypatch.setattr(clock, "now", lambda: made.at)

    async def fill(tx: Tx) -> None:
        await seed_themes(tx)
        made.theme = (await tx.session.scalars(select(Theme.id).where(Theme.code == CODE))).one()
        for number in range(1, 5):
            known = {CODE: 4} if number < 4 else {CODE: 2}
            draft = like(
                code=f"X{number}",
                email=f"x{number}@example.org",
                themes=known,
                available=[YEAR],
                conflicts=[],
            )
            made.experts[draft.code] = (await register_expert(tx, draft)).id
        await set_rota_themes(tx, [made.theme])

    await made.act(fill)
    return made


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
