"""The time to assistance: medians with their n, missed targets with their causes."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from facility.deployments.queries.assistance import courses
from facility.deployments.rules.assistance import Cause, Course, Figure, Urgency, causes, figures, urgency
from facility.deployments.service.ending import call_off
from facility.deployments.words import causes_in_words
from tests.browser import Browsers
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert

DAY = timedelta(days=1)


def course(**changes: Any) -> Course:
    usual: dict[str, Any] = {
        "requested_at": INVITED, "urgency": Urgency.DAYS, "seats": 1, "target_days": None, "asked": None, "yes": None,
        "released": None, "deployed": None, "declined": 0, "silent": 0, "refused": 0, "exhausted": False,
    }  # fmt: skip
    return Course(**usual | changes)


def test_urgency_follows_the_time_to_answer() -> None:
    assert [urgency(hours) for hours in (1, 2, 3, 24, 25, 72, 73)] == [
        Urgency.HOURS, Urgency.HOURS, Urgency.DAY, Urgency.DAY, Urgency.DAYS, Urgency.DAYS, Urgency.USUAL,
    ]  # fmt: skip


def test_medians_count_only_what_got_so_far() -> None:
    own = [course(asked=INVITED + n * HOUR, yes=INVITED + n * DAY if n < 3 else None) for n in (1, 2, 6)]
    (line,) = figures(own, INVITED)
    assert (line.urgency, line.n) == (Urgency.DAYS, 3)
    assert line.figures["asked"] == Figure(3, 2 * HOUR)
    assert line.figures["yes"] == Figure(2, 1.5 * DAY)
    assert line.figures["released"] == Figure(0, None)


def test_a_target_is_missed_after_its_last_instant_also_while_nobody_has_said_yes() -> None:
    exact = course(target_days=2, yes=INVITED + 2 * DAY)
    assert not exact.breached(INVITED + 9 * DAY)
    assert course(target_days=2, yes=INVITED + 2 * DAY + HOUR).breached(INVITED + 9 * DAY)
    late = course(target_days=2)
    assert (late.breached(INVITED + 2 * DAY), late.breached(INVITED + 3 * DAY)) == (False, True)
    (line,) = figures([exact, late, course()], INVITED + 3 * DAY)
    assert (line.with_target, line.breached) == (2, 1)


def test_causes_begin_with_the_longer_wait() -> None:
    slow = course(asked=INVITED + 5 * DAY, yes=INVITED + 6 * DAY, declined=2, refused=1)
    assert causes(slow, INVITED + 9 * DAY) == [
        Cause("order", took=5 * DAY),
        Cause("answers", took=DAY),
        Cause("declined", count=2),
        Cause("refused", count=1),
    ]
    assert causes(course(exhausted=True), INVITED + DAY) == [Cause("order", took=DAY), Cause("exhausted")]


async def test_the_course_of_a_request_on_the_page(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    key = await sending.asking(target_days=1)
    await sending.decline(key, "X1", INVITED + 10 * HOUR)
    await sending.accept(key, "X2", INVITED + 30 * HOUR)
    gone = await sending.request(starts_on=date(2022, 1, 3), ends_on=date(2022, 1, 4))
    await sending.play.act("ada", partial(call_off, deployment_id=gone, reason="Moved"), INVITED + HOUR)
    async with sending.db.reader() as connection:
        (row,) = await courses(connection, sending.play.people["ada"], datetime(2021, 10, 5, tzinfo=UTC))
    assert (row.asked, row.yes, row.released, row.declined) == (
        INVITED,
        INVITED + 30 * HOUR,
        None,
        1,
    )
    assert row.deployed == datetime(2021, 10, 3, 22, tzinfo=UTC)
    for name in ("ada", "carl", "greta"):
        page = await (await browse(sending.play.people[name])).get("/deployments/times")
        assert page.status_code == 200
        why = causes_in_words([Cause("answers", took=30 * HOUR), Cause("declined", count=1)])
        for words in ("1 day 6 hours", "1 of 1", *why):
            assert words in page.text
    ada = await browse(sending.play.people["ada"])
    assert '"1.25"' in (await ada.get("/deployments/times.csv")).text
    assert (await ada.get("/deployments/times?year=2021")).status_code == 200
    assert (await (await browse(sending.play.people["omar"])).get("/deployments/times")).status_code == 403


async def test_less_than_a_minute_is_a_word_and_no_bar(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    await sending.accept(await sending.asking(), "X1", INVITED + timedelta(seconds=20))
    ada = await browse(sending.play.people["ada"])
    page = (await ada.get("/deployments/times")).text
    assert ("less than a minute, n = 1" in page, '<svg class="bar"' in page) == (True, False)
    later = await sending.asking(starts_on=date(2021, 10, 18), ends_on=date(2021, 10, 19))
    await sending.accept(later, "X1", INVITED + 3 * HOUR)
    assert '<svg class="bar"' in (await ada.get("/deployments/times")).text


async def test_one_deployment_in_twelve_months_is_once(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X1", available=[AHEAD]))
    ada = await browse(sending.play.people["ada"])
    page = (await ada.get(f"/deployments/{await sending.request()}/order")).text
    assert ("once: 1" in page, "1 time: 1" in page) == (True, False)
