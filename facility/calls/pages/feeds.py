"""Deadlines for calendars, and what was published for feed readers."""

from urllib.parse import quote

from litestar import get

from facility import clock
from facility.calls.pages.atom import feed_of
from facility.calls.pages.calendar import calendar_of
from facility.calls.queries import feeds
from facility.calls.queries.feeds import entries
from facility.calls.queries.public import public_call
from facility.refused import Reason, Refused
from facility.web.access import ANYONE, allow
from facility.web.handler import FromPath, Page, Read, View
from facility.web.i18n import _

CALENDAR = "text/calendar"
ATOM = "application/atom+xml"


@get("/calls.ics", opt={"allow": allow(ANYONE)})
async def all_deadlines(view: View, read: Read) -> Page:
    """The dates of all calls; cancelled ones say so."""
    calls = await feeds.all_deadlines(read, clock.now())
    settings = view.renderer.settings
    content = calendar_of(
        calls,
        settings.base_url,
        name=_("Calls of the {facility}", facility=settings.facility_name),
        funding=view.renderer.funding,
    )
    return view.download(content, "calls.ics", CALENDAR, inline=True)


@get("/calls/{reference:str}/deadlines.ics", opt={"allow": allow(ANYONE)})
async def deadlines(view: View, read: Read, reference: FromPath[str]) -> Page:
    """The dates of one call. Once it is cancelled, the file takes them out of calendars."""
    call = await feeds.deadlines(read, reference)
    if call is None:
        raise Refused([Reason("not_found")], "missing")
    content = calendar_of(
        [call],
        view.renderer.settings.base_url,
        name=_("Call {call}", call=call.reference),
        funding=view.renderer.funding,
        cancels=call.cancelled_at is not None,
    )
    return view.download(content, f"{call.reference}.ics", CALENDAR)


@get("/calls.atom", opt={"allow": allow(ANYONE)})
async def feed(view: View, read: Read) -> Page:
    """Calls, corrigenda, cancellations and answers, the newest first."""
    settings = view.renderer.settings
    content = feed_of(
        await entries(read),
        settings.base_url,
        "/calls.atom",
        title=settings.facility_name,
        funding=view.renderer.funding,
    )
    return view.download(content, "calls.atom", ATOM, inline=True)


@get("/calls/{reference:str}/feed.atom", opt={"allow": allow(ANYONE)})
async def call_feed(view: View, read: Read, reference: FromPath[str]) -> Page:
    """The same of one call."""
    call = await public_call(read, reference)
    settings = view.renderer.settings
    path = f"/calls/{quote(call.reference, safe='')}/feed.atom"
    content = feed_of(
        await entries(read, call.reference),
        settings.base_url,
        path,
        title=_("Call {call}", call=call.reference),
        funding=view.renderer.funding,
    )
    return view.download(content, f"{call.reference}.atom", ATOM, inline=True)


HANDLERS = [all_deadlines, deadlines, feed, call_feed]
