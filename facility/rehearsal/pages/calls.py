"""Rehearsing a call from its draft: its rules, played with the applications of the past."""

import asyncio
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.queries.staff import CallStaff, staff_call
from facility.rehearsal.pages.scenario import EXAMPLES, example_file, played
from facility.rehearsal.service.check import check
from facility.rehearsal.service.from_call import Source, scenario_from
from facility.rehearsal.service.past import PastCall, past_calls, past_source
from facility.web.access import DECIDERS, allow
from facility.web.fields import Fields
from facility.web.filters import moment
from facility.web.handler import Database, Form, FromPath, Page, Read, View
from facility.web.i18n import _, translated
from facility.web.stops import Wrong


def _form_page(
    view: View,
    call: CallStaff,
    past: list[PastCall],
    form: Fields,
    *,
    status: int = 200,
    notes: list[str] | None = None,
) -> Page:
    sources = [
        (
            str(past_call.id),
            _(
                "{call}: {title}, decided {at}",
                call=past_call.reference,
                title=past_call.title,
                at=moment(past_call.decided_at),
            ),
        )
        for past_call in past
    ]
    sources += [(name, _("Example: {title}", title=translated(label))) for name, label in EXAMPLES.items()]
    return view.page(
        "rehearsal/from_call.html", status=status, call=call, form=form, sources=sources, notes=notes or []
    )


@get("/rehearsal/calls/{call_id:uuid}", opt={"allow": allow(*DECIDERS)})
async def choose(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """Which applications to play with the rules of this call."""
    call = await staff_call(read, call_id)
    return _form_page(view, call, await past_calls(read, view.me.id), Fields.showing())


@post("/rehearsal/calls/{call_id:uuid}", opt={"allow": allow(*DECIDERS)})
async def rehearse_call(view: View, db: Database, form: Form, call_id: FromPath[UUID]) -> Page:
    """Play them and show the ranking that would have been."""
    fields = Fields(form)
    async with db.reader() as read:
        call = await staff_call(read, call_id)
        past = await past_calls(read, view.me.id)
        chosen = fields.choice("source", [*(str(past_call.id) for past_call in past), *EXAMPLES])
        if not fields.are_right():
            raise Wrong(_form_page(view, call, past, fields, status=fields.status))
        mapped = scenario_from(call.draft, await _source(read, chosen, view.me.id))
    if mapped.scenario is None:
        raise Wrong(_form_page(view, call, past, fields, status=422, notes=mapped.notes))
    return await played(view, db, mapped.scenario, mapped.notes)


async def _source(connection: AsyncConnection, chosen: str, viewer: UUID) -> Source:
    if chosen in EXAMPLES:
        scenario = await asyncio.to_thread(check, example_file(chosen))
        return Source(scenario.scenario, scenario.call.grid, scenario.call.closes_at, scenario.applications)
    return await past_source(connection, UUID(chosen), viewer)


HANDLERS = [choose, rehearse_call]
