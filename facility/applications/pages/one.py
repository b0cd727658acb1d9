"""One application: the lead's task list or overview, the partners' view, and what staff may see."""

from typing import Any
from uuid import UUID

from litestar import get
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries import history_lines
from facility.applications import queries, review_words, words
from facility.applications.pages import tasks
from facility.applications.pages.desk import unsaved_sections
from facility.applications.pages.history import told_to_parties
from facility.applications.pages.partner import partner_page
from facility.applications.pages.shared import BY_READERS, STAFF, WORDS
from facility.applications.queries import ApplicationShown
from facility.applications.queries.consultation import consultations
from facility.applications.queries.news import news
from facility.applications.rules import BEFORE_DECISION
from facility.calls import words as calls
from facility.calls.changes import meanings
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
        return await _for_lead(view, read, found)
    return await partner_page(view, read, found, Fields.showing({"signatory_name": view.me.name}))


async def _for_lead(view: render.View, read: AsyncConnection, found: ApplicationShown) -> Page:
    lines = await told_to_parties(read, found.id)
    since = await news(read, found.id)
    told: dict[str, Any] = {
        "news": since,
        "meanings": [one for before, after in since.corrigenda for one in meanings(before, after)],
    }
    if found.is_draft:
        return view.page(
            "applications/tasks.html",
            application=found,
            tasks=tasks.tasks(found, clock.now(), await unsaved_sections(read, found, view.me.id)),
            history=lines,
            **told,
            **WORDS,
        )
    decided = found.call_decided_at is not None
    return view.page(
        "applications/submitted.html",
        application=found,
        state=words.told_to_parties(found.status, decided=decided),
        may_withdraw=not decided and found.status in BEFORE_DECISION,
        may_take_up=found.withdrawn_at is not None
        and found.can_be_taken_up(clock.now())
        and not found.call.cancelled,
        history=lines,
        **told,
        **WORDS,
    )


async def _for_staff(view: render.View, read: AsyncConnection, found: ApplicationShown) -> Page:
    if found.received_at is None:
        # A draft is the business of those who write it.
        refuse("not_found", kind="missing", what="application")
    if found.sealed:
        return view.page("applications/sealed.html", application=found, **WORDS)
    secretariat = view.me.has(Role.SECRETARIAT)
    return view.page(
        "applications/staff.html",
        application=found,
        whole=secretariat,
        reasons=[sentence(Reason(code)) for code in found.reasons],
        consultations=await consultations(read, found.id),
        consultation_states=review_words.CONSULTATIONS,
        checklist_texts=calls.CHECKLIST,
        verdicts=review_words.VERDICTS_BY_VALUE,
        may_check=secretariat and found.track == "joint" and found.call_decided_at is None,
        may_decide=view.me.has(Role.AUTHORISING)
        and found.track == "exception"
        and found.status == "submitted",
        history=await history_lines(read, found.id) if view.me.has(Role.AUDITOR, Role.SECRETARIAT) else [],
        **WORDS,
    )


HANDLERS = [application]
