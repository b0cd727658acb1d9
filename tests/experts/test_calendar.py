"""Days on which an expert can come: ticked month by month by a link, limits for every month, and the address that a calendar follows."""

import itertools
import os
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility.db import Database
from facility.experts.queries import pool as queries
from facility.experts.rules.calendar import (
    can_come,
    covered,
    days_between,
    days_left,
    is_available,
    month_of,
    weeks_of,
    with_days,
)
from facility.experts.rules.profile import ExpertProfile, Period
from facility.experts.service.calendar import Limits, set_limits
from facility.experts.service.pool import book, profiles, register_expert, seed_themes
from facility.experts.service.profile_link import profile_link
from facility.outbox.links import path_of
from tests.browser import Browsers, errors, gives_reason
from tests.cast import Cast
from tests.experts.test_service import NOW, like

EXAMPLES = 400 if os.environ.get("HOSTILE") == "all" else 40
FIRST = date(2026, 3, 1)
NEAR = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))
PERIODS = st.lists(st.tuples(NEAR, st.integers(0, 9)).map(lambda it: (it[0], it[0] + timedelta(days=it[1]))))
EXPERT = ExpertProfile("X01", "IT", {}, {}, ((date(2026, 1, 1), date(2027, 12, 31)),), 0)
MARCH = month_of(FIRST)


@settings(max_examples=EXAMPLES, deadline=None)
@given(periods=PERIODS, days=st.sets(NEAR), inner=st.tuples(NEAR, NEAR).map(sorted))
def test_a_month_replaces_its_own_days_and_no_others(
    periods: list[Period], days: set[date], inner: list[date]
) -> None:
    first, last = inner
    everything = FIRST - timedelta(days=5), FIRST + timedelta(days=60)
    after = with_days(periods, first, last, days)
    kept = {day for day in covered(periods, *everything) if not first <= day <= last}
    assert covered(after, *everything) == kept | {day for day in days if first <= day <= last}
    # None overlaps or touches another.
    assert all(end + timedelta(days=1) < start for (_s, end), (start, _e) in itertools.pairwise(after))


@pytest.mark.parametrize(
    ("limits", "start", "end", "comes"),
    [
        ({}, date(2026, 3, 7), date(2026, 3, 8), True),
        ({"absent_weekdays": (5, 6)}, date(2026, 3, 2), date(2026, 3, 6), True),
        ({"absent_weekdays": (5, 6)}, date(2026, 3, 6), date(2026, 3, 7), False),
        ({"earliest": date(2026, 3, 3)}, date(2026, 3, 2), date(2026, 3, 4), False),
        ({"earliest": date(2026, 3, 3)}, date(2026, 3, 3), date(2026, 3, 4), True),
        ({"days_left": days_left(5, {2026: 3})}, date(2026, 3, 2), date(2026, 3, 3), True),
        ({"days_left": days_left(5, {2026: 3})}, date(2026, 3, 2), date(2026, 3, 4), False),
        ({"days_left": days_left(5, {2026: 3})}, date(2026, 12, 31), date(2027, 1, 4), True),
        ({"days_left": days_left(5, {2026: 5})}, date(2026, 12, 31), date(2027, 1, 4), False),
        ({}, date(2027, 12, 31), date(2028, 1, 1), False),
    ],
)
def test_only_what_is_set_keeps_an_expert_away(
    limits: dict[str, Any], start: date, end: date, comes: bool
) -> None:
    assert can_come(replace(EXPERT, **limits), start, end) is comes


def test_a_month_stands_in_weeks() -> None:
    weeks = weeks_of(*MARCH)
    assert [day for week in weeks for day in week if day] == days_between(*MARCH)
    assert {len(week) for week in weeks} == {7}
    assert all(day is None or day.weekday() == place for week in weeks for place, day in enumerate(week))


@pytest.fixture
async def rossi(db: Database, cast: Cast) -> tuple[UUID, str]:
    """The expert, and the path of the link."""
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await seed_themes(tx)
        key = (await register_expert(tx, like(available=[(date(2026, 2, 20), date(2026, 3, 10))]))).id
        return key, path_of(await profile_link(tx, key))


async def available(db: Database, key: UUID) -> list[tuple[date, date]]:
    async with db.reader() as connection:
        return [(it.starts_on, it.ends_on) for it in (await queries.expert(connection, key)).available]


async def test_a_month_is_ticked_on_a_phone(db: Database, rossi: tuple[UUID, str], browse: Browsers) -> None:
    (key, own), nobody = rossi, await browse()
    page = (await nobody.get(f"{own}/days?month=2026-03-01")).text
    assert (page.count(" checked"), page.count('name="days"'), "March 2026" in page) == (10, 31, True)
    form: dict[str, Any] = {"month": "2026-03-01", "version": "1", "do": "save"}
    answer = await nobody.send_form(
        f"{own}/days", {**form, "days": ["2026-03-01", "2026-03-16", "2026-03-17"]}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{own}/days?month=2026-03-01")
    assert await available(db, key) == [
        (date(2026, 2, 20), date(2026, 3, 1)),
        (date(2026, 3, 16), date(2026, 3, 17)),
    ]
    late = await nobody.send_form(f"{own}/days", {**form, "days": ["2026-03-30"]})
    assert (late.status_code, gives_reason(late, "changed_meanwhile")) == (409, True)
    assert 'value="2026-03-30" checked' in late.text
    assert (
        await nobody.send_form(f"{own}/days", {**form, "version": "2", "do": "weekdays"})
    ).status_code == 303
    assert (await available(db, key))[1] == (date(2026, 3, 2), date(2026, 3, 6))
    assert (await nobody.send_form(f"{own}/days", {**form, "version": "3", "do": "none"})).status_code == 303
    assert await available(db, key) == [(date(2026, 2, 20), date(2026, 2, 28))]
    strange = await nobody.send_form(f"{own}/days", {**form, "version": "4", "days": ["Monday"]})
    assert strange.status_code == 422
    wrong = await nobody.send_form(f"{own}/days", {**form, "version": "4", "days": ["2026-04-01"]})
    assert wrong.status_code == 422


async def test_limits_are_set_shown_and_heeded(
    db: Database, cast: Cast, rossi: tuple[UUID, str], browse: Browsers
) -> None:
    (key, own), nobody = rossi, await browse()
    form = {"version": "1", "absent_weekdays": ["5", "6"], "notice_days": "7", "days_per_year": "10"}
    strange = await nobody.send_form(f"{own}/limits", {**form, "absent_weekdays": ["Monday"]})
    assert strange.status_code == 422
    wrong = await nobody.send_form(f"{own}/limits", {**form, "notice_days": "-1", "days_per_year": "0"})
    assert (wrong.status_code, errors(wrong)) == (422, ["notice_days", "days_per_year"])
    assert (await nobody.send_form(f"{own}/limits", form)).status_code == 303
    page = (await (await browse(cast.ada)).get(f"/experts/{key}")).text
    assert "Saturday, Sunday" in page
    async with db.transaction(now=datetime(2026, 3, 1, 9, tzinfo=UTC)) as tx:
        await book(tx, key, uuid4(), date(2026, 3, 8), date(2026, 3, 9))
        (profile,) = await profiles(tx)
    assert (profile.absent_weekdays, profile.earliest) == ((5, 6), date(2026, 3, 8))
    assert profile.days_left is not None
    assert (profile.days_left[2026], profile.days_left[2027]) == (8, 10)
    assert is_available(profile.available, date(2026, 3, 2), date(2026, 3, 3))
    assert not can_come(profile, date(2026, 3, 2), date(2026, 3, 3))
    async with db.transaction(now=NOW) as tx:
        await set_limits(tx, key, Limits([], None, None), version=2)
        (profile,) = await profiles(tx)
    assert (profile.absent_weekdays, profile.earliest, profile.days_left) == ((), None, None)


async def test_the_address_for_a_calendar_is_made_and_ended(
    rossi: tuple[UUID, str], browse: Browsers
) -> None:
    (_key, own), nobody = rossi, await browse()
    assert (await nobody.send_form(f"{own}/feed", {"do": "make"})).status_code == 303
    page = (await nobody.get(f"{own}/days")).text
    path = page.partition("http://facility.test/link/bookings/")[2].partition("<")[0]
    feed = await nobody.get(f"/link/bookings/{path}")
    assert (feed.status_code, feed.headers["content-type"].split(";")[0]) == (200, "text/calendar")
    twice = await nobody.send_form(f"{own}/feed", {"do": "make"})
    assert (twice.status_code, gives_reason(twice, "calendar_link_stands")) == (409, True)
    assert (await nobody.send_form(f"{own}/feed", {"do": "end"})).status_code == 303
    assert (await nobody.get(f"/link/bookings/{path}")).status_code == 409
    assert (await nobody.get("/link/bookings/nothing")).status_code == 404
