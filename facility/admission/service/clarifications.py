"""Clarifications of what came in: asked, answered by a link, lapsed, settled. What was submitted stays as it is."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, or_, select

from facility.admission.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationAskedAgain,
    ClarificationCancelled,
    ClarificationLapsed,
    ClarificationReminded,
    ClarificationSettled,
)
from facility.admission.models.clarification import Clarification, ClarificationDocument
from facility.admission.rules import clarification as asking
from facility.admission.rules.asking import may_ask
from facility.admission.rules.clarification import (
    APPLIED,
    ClarificationKind,
    ClarificationState,
    ClericalField,
)
from facility.admission.service.asking import (
    CALLS_OFF,
    begin,
    cancel_with_the_application,
    lock_about,
    may_be_answered,
    write,
)
from facility.applications.events import DocumentInfected, DocumentRefused
from facility.applications.models.application import ClassifiedRefusal, Party
from facility.applications.service.editing import lead_of, status_of
from facility.db import Database, Tx, new_id
from facility.events.log import record
from facility.events.schedule import scheduled
from facility.files.intake import Paper, RefusalReason
from facility.inquiries.delivery import is_undelivered
from facility.inquiries.kinds import Mailing, RemindingKind
from facility.inquiries.service import (
    Locked,
    ask_anew,
    end,
    end_what_is_over,
    lock_all,
    lock_in_time,
    lock_to_answer,
    put,
    record_event,
    remind,
)
from facility.outbox.models import Link
from facility.refused import refuse
from facility.web.i18n import N_


async def _write_lead(tx: Tx, clarification: Clarification, mailing: Mailing, link: Link | None) -> None:
    """To the lead's contact; whoever has given no address gets none."""
    lead = await tx.get(Party, await lead_of(tx, clarification.application_id))
    if lead.contact_email:
        await write(tx, clarification, mailing, link, to=lead.contact_email, to_name=lead.contact_name)


CLARIFICATION = RemindingKind(
    table=Clarification,
    about="application_id",
    lock=lock_about,
    may_answer=may_be_answered,
    begin=begin,
    write=_write_lead,
    asks=Mailing("admission/clarify", N_("A question on {reference}")),
    reminds=Mailing("admission/clarify_again", N_("Reminder: please answer on {reference}")),
    calls_off=CALLS_OFF,
    silent=ClarificationState.LAPSED,
    asked_again=ClarificationAskedAgain,
    reminded=ClarificationReminded,
    ended_silent=ClarificationLapsed,
    cancelled=ClarificationCancelled,
    over="clarification_over",
)
# An answer that nobody has accepted yet rewrites nothing of what has ended.
_TO_SETTLE = and_(Clarification.state == ClarificationState.ANSWERED, Clarification.settled_at.is_(None))
cancel_with_the_application(CLARIFICATION, or_(Clarification.state == ClarificationState.OPEN, _TO_SETTLE))


async def ask_for_clarification(
    tx: Tx,
    application_id: UUID,
    *,
    kind: ClarificationKind,
    question: str,
    field: ClericalField | None = None,
    days: int = asking.USUAL_DAYS,
) -> Clarification:
    """Ask the lead, by a mail with a link; the period in working days. What the same person has asked in the same words, and
    is not answered, is not asked twice. Refused: as `may_ask` and `check_question`."""
    about = await lock_about(tx, application_id)
    may_ask(status_of(about.application), sealed=about.application.sealed, decided=about.decided)
    asking.check_question(kind, field, question, days)
    values = {
        "application_id": application_id,
        "kind": kind.value,
        "field": field.value if field and kind is ClarificationKind.CLERICAL else None,
        "question": question.strip(),
        "asked_by": tx.actor,
        "days": days,
    }
    query = select(Clarification).filter_by(**values, state=ClarificationState.OPEN)
    if same := (await tx.session.scalars(query.limit(1))).first():
        return same
    clarification = put(tx, CLARIFICATION, about, **values)
    await record_event(tx, clarification, ClarificationAsked)
    return clarification


async def may_answer_now(
    tx: Tx, clarification_id: UUID, *, text: str, value: str, name: str, papers: int
) -> Clarification:
    """The clarification, locked, if it may be answered so. Asked before the papers are searched and stored, and again by
    `answer_clarification`. Refused: "application_ended", "clarification_over", as `check_answer`."""
    clarification, _about = await lock_in_time(tx, CLARIFICATION, clarification_id)
    kind = ClarificationKind(clarification.kind)
    asking.check_answer(kind, text=text, value=value, documents=papers, name=name)
    return clarification


async def answer_clarification(
    tx: Tx,
    clarification_id: UUID,
    *,
    text: str = "",
    value: str = "",
    name: str,
    papers: Sequence[Paper] = (),
) -> Clarification:
    """What the lead says, with documents beside; once, in the period.

    Refused: as `may_answer_now`.
    """
    clarification = await may_answer_now(
        tx, clarification_id, text=text, value=value, name=name, papers=len(papers)
    )
    end(tx, clarification, ClarificationState.ANSWERED)
    clarification.answer, clarification.value = text.strip(), value.strip()
    clarification.responder = name.strip()
    for number, paper in enumerate(papers, start=1):
        tx.add(
            ClarificationDocument(
                id=new_id(),
                clarification_id=clarification_id,
                number=number,
                **msgspec.structs.asdict(paper),
            )
        )
    await record_event(tx, clarification, ClarificationAnswered, documents=len(papers))
    return clarification


async def refuse_paper(
    tx: Tx, clarification_id: UUID, *, sha256: str, reason: RefusalReason
) -> ClassifiedRefusal:
    """Leave the trace of a document with a marking or a virus that came with an answer; nothing of it is kept, so that there
    is nothing for the lead to acknowledge. Refused: "application_ended", "clarification_over"."""
    clarification, _about = await lock_in_time(tx, CLARIFICATION, clarification_id)
    refusal = ClassifiedRefusal(
        id=new_id(),
        application_id=clarification.application_id,
        sha256=sha256,
        reason=reason,
        at=tx.now,
        acknowledged_at=tx.now,
    )
    tx.add(refusal)
    event = DocumentRefused if reason == "marked" else DocumentInfected
    await record(tx, event(application_id=clarification.application_id, refusal_id=refusal.id))
    return refusal


async def settle_clarification(
    tx: Tx, application_id: UUID, clarification_id: UUID, *, accepted: bool
) -> Clarification:
    """An officer accepts the answer, or not. An accepted correction of contact data changes the lead's row; any other stands
    beside what was submitted, which stays word for word. Refused: "application_ended", as `may_settle`."""
    clarification, _about = await lock_to_answer(tx, CLARIFICATION, clarification_id, application_id)
    asking.may_settle(ClarificationState(clarification.state), settled=clarification.settled_at is not None)
    clarification.accepted, clarification.settled_by, clarification.settled_at = accepted, tx.actor, tx.now
    if accepted and clarification.field in APPLIED:
        lead = await tx.lock(Party, await lead_of(tx, application_id))
        setattr(lead, clarification.field, clarification.value)
    await record_event(
        tx, clarification, ClarificationSettled, outcome="accepted" if accepted else "not_accepted"
    )
    return clarification


async def ask_lead_again(tx: Tx, application_id: UUID, *, email: str) -> None:
    """An officer corrects the lead's address, or leaves it, and has undelivered questions sent again, with new links; at another
    address, all that are open. Their periods begin anew.

    Refused: not_found (missing), "application_ended", "mail_got_through" where nothing is undelivered.
    """
    about = await lock_about(tx, application_id)
    may_be_answered(about)
    is_open = Clarification.state == ClarificationState.OPEN
    waiting = await lock_all(tx, CLARIFICATION, Clarification.application_id == application_id, is_open)
    undelivered = [line for line in waiting if await is_undelivered(tx, line)]
    if not undelivered:
        refuse("mail_got_through")
    lead = await tx.lock(Party, await lead_of(tx, application_id))
    corrected = lead.contact_email != email
    lead.contact_email = email
    for clarification in waiting if corrected else undelivered:
        await ask_anew(tx, CLARIFICATION, Locked(clarification, about), corrected=corrected)


@scheduled("applications: lapse clarifications")
async def lapse_clarifications_due(db: Database, now: datetime) -> int:
    return await end_what_is_over(db, now, CLARIFICATION)


@scheduled("applications: remind of clarifications")
async def remind_of_clarifications(db: Database, now: datetime) -> int:
    return await remind(db, now, CLARIFICATION)
