"""The start page: for visitors what the facility is and what is open; for those signed in their work."""

from datetime import datetime
from typing import Any

from litestar import Request, get
from litestar.response.streaming import ASGIStreamingResponse

from facility import clock
from facility.calls.queries.lists import CallLine, current_calls
from facility.web.access import ANYONE, SIGNED_IN, allow
from facility.web.filters import instant
from facility.web.handler import Database, FromPath, FromQuery, Page, Read, View
from facility.web.i18n import N_, _, filled, translated
from facility.web.streams import events
from facility.web.waiting import KINDS, SOON, Task, Work, all_of, home_of, mark, work_of
from facility.web.watches import messages, watch_of

GROUPS = {
    "soon": N_("Overdue or due within 48 hours"),
    "week": N_("This week"),
    "later": N_("Later"),
    "others": N_("Waiting for others"),
}
LOOK_SECONDS = 10.0
"""How fresh work is. In the last minute before a deadline the log moves all the time: so each open page asks at most
so often."""


@get("/", opt={"allow": allow(ANYONE)})
async def start(view: View, read: Read, call: FromQuery[str] = "") -> Page:
    """What the facility is and what is open; for those signed in what they can do now, of all calls or of one."""
    if view.visitor and (place := home_of(view.visitor)):
        return view.go(place)
    open_calls, coming = await current_calls(read, clock.now())
    if view.visitor is None:
        return view.page("calls/front.html", open_calls=open_calls, coming=coming)
    work = await work_of(read, view.visitor, call or None)
    return view.page("calls/work.html", part="calls/_work.html", **shown(work, open_calls, coming, call))


def shown(work: Work, open_calls: list[CallLine], coming: list[CallLine], call: str = "") -> dict[str, Any]:
    """What the page of somebody's work shows."""
    return {
        "open_calls": open_calls,
        "coming": coming,
        "groups": [
            (name, translated(GROUPS[name]), _lines(tasks, work.now)) for name, tasks in work.groups.items()
        ],
        "more": [
            (translated(KINDS[key].label), f"/waiting/{key}", count) for key, count in work.beyond.items()
        ],
        "mark": work.mark,
        "call": call,
        "calls": _calls(work),
        "next_date": _next_date(open_calls, coming),
    }


def _lines(tasks: list[Task], now: datetime) -> list[tuple[Task, str]]:
    """Each task with the colour of the time that is left."""
    return [(task, _colour(task.until, now)) for task in tasks]


def _colour(until: datetime | None, now: datetime) -> str:
    if until is None or until > now + SOON:
        return "plain"
    return "wait" if until > now else "bad"


def _calls(work: Work) -> list[str]:
    return sorted({task.call for task in work.tasks if task.call})


def _next_date(open_calls: list[CallLine], coming: list[CallLine]) -> str:
    dates = [
        *(
            (line.closes_at, N_("The next date is {at}: {call} closes."), line.reference)
            for line in open_calls
        ),
        *((line.opens_at, N_("The next date is {at}: {call} opens."), line.reference) for line in coming),
    ]
    if not dates:
        return _("No call is open, and none is announced.")
    at, sentence, reference = min(dates)
    return filled(sentence, at=instant(at), call=reference)


@get("/work/stream", opt={"allow": allow(SIGNED_IN)})
async def follow(
    view: View, db: Database, request: Request[Any, Any, Any], after: FromQuery[str] = ""
) -> ASGIStreamingResponse:
    """Server-sent events: a message when something has happened since the mark `after`, or the last one received."""
    watch = watch_of(request.app.state, "work", db, mark, LOOK_SECONDS)
    return events(view.scope, messages(watch, request.headers.get("last-event-id") or after))


@get("/waiting/{key:str}", opt={"allow": allow(SIGNED_IN)})
async def waits_for_you(view: View, read: Read, key: FromPath[str]) -> Page:
    """Everything of one kind, what presses most first."""
    kind, tasks = await all_of(read, view.me, key)
    return view.page(
        "calls/waiting.html", kind=kind, label=translated(kind.label), lines=_lines(tasks, clock.now())
    )


HANDLERS = [start, follow, waits_for_you]
