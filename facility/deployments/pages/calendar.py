"""The days of a booking as iCalendar (RFC 5545), for the calendar of the expert who said yes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from facility.deployments.queries.booked import BookedMission
from facility.deployments.queries.invited import Linked
from facility.designations import footnotes
from facility.web.i18n import _

PRODUCT = "-//Technical Assistance Facility//Deployments//EN"


def booking_uid(booking: Linked | BookedMission) -> str:
    """The same for ever for one booking, whoever writes it into a calendar."""
    return f"{booking.deployment_id}-{booking.expert_id}@facility"


def calendar_of(linked: Linked, *, cancels: bool = False) -> bytes:
    """A calendar with the days as one event. It names place, reference and contact, and no institution: calendars are shared. `cancels`: it
    takes them out of the calendar into which they were put."""
    calendar = _new_calendar("CANCEL" if cancels else "PUBLISH")
    contact = _("Contact: {contact}", contact=linked.contact) if linked.contact else ""
    calendar.add_component(_event(linked, linked.ended_at, contact, cancelled=cancels))
    content: bytes = calendar.to_ical()
    return content


def bookings_calendar(booked: Iterable[BookedMission]) -> bytes:
    """All bookings of one expert, for a calendar that follows them: what is cancelled is in it no more."""
    calendar = _new_calendar()
    calendar.add("x-wr-calname", _("Missions of the facility"))
    for booking in booked:
        calendar.add_component(_event(booking, booking.booked_at))
    content: bytes = calendar.to_ical()
    return content


def _new_calendar(method: str = "PUBLISH") -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(
    booking: Linked | BookedMission, at: datetime | None, contact: str = "", *, cancelled: bool = False
) -> Event:
    event = Event()
    event.add("uid", booking_uid(booking))
    event.add("sequence", int(cancelled))
    event.add("dtstamp", at)
    event.add("dtstart", booking.starts_on)
    event.add("dtend", booking.ends_on + timedelta(days=1))  # the first day that does not belong to it
    event.add("summary", _("Mission {reference}: {place}", reference=booking.reference, place=booking.place))
    event.add("location", booking.place)
    if about := "\n".join(filter(None, (contact, footnotes(booking.place)))):
        event.add("description", about)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    return event
