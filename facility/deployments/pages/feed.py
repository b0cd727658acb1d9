"""The bookings of one expert and their weeks on call, for the calendar that follows them by a secret address."""

from litestar import get

from facility.deployments.queries import booked as queries
from facility.deployments.service.calendar import bookings_calendar
from facility.experts.queries.rota import own_weeks
from facility.web.access import ANYONE, allow
from facility.web.handler import FromPath, Limits, Page, Read, View
from facility.web.limits import Rate, address_of
from facility.zone import FIRST_DAY

BY_LINK = Rate("bookings-link", 300, 600)


@get("/link/bookings/{token:str}", opt={"allow": allow(ANYONE)})
async def bookings(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """All that stand; what was cancelled is in it no more."""
    await limits.hit(BY_LINK, address_of(view.scope))
    expert_id = await queries.follower(read, token)
    booked = await queries.bookings(read, expert_id)
    content = bookings_calendar(booked, expert_id, await own_weeks(read, expert_id, FIRST_DAY))
    return view.download(content, "bookings.ics", "text/calendar", inline=True)


HANDLERS = [bookings]
