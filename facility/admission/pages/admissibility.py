"""Admissibility and eligibility: the call's checklist, what is found beside what the officer judges, and the conclusion."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission import words
from facility.admission.pages.staff import may_be_judged, unsealed
from facility.admission.queries.checklist import Checklist, checklist
from facility.admission.rules.checklist import Judged, Verdict
from facility.admission.service.admissibility import check_admissibility
from facility.applications.queries.application import ApplicationShown
from facility.applications.rules.drafting import MAX_REASON
from facility.applications.rules.judged_items import Finding
from facility.applications.words import WORDS
from facility.calls.queries.duties import duties_in
from facility.calls.rules.segregation_of_duties import may_run
from facility.calls.words import calls as call_words
from facility.refused import Reason
from facility.web import render
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.sentences import sentence

CHECKS = {"allow": allow(Role.SECRETARIAT)}


async def _page(
    view: render.View, connection: AsyncConnection, application_id: UUID, fields: Fields, *, status: int = 200
) -> Page:
    application = await unsealed(connection, application_id)
    return await _shown(view, application, await checklist(connection, application), fields, status=status)


async def _shown(
    view: render.View,
    application: ApplicationShown,
    shown_checklist: Checklist,
    fields: Fields,
    *,
    status: int,
) -> Page:
    return view.page(
        "admission/admissibility.html",
        status=status,
        application=application,
        lines=shown_checklist.lines,
        texts={
            line.item.key: line.item.text or translated(call_words.CHECKLIST[line.item.key])
            for line in shown_checklist.lines
        },
        figures={
            line.item.key: words.finding_in_words(line.item.key, line.automatic)
            for line in shown_checklist.lines
        },
        labels=_labels(shown_checklist),
        findings=words.FINDINGS,
        verdicts=words.VERDICTS,
        form=fields,
        **WORDS,
    )


def _labels(shown_checklist: Checklist) -> dict[str, str]:
    """What the summary of mistakes calls the fields."""
    named = {
        f"{line.item.key}-{part}": _("Item {number}", number=number)
        for number, line in enumerate(shown_checklist.lines, start=1)
        for part in ("verdict", "reason")
    }
    return named | {"admissible": _("Conclusion"), "reason": _("Conclusion")}


@get("/applications/{application_id:uuid}/admissibility", opt=CHECKS)
async def admissibility_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The checklist, filled with what is found, or with what was judged before."""
    application = await unsealed(read, application_id)
    may_be_judged(application)
    may_run((await duties_in(read, application.call_id)).get(view.me.id))
    shown_checklist = await checklist(read, application)
    values: dict[str, str | list[str]] = {
        f"{line.item.key}-verdict": line.automatic.finding.value
        for line in shown_checklist.lines
        if line.automatic.finding is not Finding.UNKNOWN
    }
    for item in application.checks[0].items if application.checks else []:
        values |= {f"{item.key}-verdict": item.verdict, f"{item.key}-reason": item.reason}
    return await _shown(view, application, shown_checklist, Fields.showing(values), status=200)


@post("/applications/{application_id:uuid}/admissibility", opt=CHECKS)
async def judge_admissibility(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Writes down the judgement on each item, and the conclusion with its reason."""
    connection = await tx.session.connection()
    shown_checklist = await checklist(connection, await unsealed(connection, application_id))
    fields = Fields(form)
    admissible = fields.choice("admissible", ("yes", "no")) == "yes"
    reason = fields.text("reason", missing=None, most=MAX_REASON, multiline=True)
    judged = {
        item.key: judgement for item in shown_checklist.items if (judgement := _judged(fields, item.key))
    }

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, application_id, fields, status=status)

    async with redrawn(tx, fields, again):
        await check_admissibility(tx, application_id, admissible=admissible, reason=reason, judged=judged)
    return view.go(f"/applications/{application_id}", _("The assessment is saved."))


def _judged(fields: Fields, key: str) -> Judged | None:
    """The judgement on one item; None where none is chosen."""
    reason = fields.text(f"{key}-reason", missing=None, most=1000, multiline=True)
    if not fields.given(f"{key}-verdict"):
        fields.wrong(f"{key}-verdict", sentence(Reason("item_not_judged")))
        return None
    return Judged(fields.one_of(f"{key}-verdict", Verdict), reason)


HANDLERS = [admissibility_form, judge_admissibility]
