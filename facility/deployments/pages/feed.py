"""The bookings of one expert, for the calendar that follows them by a secret address."""

from litestar import get

from facility.deployments.queries.booked import bookings_by_link
from facility.deployments.service.calendar import bookings_calendar
from facility.web.access import ANYONE, allow
from facility.web.handler import FromPath, Limits, Page, Read, View
from facility.web.limits import Rate, address_of

BY_LINK = Rate("bookings-link", 300, 600)


@get("/link/bookings/{token:str}", opt={"allow": allow(ANYONE)})
async def bookings(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """All that stand; what was cancelled is in it no more."""
    await limits.hit(BY_LINK, address_of(view.scope))
    booked = await bookings_by_link(read, token)
    return view.download(bookings_calendar(booked), "bookings.ics", "text/calendar", inline=True)


HANDLERS = [bookings]
