"""One action on the applications that were ticked in the list, each checked by its own rule."""

from typing import Any
from urllib.parse import parse_qs

from litestar import post

from facility.admission.pages.received import BY_STAFF, address, list_page, list_query_of, streamed
from facility.admission.queries.narrowing import Filters
from facility.admission.registry.received import HERE
from facility.admission.service import bulk
from facility.web.access import Role
from facility.web.fields import Fields
from facility.web.handler import Database, Form, Page, View
from facility.web.i18n import N_, _, translated
from facility.web.sentences import sentence
from facility.web.stops import Stop

EXPORTS = ("csv", "xlsx")
NOTHING_TICKED = N_("Tick at least one application.")


@post(f"{HERE}/selected", opt=BY_STAFF, status_code=200)
async def selected(view: View, form: Form, db: Database) -> Page:
    """Exports the ticked applications, or marks those admissible in which the facility finds nothing wrong; shows the
    outcome of each."""
    fields = Fields(form)
    query = fields.hidden("query", most=2000)
    deed = fields.choice("deed", ("admissible", *EXPORTS))
    chosen = fields.keys("chosen") if fields.given("chosen") else []
    fields.check()
    listed = list_query_of(parse_qs(query))
    wrong = ""
    if not chosen:
        wrong = translated(NOTHING_TICKED)
    elif len(chosen) > bulk.MOST:
        wrong = _("Tick at most {most} applications at a time.", most=bulk.MOST)
    if wrong:
        async with db.reader() as connection:
            return await list_page(view, connection, listed, wrong=wrong)
    if deed in EXPORTS:
        return streamed(view, db, Filters(sort=listed.filters.sort), deed, chosen)
    if not view.me.has(Role.SECRETARIAT):
        raise Stop(403, "not_yours")
    outcomes = await bulk.do_each(
        db, chosen, bulk.mark_admissible, now=view.scope["state"]["received_at"], actor=view.me.id
    )
    results = [
        (outcome, [sentence(reason) for reason in outcome.reasons])
        for outcome in outcomes
        if outcome.reference
    ]
    return view.page(
        "admission/selected.html",
        done=[outcome for outcome, reasons in results if not reasons],
        refused=[(outcome, reasons) for outcome, reasons in results if reasons],
        back=address(listed.set_filters),
    )


HANDLERS: list[Any] = [selected]
