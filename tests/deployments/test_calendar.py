"""The mails about a booking enter, change and remove its days in the calendar of the expert."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from icalendar import Calendar

from facility import clock
from facility.deployments.service.answering import cancel
from facility.deployments.service.ending import call_off
from facility.events.relay import deliver_all
from facility.mail import Mailer
from facility.outbox.sender import Postman, hand_over_mails, send
from facility.web.render import environment
from tests.browser import Browsers, settings_for
from tests.deployments.conftest import AHEAD, HOUR, Sending, expert
from tests.smtp import Received, SmtpServer


@pytest_asyncio.fixture
async def postman(smtp: SmtpServer, tmp_path: Path) -> AsyncIterator[Postman]:
    templates = environment(settings_for("postgresql://nowhere/none", tmp_path))
    yield Postman(Mailer(smtp.url, "facility@facility.test"), "http://f.test", "f.test", templates)


async def post(sending: Sending, postman: Postman) -> None:
    """Reactions, and then every mail that waits."""
    await deliver_all(sending.db, lambda: sending.at)
    later = clock.now() + timedelta(days=400)
    for turn in await hand_over_mails(sending.db, later):
        await send(sending.db, postman, turn, lambda: later)


def method_and_event(mail: Received) -> tuple[str, Any]:
    """The method, in the part as in the calendar, and the one event."""
    (part,) = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert mail.message.get_body(("plain",)) is not None
    assert calendar["method"] == part.get_param("method")
    (event,) = calendar.walk("VEVENT")
    return str(calendar["method"]), event


async def test_a_yes_enters_the_days_and_a_cancellation_removes_them(
    sending: Sending, postman: Postman, smtp: SmtpServer, browse: Browsers
) -> None:
    await sending.pool(expert("X1", available=[AHEAD]))
    key = await sending.soon(contact_name="Ada", contact_email="ada@example.org", sensitive=False)
    await post(sending, postman)
    assert [part.get_content_type() for part in smtp.to("x1@example.org")[0].message.walk()] == ["text/plain"]
    await sending.accept(key, "X1", sending.at)
    await post(sending, postman)
    method, event = method_and_event(smtp.to("x1@example.org")[-1])
    row = await sending.row(key)
    assert (method, event["sequence"], event["status"]) == ("REQUEST", 0, "CONFIRMED")
    assert (event["dtstart"].dt, event["dtend"].dt) == (row.starts_on, row.ends_on + timedelta(days=1))
    assert (event["attendee"], event["attendee"].params["PARTSTAT"]) == ("mailto:x1@example.org", "ACCEPTED")
    assert str(event["organizer"]).startswith("mailto:")
    assert "ada@example.org" in event["description"]
    assert "Police" not in smtp.received[-1].text
    file = Calendar.from_ical(
        (await (await browse()).get(f"{await sending.link(key, 'X1')}/booking.ics")).content
    )
    (written,) = file.walk("VEVENT")
    assert written["uid"] == event["uid"]
    invitation = await sending.invitation(key, "X1")
    await sending.play.act("vera", lambda tx: cancel(tx, invitation, reason="Ill"), sending.at + HOUR)
    await post(sending, postman)
    method, removed = method_and_event(smtp.to("x1@example.org")[-1])
    assert (method, removed["sequence"], removed["status"]) == ("CANCEL", 1, "CANCELLED")
    assert removed["uid"] == event["uid"]
    assert removed["dtstamp"].dt >= event["dtstamp"].dt


@pytest.mark.parametrize("late", [False, True])
async def test_a_request_that_is_cancelled_removes_the_days_also_by_a_mail_that_was_late(
    sending: Sending, postman: Postman, smtp: SmtpServer, late: bool
) -> None:
    await sending.pool(expert("X1", available=[AHEAD]), expert("X2", available=[AHEAD]))
    key = await sending.soon(ask_at_once=2)
    await sending.accept(key, "X1", sending.at)
    if not late:
        await post(sending, postman)
    await sending.play.act("ada", lambda tx: call_off(tx, key, reason="Moved"), sending.at + HOUR)
    await post(sending, postman)
    booked, ended = [mail for mail in smtp.to("x1@example.org") if mail.subject.startswith("You")][-2:]
    assert [method_and_event(mail)[0] for mail in (booked, ended)] == [
        "CANCEL" if late else "REQUEST",
        "CANCEL",
    ]
    assert [int(method_and_event(mail)[1]["sequence"]) for mail in (booked, ended)] == [int(late), 1]
    assert all("text/calendar" not in str(mail.message) for mail in smtp.to("x2@example.org"))
