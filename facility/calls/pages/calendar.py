"""The dates of calls as iCalendar (RFC 5545): what people's calendars subscribe to."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from icalendar import Calendar, Event

from facility.calls.queries.feeds import Deadlines
from facility.designations import footnotes
from facility.web.i18n import _
from facility.zone import BRUSSELS

PRODUCT = "-//Technical Assistance Facility//Calls//EN"


def calendar_of(
    calls: Iterable[Deadlines], base_url: str, *, name: str, funding: str, cancels: bool = False
) -> bytes:
    """A calendar with an event for each date of these calls.

    An event keeps its UID for ever, and counts in SEQUENCE how often its call was corrected or cancelled. `cancels`: the
    file of a single cancelled call, which takes its events out of calendars (METHOD:CANCEL).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancels else "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-caldesc", funding)
    for call in calls:
        for what, summary, at in _dates(call):
            calendar.add_component(_event(call, what, summary, at, base_url))
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def _dates(call: Deadlines) -> Iterator[tuple[str, str, datetime]]:
    """What each date is called in a UID and to people. A cancelled call keeps those that it had."""
    yield "opens", _("Call {call} opens: {title}", call=call.reference, title=call.title), call.opens_at
    if call.questions_until:
        yield (
            "questions",
            _("Call {call}: last day for questions", call=call.reference),
            call.questions_until,
        )
    if call.answers_until:
        yield "answers", _("Call {call}: answers are published", call=call.reference), call.answers_until
    for number, cut_off in enumerate(call.cut_offs[:-1], 1):
        summary = _(
            "Call {call}, cut-off {number}: {title}", call=call.reference, number=number, title=call.title
        )
        yield f"cut-off-{number}", summary, cut_off
    yield "closes", _("Call {call} closes: {title}", call=call.reference, title=call.title), call.closes_at


def _event(call: Deadlines, what: str, summary: str, at: datetime, base_url: str) -> Event:
    cancelled = call.cancelled_at is not None
    event = Event()
    event.add("uid", f"{call.id}-{what}@facility")
    event.add("sequence", call.version - 1 + cancelled)
    event.add("dtstamp", call.changed_at)
    event.add("last-modified", call.changed_at)
    event.add("dtstart", at.astimezone(BRUSSELS))
    event.add("summary", summary)
    if notes := footnotes(summary):
        event.add("description", notes)
    event.add("url", f"{base_url}/calls/{call.reference}")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event
