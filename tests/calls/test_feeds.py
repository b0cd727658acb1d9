"""Deadlines for calendars and news for feed readers: well-formed, with ids that stay."""

from xml.etree import ElementTree

import pytest
from icalendar import Calendar

from facility.calls.service.corrigenda import draft_corrigendum, publish_corrigendum
from facility.calls.service.questions import ask_question, publish_answer
from facility.db import Database
from tests.browser import Browsers
from tests.calls.reading import CALL, LATER, MID, changed
from tests.calls.test_cancellation import cancel
from tests.judging import CLOSES, OPENS, Judging
from tests.rolling import CUT_OFFS, SERIES, rolling

ATOM = "{http://www.w3.org/2005/Atom}"


async def corrected(play: Judging, **fields: object) -> None:
    key, draft = play.calls[CALL], await changed(play, **fields)
    await play.act("ada", lambda tx: draft_corrigendum(tx, key, draft, "More time & patience."), MID)
    await play.act("vera", lambda tx: publish_corrigendum(tx, key), MID)


async def events_of(browse: Browsers, path: str) -> tuple[Calendar, dict[str, object]]:
    """The calendar at this path, and its events by what their UIDs say."""
    answer = await (await browse()).get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(answer.content)
    return calendar, {str(event["uid"]): event for event in calendar.walk("VEVENT")}


async def test_a_corrected_deadline_moves_the_same_event(play: Judging, browse: Browsers) -> None:
    key, path = play.calls[CALL], f"/calls/{CALL}/deadlines.ics"
    calendar, before = await events_of(browse, path)
    uid = f"{key}-closes@facility"
    assert (calendar["method"], set(before)) == ("PUBLISH", {uid, f"{key}-opens@facility"})
    first = before[uid]
    assert (first.decoded("dtstart"), first["sequence"]) == (CLOSES, 0)  # type: ignore[attr-defined,index]
    assert first["dtstart"].params["TZID"] == "Europe/Brussels"  # type: ignore[index]
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Brussels"]
    await corrected(play, closes_at=LATER)
    _calendar, after = await events_of(browse, path)
    assert (after[uid].decoded("dtstart"), after[uid]["sequence"]) == (LATER, 1)  # type: ignore[attr-defined,index]


async def test_a_cancelled_call_is_taken_out_of_calendars(play: Judging, browse: Browsers) -> None:
    await cancel(play)
    calendar, events = await events_of(browse, f"/calls/{CALL}/deadlines.ics")
    assert calendar["method"] == "CANCEL"
    assert {(str(event["status"]), event["sequence"]) for event in events.values()} == {("CANCELLED", 1)}  # type: ignore[index]


async def test_the_calendar_of_all_calls_leaves_out_drafts_and_what_is_long_over(
    play: Judging, browse: Browsers
) -> None:
    calendar, events = await events_of(browse, "/calls.ics")
    assert (calendar["method"], events) == ("PUBLISH", {})  # the call of 2021 is long over


async def test_a_series_is_one_call_with_its_cut_offs(db: Database, browse: Browsers) -> None:
    play = await rolling(db)
    key = play.calls[SERIES]
    _calendar, events = await events_of(browse, f"/calls/{SERIES}/deadlines.ics")
    starts = {uid.partition("-cut")[2] or uid: event.decoded("dtstart") for uid, event in events.items()}  # type: ignore[attr-defined]
    assert starts == {
        f"{key}-opens@facility": OPENS,
        "-off-1@facility": CUT_OFFS[0],
        "-off-2@facility": CUT_OFFS[1],
        f"{key}-closes@facility": CUT_OFFS[2],
    }
    feed = ElementTree.fromstring((await (await browse()).get("/calls.atom")).content)  # noqa: S314
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == [
        f"Call {SERIES}: Joint initiatives"
    ]


async def test_the_feed_tells_of_calls_corrigenda_answers_and_cancellations(
    play: Judging, browse: Browsers
) -> None:
    await corrected(play, questions_until=LATER, answers_until=LATER, closes_at=LATER)
    question = await play.act("omar", lambda tx: ask_question(tx, play.calls[CALL], "May we? \ufffe"), MID)
    await play.act(
        "ada",
        lambda tx: publish_answer(
            tx, question.id, public_text="May <b>we</b>?", answer_text="Yes\ufffe, & soon."
        ),
        MID,
    )
    await cancel(play)
    nobody = await browse()
    answer = await nobody.get("/calls.atom")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    entries = feed.findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert sorted(titles, key=str) == [
        f"Call {CALL} has been cancelled",
        f"Call {CALL} was corrected",
        f"Call {CALL}, question 1 answered",
        f"Call {CALL}: Joint initiatives",
    ]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 4
    assert f"urn:uuid:{question.id}" in ids
    assert all(entry.findtext(f"{ATOM}updated") for entry in [feed, *entries])
    assert "Omar" not in answer.text
    again = ElementTree.fromstring((await nobody.get(f"/calls/{CALL}/feed.atom")).content)  # noqa: S314
    assert [entry.findtext(f"{ATOM}id") for entry in again.findall(f"{ATOM}entry")] == ids


@pytest.mark.parametrize("path", ["deadlines.ics", "feed.atom", "questions", "changes"])
async def test_an_unknown_call_has_none(play: Judging, browse: Browsers, path: str) -> None:
    assert (await (await browse()).get(f"/calls/TAF-9999-99/{path}")).status_code == 404
