"""The days of a booking as iCalendar (RFC 5545): as a file, as a feed, and in mails, by which mail programs enter, change and remove them
(RFC 5546)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, Literal
from uuid import UUID

import jinja2
from icalendar import Calendar, Event, vCalAddress
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.db import Tx
from facility.deployments.models.invitation import Invitation
from facility.deployments.queries.booked import BookedMission, calendar_entry
from facility.deployments.queries.invited import Linked
from facility.designations import footnotes
from facility.experts.queries.rota import OwnWeek
from facility.outbox.service import Attachment, attachment
from facility.web.i18n import _

PRODUCT = "-//Technical Assistance Facility//Deployments//EN"
MISSION = "mission_days"
"""The attachment by which a mail enters, changes or removes the days of an invitation, as they are when it is sent."""

type Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


def booking_uid(booking: Linked | BookedMission) -> str:
    """The same for ever for one booking, whoever writes it into a calendar."""
    return f"{booking.deployment_id}-{booking.expert_id}@facility"


def calendar_of(linked: Linked, *, cancels: bool = False) -> bytes:
    """A calendar with the days as one event. It names place, reference and contact, and no institution: calendars are shared. `cancels`: it
    takes them out of the calendar into which they were put."""
    calendar = _new_calendar("CANCEL" if cancels else "PUBLISH")
    sequence = max(linked.calendar_sequence, int(cancels))
    calendar.add_component(_event(linked, linked.ended_at, sequence, linked.contact, cancels=cancels))
    content: bytes = calendar.to_ical()
    return content


def bookings_calendar(booked: Iterable[BookedMission], expert_id: UUID, on_call: Iterable[OwnWeek]) -> bytes:
    """All bookings and weeks on call of one expert, for a calendar that follows them: what is cancelled is in it no more."""
    calendar = _new_calendar()
    calendar.add("x-wr-calname", _("Missions of the facility"))
    for booking in booked:
        calendar.add_component(_event(booking, booking.booked_at, booking.calendar_sequence))
    for duty in on_call:
        calendar.add_component(_on_call(duty, expert_id))
    content: bytes = calendar.to_ical()
    return content


async def changed_entry(tx: Tx, invitation_id: UUID) -> list[tuple[str, UUID]]:
    """For a mail that tells of a change to a booking: the entry that it changes, with a higher number than any mail before."""
    (await tx.lock(Invitation, invitation_id)).calendar_sequence += 1
    return [(MISSION, invitation_id)]


@attachment(MISSION)
async def mission_days(
    connection: AsyncConnection, templates: jinja2.Environment, invitation_id: UUID
) -> Attachment:
    """What is true when the mail leaves: a mail that was late enters no booking that has ended meanwhile."""
    entry = await calendar_entry(connection, invitation_id, clock.now())
    method = "REQUEST" if entry.booked else "CANCEL"
    event = _event(entry, clock.now(), entry.calendar_sequence, entry.contact, cancels=not entry.booked)
    facility: Any = templates.globals["facility"]
    event.add("organizer", _person(facility.name, parseaddr(facility.contact)[1]))
    attendee = _person(entry.name, entry.email)
    attendee.params["partstat"], attendee.params["rsvp"] = "ACCEPTED", "FALSE"
    event.add("attendee", attendee)
    calendar = _new_calendar(method)
    calendar.add_component(event)
    return Attachment("mission.ics", f"text/calendar; method={method}", calendar.to_ical())


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["cn"] = name
    return person


def _new_calendar(method: str = "PUBLISH") -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _event(
    booking: Linked | BookedMission,
    at: datetime | None,
    sequence: int,
    contact: str = "",
    *,
    cancels: bool = False,
) -> Event:
    event = Event()
    event.add("uid", booking_uid(booking))
    event.add("sequence", sequence)
    event.add("dtstamp", at)
    event.add("dtstart", booking.starts_on)
    event.add("dtend", booking.ends_on + timedelta(days=1))  # the first day that does not belong to it
    event.add("summary", _("Mission {reference}: {place}", reference=booking.reference, place=booking.place))
    event.add("location", booking.place)
    whom = _("Contact: {contact}", contact=contact) if contact else ""
    if about := "\n".join(filter(None, (whom, footnotes(booking.place)))):
        event.add("description", about)
    event.add("status", _status(booking, cancels=cancels))
    return event


def _status(booking: Linked | BookedMission, *, cancels: bool) -> Status:
    """Tentative as long as no activity takes place on the days: file, feed and mails say the same."""
    if cancels:
        return "CANCELLED"
    return "TENTATIVE" if booking.adrift else "CONFIRMED"


def _on_call(duty: OwnWeek, expert_id: UUID) -> Event:
    """A week on call, as days on which one is free all the same."""
    event = Event()
    event.add("uid", f"on-call-{duty.theme_id}-{duty.week}-{expert_id}@facility")
    event.add("sequence", 0)
    event.add("dtstamp", duty.since)
    event.add("dtstart", duty.week)
    event.add("dtend", duty.week + timedelta(days=7))
    event.add("summary", _("On call: {theme}", theme=duty.theme))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED")
    return event
