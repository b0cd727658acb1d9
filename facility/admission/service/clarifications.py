"""Clarifications of what came in: asked, answered by a link, lapsed, settled. What was submitted stays as it is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, not_, or_, select

from facility.admission.events import (
    ClarificationAnswered,
    ClarificationAsked,
    ClarificationCancelled,
    ClarificationLapsed,
    ClarificationReminded,
    ClarificationSettled,
)
from facility.admission.models.clarification import Clarification, ClarificationDocument
from facility.admission.queries.clarification import PURPOSE
from facility.admission.rules import clarification as asking
from facility.admission.rules.clarification import (
    APPLIED,
    ClarificationKind,
    ClarificationState,
    ClericalField,
)
from facility.admission.rules.consultation import GRACE
from facility.admission.rules.working_days import end_of_period, reminder
from facility.admission.service.periods import (
    clarification_is_late,
    clarified_since,
    clarify_anew,
    lock_asked,
    may_still_be_answered,
)
from facility.applications.events import DocumentInfected, DocumentRefused
from facility.applications.models.application import ClassifiedRefusal, Party
from facility.applications.service.changes import lock_with_call, status_of
from facility.applications.service.ending import ends_with_the_application
from facility.db import Database, Tx, new_id
from facility.events import one_by_one, record, scheduled
from facility.files.intake import RefusalReason
from facility.outbox.asking import delivered_after, is_undelivered, undelivered


class NewPaper(msgspec.Struct, frozen=True):
    """A document that was searched and stored; size in bytes."""

    name: str
    kind: str
    size: int
    sha256: str
    virus_scan: str
    unread: int


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
    application, call = await lock_with_call(tx, application_id)
    asking.may_ask(
        status_of(application),
        sealed=application.sealed,
        decided=application.track == "joint" and call.decided_at is not None,
    )
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
    clarification = Clarification(
        **values,
        id=new_id(),
        asked_at=tx.now,
        remind_at=reminder(tx.now, days),
        ends_at=end_of_period(tx.now, days),
        state=ClarificationState.OPEN,
    )
    tx.add(clarification)
    await record(
        tx,
        ClarificationAsked(
            application_id=application_id,
            clarification_id=clarification.id,
            kind=kind.value,
            days=days,
            ends_at=clarification.ends_at,
        ),
    )
    return clarification


def _state(clarification: Clarification) -> ClarificationState:
    return ClarificationState(clarification.state)


async def may_answer_now(
    tx: Tx, clarification_id: UUID, *, text: str, value: str, name: str, papers: int
) -> Clarification:
    """The clarification, locked, if it may be answered so. Asked before the papers are searched and stored, and again by
    `answer_clarification`. Refused: "application_ended", as `may_answer` and `check_answer`."""
    clarification = await _lock_to_answer(tx, clarification_id)
    kind = ClarificationKind(clarification.kind)
    asking.check_answer(kind, text=text, value=value, documents=papers, name=name)
    return clarification


async def _lock_to_answer(tx: Tx, clarification_id: UUID) -> Clarification:
    clarification, application, call = await lock_asked(tx, Clarification, clarification_id)
    may_still_be_answered(application, call)
    asking.may_answer(_state(clarification), late=await clarification_is_late(tx, clarification))
    return clarification


async def answer_clarification(
    tx: Tx,
    clarification_id: UUID,
    *,
    text: str = "",
    value: str = "",
    name: str,
    papers: Sequence[NewPaper] = (),
) -> Clarification:
    """What the lead says, with documents beside; once, in the period.

    Refused: as `may_answer_now`.
    """
    clarification = await may_answer_now(
        tx, clarification_id, text=text, value=value, name=name, papers=len(papers)
    )
    clarification.state, clarification.ended_at = ClarificationState.ANSWERED, tx.now
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
    await record(
        tx,
        ClarificationAnswered(
            application_id=clarification.application_id,
            clarification_id=clarification_id,
            documents=len(papers),
        ),
    )
    return clarification


async def refuse_paper(
    tx: Tx, clarification_id: UUID, *, sha256: str, reason: RefusalReason
) -> ClassifiedRefusal:
    """Leave the trace of a document with a marking or a virus that came with an answer; nothing of it is kept, so that there
    is nothing for the lead to acknowledge. Refused: "application_ended", as `may_answer`."""
    clarification = await _lock_to_answer(tx, clarification_id)
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


async def cancel_clarification(tx: Tx, application_id: UUID, clarification_id: UUID) -> Clarification:
    """An officer no longer needs the answer. Refused: "clarification_over"."""
    clarification, _application, _call = await lock_asked(tx, Clarification, clarification_id, application_id)
    asking.may_cancel(_state(clarification))
    await _cancel(tx, clarification)
    return clarification


async def _cancel(tx: Tx, clarification: Clarification) -> None:
    clarification.state, clarification.ended_at = ClarificationState.CANCELLED, tx.now
    event = ClarificationCancelled(
        application_id=clarification.application_id, clarification_id=clarification.id
    )
    await record(tx, event)


_OPEN = or_(
    Clarification.state == ClarificationState.OPEN,
    and_(Clarification.state == ClarificationState.ANSWERED, Clarification.settled_at.is_(None)),
)


@ends_with_the_application(
    "clarification",
    held="""SELECT application_id FROM clarification
        WHERE state = 'open' OR (state = 'answered' AND settled_at IS NULL)""",
)
async def cancel_clarifications(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Nobody need answer any more, nor settle an answer: it was about what has ended, and rewrites nothing."""
    query = select(Clarification).where(Clarification.application_id.in_(application_ids), _OPEN)
    locked = query.order_by(Clarification.id).with_for_update(key_share=True)
    for clarification in await tx.session.scalars(locked.execution_options(populate_existing=True)):
        await _cancel(tx, clarification)


async def settle_clarification(
    tx: Tx, application_id: UUID, clarification_id: UUID, *, accepted: bool
) -> Clarification:
    """An officer accepts the answer, or not. An accepted correction of contact data changes the lead's row; any other stands
    beside what was submitted, which stays word for word. Refused: "application_ended", as `may_settle`."""
    clarification, application, call = await lock_asked(tx, Clarification, clarification_id, application_id)
    may_still_be_answered(application, call)
    asking.may_settle(_state(clarification), settled=clarification.settled_at is not None)
    clarification.accepted, clarification.settled_by, clarification.settled_at = accepted, tx.actor, tx.now
    if accepted and clarification.field in APPLIED:
        query = select(Party.id).where(Party.application_id == application_id, Party.is_lead)
        lead = await tx.lock(Party, (await tx.session.scalars(query)).one())
        setattr(lead, clarification.field, clarification.value)
    await record(
        tx,
        ClarificationSettled(
            application_id=application_id,
            clarification_id=clarification_id,
            outcome="accepted" if accepted else "not_accepted",
        ),
    )
    return clarification


@scheduled("applications: lapse clarifications")
async def lapse_clarifications_due(db: Database, now: datetime) -> int:
    """End every one whose period is over, each in a transaction of its own; after an outage as of when it was due. The period of
    an undelivered mail stands still, and begins anew once it got through."""
    over = and_(Clarification.ends_at <= now - GRACE, not_(undelivered(PURPOSE, Clarification.id)))
    late = delivered_after(PURPOSE, Clarification.id, Clarification.asked_at)
    due = (
        select(Clarification.id)
        .where(Clarification.state == ClarificationState.OPEN, or_(over, late))
        .order_by(Clarification.ends_at, Clarification.id)
    )
    return await one_by_one(db, now, due, _lapse)


async def _lapse(tx: Tx, clarification_id: UUID) -> bool:
    clarification, _application, _call = await lock_asked(tx, Clarification, clarification_id)
    if clarification.state != ClarificationState.OPEN:
        return False
    asked = await clarified_since(tx, clarification)
    if asked is not None and asked > clarification.asked_at:
        await clarify_anew(tx, clarification, asked)
        return True
    if asked is None or clarification.ends_at > tx.now - GRACE:
        return False
    clarification.state, clarification.ended_at = ClarificationState.LAPSED, clarification.ends_at
    await record(
        tx,
        ClarificationLapsed(application_id=clarification.application_id, clarification_id=clarification_id),
        due_at=clarification.ends_at,
    )
    return True


@scheduled("applications: remind of clarifications")
async def remind_of_clarifications(db: Database, now: datetime) -> int:
    """Remind the lead once before each period ends; one that has ended needs no reminder."""
    due = (
        select(Clarification.id)
        .where(
            Clarification.state == ClarificationState.OPEN,
            Clarification.reminded_at.is_(None),
            Clarification.remind_at <= now,
            Clarification.ends_at > now,
            not_(undelivered(PURPOSE, Clarification.id)),
        )
        .order_by(Clarification.ends_at, Clarification.id)
    )
    return await one_by_one(db, now, due, _remind)


async def _remind(tx: Tx, clarification_id: UUID) -> bool:
    clarification, _application, _call = await lock_asked(tx, Clarification, clarification_id)
    waits = clarification.state == ClarificationState.OPEN and clarification.reminded_at is None
    if not waits or await is_undelivered(tx, PURPOSE, clarification_id):
        return False
    clarification.reminded_at = tx.now
    await record(
        tx,
        ClarificationReminded(application_id=clarification.application_id, clarification_id=clarification_id),
    )
    return True
