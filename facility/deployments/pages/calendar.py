"""The days of a booking as iCalendar (RFC 5545), for the calendar of the expert who said yes."""

from datetime import timedelta

from icalendar import Calendar, Event

from facility.deployments.queries.invited import Linked
from facility.designations import footnotes
from facility.web.i18n import _

PRODUCT = "-//Technical Assistance Facility//Deployments//EN"


def booking_uid(linked: Linked) -> str:
    """The same for ever for one booking, whoever writes it into a calendar."""
    return f"{linked.deployment_id}-{linked.expert_id}@facility"


def calendar_of(linked: Linked) -> bytes:
    """A calendar with the days as one event. It names place, reference and contact, and no institution: calendars are shared."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", booking_uid(linked))
    event.add("sequence", 0)
    event.add("dtstamp", linked.ended_at)
    event.add("dtstart", linked.starts_on)
    event.add("dtend", linked.ends_on + timedelta(days=1))  # the first day that does not belong to it
    event.add("summary", _("Mission {reference}: {place}", reference=linked.reference, place=linked.place))
    event.add("location", linked.place)
    contact = _("Contact: {contact}", contact=linked.contact) if linked.contact else ""
    if about := "\n".join(filter(None, (contact, footnotes(linked.place)))):
        event.add("description", about)
    event.add("status", "CONFIRMED")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
