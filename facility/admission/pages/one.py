"""The address of an application: what lead and partners find there, and what staff may see."""

from uuid import UUID

from litestar import get
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries import history_lines
from facility.admission import words
from facility.admission.pages.staff import judgeable
from facility.admission.queries.consultation import consultations
from facility.applications import queries
from facility.applications.pages.lead import lead_page
from facility.applications.pages.partner import partner_page
from facility.applications.pages.shared import BY_READERS, STAFF, WORDS
from facility.applications.queries import ApplicationShown
from facility.calls import words as calls
from facility.calls.queries.duties import why_not_run
from facility.refused import Reason, refuse
from facility.web import render
from facility.web.access import Role
from facility.web.fields import Fields
from facility.web.handler import FromPath, Page, Read, View
from facility.web.sentences import sentence


@get("/applications/{application_id:uuid}", opt=BY_READERS)
async def application(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The page that every link to an application leads to."""
    if view.me.has(Role.ASSESSOR) and not view.me.has(*STAFF):
        return view.go(f"/assessments/{application_id}")
    found = await queries.shown(read, application_id)
    if view.me.has(*STAFF):
        return await _for_staff(view, read, found)
    if found.parts.lead.institution_id == view.me.institution_id:
        return await lead_page(view, read, found)
    return await partner_page(view, read, found, Fields.showing({"signatory_name": view.me.name}))


async def _for_staff(view: render.View, read: AsyncConnection, found: ApplicationShown) -> Page:
    if found.received_at is None:
        # A draft is the business of those who write it.
        refuse("not_found", kind="missing", what="application")
    if found.sealed:
        return view.page("admission/sealed.html", application=found, **WORDS)
    secretariat = view.me.has(Role.SECRETARIAT)
    checks = secretariat and judgeable(found)
    why_not = await why_not_run(read, found.call_id, view.me.id) if checks else ""
    return view.page(
        "admission/staff.html",
        application=found,
        whole=secretariat,
        reasons=[sentence(Reason(code)) for code in found.reasons],
        consultations=await consultations(read, found.id),
        consultation_states=words.CONSULTATIONS,
        checklist_texts=calls.CHECKLIST,
        verdicts=words.VERDICTS_BY_VALUE,
        may_check=checks and not why_not,
        why_not=why_not,
        may_decide=view.me.has(Role.AUTHORISING)
        and found.track == "exception"
        and found.status == "submitted",
        may_trace=view.me.has(Role.AUDITOR),
        history=await history_lines(read, found.id) if view.me.has(Role.AUDITOR, Role.SECRETARIAT) else [],
        **WORDS,
    )


HANDLERS = [application]
