"""The public pages: the front page, the list of calls, and one call with all its rules."""

from litestar import get

from facility import clock
from facility.calls import queries
from facility.calls.words import ties
from facility.web.access import ANYONE, Role, allow
from facility.web.handler import FromPath, FromQuery, Page, Read, View
from facility.web.i18n import _
from facility.web.waiting import waiting


@get("/", opt={"allow": allow(ANYONE)})
async def front(view: View, read: Read) -> Page:
    """What the facility is, what is open now, and how it works; for those signed in, what waits for them."""
    open_calls, coming = await queries.current_calls(read, clock.now())
    mine = await waiting(read, view.visitor) if view.visitor else []
    work = [(_(one.label), one.href, one.count) for one in mine]
    return view.page("calls/front.html", open_calls=open_calls, coming=coming, work=work)


@get("/calls", opt={"allow": allow(ANYONE)})
async def calls(view: View, read: Read, before: FromQuery[str | None] = None) -> Page:
    """Calls that are open, to come and over; further pages hold only what is over."""
    now = clock.now()
    open_calls, coming = ([], []) if before else await queries.current_calls(read, now)
    past, older = await queries.past_calls(read, now, before)
    return view.page(
        "calls/calls.html",
        open_calls=open_calls,
        coming=coming,
        past=past,
        older=older,
        before=before,
    )


@get("/calls/{reference:str}", opt={"allow": allow(ANYONE)})
async def call(view: View, read: Read, reference: FromPath[str]) -> Page:
    """One call: who may apply, for what, how much, until when, and how it will be judged."""
    found = await queries.public_call(read, reference)
    now = clock.now()
    return view.page(
        "calls/call.html",
        call=found,
        ties=ties(found.grid),
        is_open=found.opens_at <= now <= found.closes_at,
        is_over=now > found.closes_at,
        may_apply=view.visitor is None or view.visitor.has(Role.OFFICER),
    )


HANDLERS = [front, calls, call]
