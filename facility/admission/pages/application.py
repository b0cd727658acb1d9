"""What staff find at the address of an application."""

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission import words
from facility.admission.pages.staff import judgeable
from facility.admission.queries.consultation import consultations
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.history import told_to_staff
from facility.applications.queries.tracker import tracker
from facility.applications.registry import shown_to_staff
from facility.applications.words import WORDS
from facility.calls.queries.duties import why_not_run
from facility.calls.words import calls
from facility.refused import Reason, refuse
from facility.web import render
from facility.web.access import Role
from facility.web.handler import Page
from facility.web.sentences import sentence


@shown_to_staff
async def for_staff(view: render.View, read: AsyncConnection, application: ApplicationShown) -> Page:
    """A draft is not there for them, a sealed one says so, an opened one is shown with what their role may see."""
    if application.received_at is None:
        # A draft is the business of those who write it.
        refuse("not_found", kind="missing", what="application")
    steps = await tracker(read, application.id, staff=True)
    if application.sealed:
        return view.page("admission/sealed.html", application=application, tracker=steps, **WORDS)
    secretariat = view.me.has(Role.SECRETARIAT)
    checks = secretariat and judgeable(application)
    why_not = await why_not_run(read, application.call_id, view.me.id) if checks else ""
    return view.page(
        "admission/staff.html",
        application=application,
        tracker=steps,
        whole=secretariat,
        reasons=[sentence(Reason(code)) for code in application.reasons],
        consultations=await consultations(read, application.id),
        consultation_states=words.CONSULTATIONS,
        checklist_texts=calls.CHECKLIST,
        verdicts=words.VERDICTS_BY_VALUE,
        may_check=checks and not why_not,
        why_not=why_not,
        may_decide=view.me.has(Role.AUTHORISING)
        and application.track == "exception"
        and application.status == "submitted",
        may_trace=view.me.has(Role.AUDITOR),
        history=await told_to_staff(read, application.id)
        if view.me.has(Role.AUDITOR, Role.SECRETARIAT)
        else [],
        **WORDS,
    )
