"""The Commission's page, what stands behind each of its figures, and the stream that tells when they move."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.response.streaming import ASGIStreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.activities.access import PERSONAL, SEES_PERSONAL
from facility.activities.words import EVIDENCE, KINDS, NOT_COUNTED
from facility.monitoring import words
from facility.monitoring.models import FACILITY_INDICATOR
from facility.monitoring.pages import exports
from facility.monitoring.queries import lists
from facility.monitoring.queries import overview as queries
from facility.monitoring.queries.overview import CallLine
from facility.refused import refuse
from facility.web import render, sheets
from facility.web.access import STAFF, allow
from facility.web.deadlines import missed_in
from facility.web.handler import Database, FromPath, FromQuery, Page, Read, View
from facility.web.pictures import Axis
from facility.web.streams import events
from facility.web.watches import messages, watch_of
from facility.zone import FIRST_DAY, LAST_DAY, brussels_midnight

WATCH = {"allow": allow(*STAFF)}
DRAWN = timedelta(days=730)
"""How far back a timeline of calls reaches."""


@get("/commission", opt=WATCH)
async def commission(view: View, read: Read, seen: FromQuery[int | None] = None) -> Page:
    """All figures, as far as they are counted; asked for by the page itself, only their part."""
    overview = await queries.overview(read, view.me.id)
    newest = max((line.position for line in overview.headlines), default=0)
    return view.page(
        "monitoring/commission.html",
        part="monitoring/_commission.html",
        overview=overview,
        opened=await view.open_to_me(read, [call.awards for call in overview.calls]),
        seen=newest if seen is None else seen,
        chart=chart(overview, clock.now().astimezone(clock.BRUSSELS).year),
        lines=words.lines(overview.headlines, seen),
    )


def chart(overview: queries.Overview, this_year: int) -> dict[str, Any]:
    """The years of the chart, what was done by the end of each so far, and the targets."""
    last = max(this_year, overview.baseline_year, *overview.counted)
    years = range(overview.baseline_year, max(last, *(target.year for target in overview.targets)) + 1)
    return {
        "years": list(years),
        "points": [(year, overview.by(year)) for year in years if year <= last],
        "targets": [
            (overview.baseline_year, overview.baseline),
            *((target.year, int(target.value)) for target in overview.targets),
        ],
    }


@get("/commission/stream", opt=WATCH)
async def follow(
    view: View, db: Database, request: Request[Any, Any, Any], after: FromQuery[str] = ""
) -> ASGIStreamingResponse:
    """Server-sent events: a message whenever figures have moved since the mark `after`, or the last one received."""
    watch = watch_of(request.app.state, "figures", db, queries.mark, every=1.0)
    return events(view.scope, messages(watch, request.headers.get("last-event-id") or after))


@get("/commission/indicators", opt=WATCH)
async def indicators(view: View, read: Read) -> Page:
    """All indicators of the action, by result."""
    return view.page(
        "monitoring/indicators.html",
        indicators=await lists.indicators(read),
        units=words.UNITS,
        facility_indicator=FACILITY_INDICATOR,
    )


@get("/commission/indicators/{code:str}", opt=WATCH)
async def indicator(
    view: View,
    read: Read,
    code: FromPath[str],
    year: FromQuery[int | None] = None,
    counted: FromQuery[str] = "yes",
    before: FromQuery[UUID | None] = None,
) -> Page:
    """One indicator; for the facility's own, every activity that counts, or that doesn't and why."""
    indicator = await lists.indicator(read, code)
    shown: dict[str, Any] = {"indicator": indicator, "units": words.UNITS}
    if indicator.code != FACILITY_INDICATOR:
        return view.page("monitoring/indicator.html", **shown)
    year = None if year is None or not FIRST_DAY.year <= year <= LAST_DAY.year else year
    lines, older = await lists.units(read, view.me.id, counted=counted != "no", year=year, before=before)
    overview = await queries.overview(read, view.me.id)
    return view.page(
        "monitoring/joint_activities.html",
        **shown,
        overview=overview,
        chart=chart(overview, clock.now().astimezone(clock.BRUSSELS).year),
        lines=lines,
        older=older,
        before=before,
        year=year,
        counted=counted != "no",
        kinds=KINDS,
        not_counted=NOT_COUNTED,
    )


@get("/commission/units/{activity_id:uuid}", opt=WATCH)
async def unit(view: View, read: Read, activity_id: FromPath[UUID]) -> Page:
    """One unit of indicator 10.1: its activity, award, application, experts and evidence."""
    return view.page(
        "monitoring/unit.html",
        shown=await lists.unit(read, activity_id),
        kinds=KINDS,
        evidence_kinds=EVIDENCE,
        not_counted=NOT_COUNTED,
        hidden_kinds=frozenset() if view.me.has(*SEES_PERSONAL) else PERSONAL,
    )


@get("/commission/requests", opt=WATCH)
async def requests(view: View, read: Read, before: FromQuery[UUID | None] = None) -> Page:
    """Requests for expertise, and how long each took."""
    lines, older = await lists.requests(read, view.me.id, before=before)
    return view.page("monitoring/requests.html", lines=lines, older=older, before=before)


@get("/commission/calls", opt=WATCH)
async def calls(view: View, read: Read, before: FromQuery[UUID | None] = None) -> Page:
    """Published calls with what came in, what was awarded, and how long the answer took."""
    lines, older = await lists.calls(read, before=before)
    opened = await view.open_to_me(read, [line.awards for line in lines])
    now = clock.now()
    today = now.astimezone(clock.BRUSSELS).date()
    return view.page(
        "monitoring/calls.html",
        calls=lines,
        missed=await missed_in(read, [line.id for line in lines], today),
        timeline=timeline(lines, await lists.held_in(read, lines, view.me.id), now),
        opened=opened,
        older=older,
        before=before,
    )


def timeline(calls: Sequence[CallLine], held: Sequence[lists.Held], now: datetime) -> dict[str, Any]:
    """The span of these calls with all that is held in them, and what is held in each; what is older than DRAWN is left out."""
    drawn = [call for call in calls if call.closes_at > now - DRAWN]
    by_call = {call.id: [line for line in held if line.call_id == call.id] for call in drawn}
    ends = [brussels_midnight(line.ends_on) for lines in by_call.values() for line in lines]
    starts = [max(call.opens_at, now - DRAWN) for call in drawn]
    return {
        "calls": drawn,
        "held": by_call,
        "axis": Axis(min([now, *starts]), max([now, *(call.closes_at for call in drawn), *ends])),
    }


@get("/commission/exports/{name:str}", opt=WATCH)
async def export(view: View, db: Database, name: FromPath[str]) -> Page:
    """A table of figures as CSV."""
    if long := exports.LONG.get(name):
        return sheets.sent(sheets.csv_stream(long.head(), long.batches(db, view.me.id)), name, sheets.CSV)
    if name not in SHORT:
        refuse("not_found", kind="missing", what="export")
    async with db.reader() as connection:
        return view.download(await _content(view, connection, name), name, sheets.CSV)


SHORT = ("indicators.csv", "money.csv")


async def _content(view: render.View, read: AsyncConnection, name: str) -> bytes:
    if name == "money.csv":
        return exports.money_csv((await queries.overview(read, view.me.id)).contracts)
    return exports.indicators_csv(await lists.indicators(read))


HANDLERS = [commission, follow, indicators, indicator, unit, requests, calls, export]
