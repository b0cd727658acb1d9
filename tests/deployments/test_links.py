"""The expert's own link: what it shows, that it answers once, and what it says afterwards."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from icalendar import Calendar
from sqlalchemy import select

from facility import clock
from facility.activities.service.activities import ActivityDraft, plan_activity
from facility.applications.rules.activities import ActivityKind
from facility.awards.service.ending import withdraw_award
from facility.deployments.events.requests import (
    InvitationAccepted,
)
from facility.deployments.service.answering import expire_due
from facility.events.log import history
from facility.events.models import EventRow
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.outbox.links import path_of
from facility.outbox.models import Link
from tests.browser import Browsers, errors, gives_reason, states
from tests.deployments.conftest import AHEAD, Sending, expert
from tests.statements import count_statements


@pytest.fixture
async def deployment(sending: Sending) -> UUID:
    """X1 is asked, X2 waits; both are free for long."""
    await sending.pool(
        expert("X1", name="Giulia Rossi", languages={"en": "C1", "sq": "B1"}, available=[AHEAD]),
        expert("X2", name="Ivan Horvat", available=[AHEAD]),
    )
    return await sending.soon()


async def test_looking_changes_nothing(sending: Sending, deployment: UUID, browse: Browsers) -> None:
    path, browser = await sending.link(deployment, "X1"), await browse()
    async with sending.db.reader() as connection:
        before = (await connection.execute(select(EventRow.id))).all()
    with count_statements(sending.db) as statements:
        page = await browser.get(path)
    head = await browser.head(path)
    assert (page.status_code, head.status_code, len(statements)) == (200, 200, 5)
    for words in (
        "Tirana, Albania?",
        " Giulia Rossi,",
        " Albania, Kosovo* and Montenegro ",
        " Joint investigation teams.",
        "Joint investigation teams, level 5; Albanian",
        "UNSCR 1244/1999",
    ):
        assert words in page.text
    assert {"open", "free-then", "nothing-done-yet"} <= set(states(page))
    assert await sending.outcomes(deployment) == {"X1": "open"}
    async with sending.db.reader() as connection:
        assert (await connection.execute(select(EventRow.id))).all() == before


async def test_the_parties_see_who_comes_once_the_expert_has_agreed(
    sending: Sending, deployment: UUID, browse: Browsers
) -> None:
    row = await sending.row(deployment)
    draft = ActivityDraft(
        application_id=sending.play.applications["A"],
        kind=ActivityKind.WORKSHOP,
        title="Workshop",
        place="Tirana",
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )
    activity = await sending.play.act("omar", lambda tx: plan_activity(tx, draft), clock.now())
    omar, carl = [await browse(sending.play.people[name]) for name in ("omar", "carl")]
    here = f"/activities/{activity.id}"
    path, expert_ = await sending.link(deployment, "X1"), await browse()
    assert "name-shown-to-parties" in states(await expert_.get(path))
    assert "Giulia Rossi" not in (await omar.get(here)).text
    await expert_.send_form(path, {"answer": "accept"})
    assert "Giulia Rossi" in (await omar.get(here)).text
    assert "Giulia Rossi" not in (await carl.get(here)).text, "the Commission sees no names of experts"
    await expert_.send_form(f"{path}/cancel", {"reason": "Ill"})
    assert "Giulia Rossi" not in (await omar.get(here)).text


async def test_yes_once_and_then_what_happened(sending: Sending, deployment: UUID, browse: Browsers) -> None:
    path, browser = await sending.link(deployment, "X1"), await browse()
    answer = await browser.send_form(path, {"answer": "accept"})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    page = await browser.get(path)
    assert "Thank you, you are booked" in page.text
    assert "Yes, I can come" not in page.text
    assert len(await sending.booked("X1")) == 5
    for choice in ("accept", "decline"):
        again = await browser.send_form(path, {"answer": choice})
        assert again.status_code == 409
        assert "Thank you, you are booked" in again.text
        assert "too-late" in states(again)
    assert await sending.outcomes(deployment) == {"X1": "accepted"}
    query = select(Link.used_at).where(Link.subject_id == await sending.invitation(deployment, "X1"))
    async with sending.db.reader() as connection:
        assert (await connection.execute(query)).scalar_one() is not None


async def test_no_with_a_reason_asks_the_next(sending: Sending, deployment: UUID, browse: Browsers) -> None:
    path, browser = await sending.link(deployment, "X1"), await browse()
    answer = await browser.send_form(path, {"answer": "decline", "reason": "On leave"})
    assert answer.status_code == 303
    assert "Thank you for your answer" in (await browser.get(path)).text
    assert await sending.outcomes(deployment) == {"X1": "declined", "X2": "open"}
    assert (await sending.invitations(deployment))["X1"].reason == "On leave"


async def test_the_expert_takes_a_yes_back_by_the_same_link(
    sending: Sending, deployment: UUID, browse: Browsers
) -> None:
    path, browser = await sending.link(deployment, "X1"), await browse()
    early = await browser.send_form(f"{path}/cancel", {"reason": "Ill"})
    assert early.status_code == 409
    await browser.send_form(path, {"answer": "accept"})
    without = await browser.send_form(f"{path}/cancel", {"reason": "  "})
    assert without.status_code == 422
    assert '<details class="behind" open>' in without.text
    assert errors(without) == ["reason"]
    assert await sending.outcomes(deployment) == {"X1": "accepted"}
    assert (await browser.send_form(f"{path}/cancel", {"reason": "Ill"})).status_code == 303
    assert "You are no longer booked" in (await browser.get(path)).text
    assert await sending.outcomes(deployment) == {"X1": "cancelled", "X2": "open"}
    assert await sending.booked("X1") == []


async def test_after_the_first_day_there_is_no_way_back(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X1", available=[AHEAD]))
    first = clock.now().date() - timedelta(days=2)
    key = await sending.soon(starts_on=first, ends_on=first + timedelta(days=9))
    path, browser = await sending.link(key, "X1"), await browse()
    await browser.send_form(path, {"answer": "accept"})
    assert "I cannot come after all" not in (await browser.get(path)).text
    late = await browser.send_form(f"{path}/cancel", {"reason": "Ill"})
    assert (late.status_code, gives_reason(late, "too_late_to_cancel")) == (409, True)


async def test_silence_is_over_before_it_is_written_down(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    path, browser = await sending.link(key, "X0"), await browse()
    page = await browser.get(path)
    assert "expired" in states(page)
    late = await browser.send_form(path, {"answer": "decline", "reason": "On leave until March."})
    assert (late.status_code, await sending.outcomes(key)) == (409, {"X0": "open"})
    assert "On leave until March.</textarea>" in late.text  # to copy
    assert await expire_due(sending.db, clock.now()) == 1
    assert "expired" in states(await browser.get(path))


async def test_booked_elsewhere_is_said_kindly(sending: Sending, deployment: UUID, browse: Browsers) -> None:
    other = await sending.soon()
    first, second = await sending.link(deployment, "X1"), await sending.link(other, "X1")
    browser = await browse()
    await browser.send_form(first, {"answer": "accept"})
    assert "unavailable" in states(await browser.get(second))  # before the reaction
    late = await browser.send_form(second, {"answer": "accept"})
    assert (late.status_code, "unavailable" in states(late)) == (409, True)


async def test_an_award_that_ends_is_said_kindly(
    sending: Sending, deployment: UUID, browse: Browsers
) -> None:
    yes = await sending.soon(
        starts_on=sending.at.date() + timedelta(days=40), ends_on=sending.at.date() + timedelta(days=41)
    )
    path, accepted = await sending.link(deployment, "X1"), await sending.link(yes, "X1")
    browser = await browse()
    await browser.send_form(accepted, {"answer": "accept"})
    application = sending.play.applications["A"]
    await sending.play.act(
        "ada",
        lambda tx: withdraw_award(tx, application, "Gave up."),
        clock.now() + timedelta(seconds=1),
    )
    assert "No expert is needed any more" in (await browser.get(path)).text
    page = await browser.get(accepted)
    assert "You are no longer booked" in page.text
    assert "I cannot come after all" not in page.text
    assert (await browser.send_form(f"{accepted}/cancel", {"reason": "Ill"})).status_code == 409


@pytest.mark.parametrize("token", ["wrong", "a" * 43, "%F0%9F%8C%B3", "a" * 3000])
async def test_a_wrong_token_is_nothing(sending: Sending, browse: Browsers, token: str) -> None:
    browser = await browse()
    path = f"/link/invitation/{token}"
    assert (await browser.get(path)).status_code == 404
    assert (await browser.send_form(path, {"answer": "accept"})).status_code == 404
    assert (await browser.send_form(f"{path}/cancel", {"reason": "Ill"})).status_code == 404


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({"answer": "maybe"}, 422),
        ({"answer": ["accept", "decline"]}, 422),
        ({"answer": "decline", "reason": "x" * 3001}, 422),
        ({"answer": "accept", "seat": "2"}, 400),
    ],
)
async def test_a_wrong_answer_is_none(
    sending: Sending, deployment: UUID, browse: Browsers, form: dict[str, str], status: int
) -> None:
    browser = await browse()
    answer = await browser.send_form(await sending.link(deployment, "X1"), form)
    assert (answer.status_code, await sending.outcomes(deployment)) == (status, {"X1": "open"})


async def test_fifty_posts_of_one_link_have_one_outcome(
    sending: Sending, deployment: UUID, browse: Browsers
) -> None:
    path, browser = await sending.link(deployment, "X1"), await browse()
    choices = ["accept", "decline"] * 25
    answers = await asyncio.gather(*[browser.send_form(path, {"answer": choice}) for choice in choices])
    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: 49}
    won = choices[[answer.status_code for answer in answers].index(303)]
    assert (await sending.outcomes(deployment))["X1"] == {"accept": "accepted", "decline": "declined"}[won]
    assert {name: lines for name, lines in (await reconcile(sending.db)).items() if lines} == {}


async def test_the_link_shows_no_other_expert(sending: Sending, deployment: UUID, browse: Browsers) -> None:
    page = await (await browse()).get(await sending.link(deployment, "X1"))
    unmarked = re.sub(r'data-mark="[^"]*"', "", page.text)  # a mark may hold any letters
    assert re.search(r"X2|Horvat|@example\.org", unmarked) is None


@pytest.fixture
async def declaring(sending: Sending) -> UUID:
    """As `asked`, by a request that says what the expert would do, and asks for the declaration."""
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    return await sending.soon(
        terms_of_reference="Teach two days.",
        contact_name="Ada Berisha",
        contact_email="ada@example.org",
        declares_conflicts=True,
    )


async def test_the_page_says_what_one_needs_for_a_yes(
    sending: Sending, declaring: UUID, browse: Browsers
) -> None:
    page = (await (await browse()).get(await sending.link(declaring, "X1"))).text
    for words in (
        "Teach two days.",
        "Ada Berisha, ada@example.org",
        "Albanian State Police, Albania; Kosovo* Police, Kosovo*; Supreme State",
    ):
        assert words in page
    (mail, *_) = await sending.mails("invitation")
    assert (mail.context["terms"], mail.context["contact"]) == (
        "Teach two days.",
        "Ada Berisha, ada@example.org",
    )
    assert len(mail.context["institutions"]) == 3


async def test_a_yes_needs_the_declaration(sending: Sending, declaring: UUID, browse: Browsers) -> None:
    path, browser = await sending.link(declaring, "X1"), await browse()
    without = await browser.send_form(path, {"answer": "accept"})
    assert (without.status_code, gives_reason(without, "conflict_undeclared")) == (422, True)
    (line,) = re.findall(r'<a href="#f-conflict">([^<]+)', unescape(without.text))
    assert ("? " in line, ":" in line) == (True, False)
    assert await sending.outcomes(declaring) == {"X1": "open"}
    await browser.send_form(path, {"answer": "accept", "conflict": "no"})
    assert (await sending.invitations(declaring))["X1"].no_conflict
    async with sending.db.reader() as connection:
        events = [recorded.event for recorded in await history(connection, declaring)]
    assert [event.no_conflict for event in events if isinstance(event, InvitationAccepted)] == [True]


async def test_a_declared_conflict_is_a_no_and_asks_the_next(
    sending: Sending, declaring: UUID, browse: Browsers
) -> None:
    path, browser = await sending.link(declaring, "X1"), await browse()
    silent = await browser.send_form(path, {"answer": "accept", "conflict": "yes"})
    assert (silent.status_code, errors(silent)) == (422, ["conflict_text"])
    declared = {"answer": "accept", "conflict": "yes", "conflict_text": "I worked there until May."}
    assert (await browser.send_form(path, declared)).status_code == 303
    assert "Thank you for telling us" in (await browser.get(path)).text
    assert await sending.outcomes(declaring) == {"X1": "declined", "X2": "open"}
    row = (await sending.invitations(declaring))["X1"]
    assert (row.why, row.reason) == ("conflict", "I worked there until May.")
    assert await sending.booked("X1") == []


async def test_a_no_may_name_a_colleague_whom_only_the_secretariat_sees(
    sending: Sending, deployment: UUID, browse: Browsers
) -> None:
    path = await sending.link(deployment, "X1")
    refused = {"answer": "decline", "why": "employer", "colleague": "Anna Conti, Rome"}
    await (await browse()).send_form(path, refused)
    ada, greta, carl = [await browse(sending.play.people[name]) for name in ("ada", "greta", "carl")]
    seen = {}
    for name, browser in (("ada", ada), ("greta", greta), ("carl", carl)):
        page = (await browser.get(f"/deployments/{deployment}")).text
        seen[name] = ("My employer does not release me" in page, "Anna Conti" in page)
    assert seen == {"ada": (True, True), "greta": (True, False), "carl": (False, False)}


async def test_a_yes_of_somebody_else_ends_by_one_click(
    sending: Sending, deployment: UUID, browse: Browsers
) -> None:
    path, browser = await sending.link(deployment, "X1"), await browse()
    assert (await browser.send_form(f"{path}/not-mine")).status_code == 409
    await browser.send_form(path, {"answer": "accept"})
    await deliver_all(sending.db, clock.now)
    (confirmed,) = await sending.mails("accepted")
    async with sending.db.transaction(now=clock.now()) as tx:
        assert path_of(await tx.get(Link, confirmed.link_id)) == path
    assert f'action="{path}/not-mine"' in (await browser.get(path)).text
    assert (await browser.send_form(f"{path}/not-mine")).status_code == 303
    assert "disowned" in states(await browser.get(path))
    assert await sending.outcomes(deployment) == {"X1": "disowned", "X2": "open"}
    assert await sending.booked("X1") == []
    await deliver_all(sending.db, clock.now)
    assert [len(await sending.mails(template)) for template in ("disowned", "not_their_yes")] == [1, 1]
    assert {name: lines for name, lines in (await reconcile(sending.db)).items() if lines} == {}


async def test_the_days_for_a_calendar_while_they_are_booked(
    sending: Sending, declaring: UUID, browse: Browsers
) -> None:
    path, browser = await sending.link(declaring, "X1"), await browse()
    here = f"{path}/booking.ics"
    assert (await browser.get(here)).status_code == 409
    await browser.send_form(path, {"answer": "accept", "conflict": "no"})
    booked = await browser.get(path)
    assert (here in booked.text, "days-to-take-out" in states(booked)) == (True, False)
    (event,) = Calendar.from_ical((await browser.get(here)).content).walk("VEVENT")
    row = await sending.row(declaring)
    assert str(event["UID"]) == f"{declaring}-{sending.experts['X1']}@facility"
    assert event.decoded("DTSTART") == row.starts_on
    assert event.decoded("DTEND") == row.ends_on + timedelta(days=1)
    assert "Ada Berisha" in str(event["DESCRIPTION"])
    await browser.send_form(f"{path}/cancel", {"reason": "Ill"})
    cancelled = await browser.get(path)
    assert (here in cancelled.text, "days-to-take-out" in states(cancelled)) == (True, True)
    calendar = Calendar.from_ical((await browser.get(here)).content)
    (gone,) = calendar.walk("VEVENT")
    assert (str(calendar["METHOD"]), str(gone["STATUS"]), gone["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert gone["UID"] == event["UID"]
