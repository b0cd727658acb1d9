"""Letters to applicants about their call: corrected, cancelled, a question answered."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.accounts.models import Person
from facility.applications.models.application import Application, Party
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.status import ApplicationStatus
from facility.calls.events import AnswerPublished, CallCancelled, CallCorrected
from facility.calls.models.call import Call
from facility.calls.models.cancellation import CallCancellation
from facility.calls.models.question import Answer, Question
from facility.calls.models.version import CallVersion
from facility.calls.service.reading import draft_from
from facility.calls.words.changes import meanings
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.outbox.service import post
from facility.web.i18n import _

CONCERNED = frozenset({Confirmation.INVITED, Confirmation.CONFIRMED, Confirmation.VOID})
"""Partners that hear of a cancellation: those that were asked and did not decline."""
OVER = frozenset({ApplicationStatus.WITHDRAWN, ApplicationStatus.INELIGIBLE})
"""Applications whose people are not bothered any more."""


class _Addressee(msgspec.Struct, frozen=True):
    application_id: UUID
    reference: str
    draft: bool
    is_lead: bool
    email: str
    name: str


async def _addressees(tx: Tx, call_id: UUID) -> list[_Addressee]:
    """Leads and partners of the applications to a call and to its batches that are not decided, each at its own address."""
    batches = select(Call.id).where(Call.series_id == call_id, Call.decided_at.is_(None))
    rows = await tx.session.execute(
        select(
            Application.id,
            Application.reference,
            Application.status == ApplicationStatus.DRAFT,
            Party.is_lead,
            Party.contact_email,
            Party.contact_name,
        )
        .join(Party, Party.application_id == Application.id)
        .where(
            (Application.call_id == call_id) | Application.call_id.in_(batches),
            Application.status.not_in(OVER),
            Party.on_board,
            Party.is_lead | Party.confirmation.in_(CONCERNED),
            Party.contact_email != "",
        )
        .order_by(Application.reference, Party.position)
    )
    return [_Addressee(*row) for row in rows]


def _leads(addressees: Sequence[_Addressee], *, drafts_only: bool = False) -> Iterator[_Addressee]:
    return (
        addressee for addressee in addressees if addressee.is_lead and (addressee.draft or not drafts_only)
    )


async def _write(
    tx: Tx, to: _Addressee, call: Call, template: str, subject: str, **context: str | bool | list[str]
) -> None:
    await post(
        tx,
        template=f"applications/{template}",
        to=to.email,
        to_name=to.name,
        subject=subject,
        subject_id=to.application_id,
        context={
            "call": call.reference,
            "call_title": call.title,
            "reference": to.reference,
            "path": f"/applications/{to.application_id}",
            **context,
        },
    )


@reacts_to(CallCancelled)
async def tell_applicants_that_it_is_cancelled(tx: Tx, event: CallCancelled) -> None:
    """Leads, and partners that were asked, learn that the call is cancelled, and why."""
    call = await tx.get(Call, event.call_id)
    reason = (await tx.get(CallCancellation, event.cancellation_id)).reason
    for addressee in await _addressees(tx, call.id):
        subject = _(
            "Call {call} is cancelled: {reference}", call=call.reference, reference=addressee.reference
        )
        await _write(tx, addressee, call, "call_cancelled", subject, reason=reason, lead=addressee.is_lead)


@reacts_to(CallCorrected)
async def tell_leads_what_was_corrected(tx: Tx, event: CallCorrected) -> None:
    """Whoever has begun or submitted an application learns what changed and what it means."""
    call = await tx.get(Call, event.call_id)
    version = await tx.get(CallVersion, (event.call_id, event.number))
    before = await tx.get(CallVersion, (event.call_id, event.number - 1))
    corrections = meanings(draft_from(before.content), draft_from(version.content))
    for addressee in _leads(await _addressees(tx, call.id)):
        subject = _(
            "Call {call} was corrected: {reference}", call=call.reference, reference=addressee.reference
        )
        await _write(
            tx,
            addressee,
            call,
            "call_corrected",
            subject,
            meanings=corrections,
            reason=version.reason,
            draft=addressee.draft,
        )


@reacts_to(AnswerPublished)
async def tell_leads_of_the_answer(tx: Tx, event: AnswerPublished) -> None:
    """Whoever has begun an application learns what was asked and answered, as everybody else can read it."""
    call = await tx.get(Call, event.call_id)
    answer = await tx.get(Answer, (event.question_id, event.version))
    asker = await _asker(tx, await tx.get(Question, event.question_id))
    subject = _("A question on call {call} was answered", call=call.reference)
    for addressee in _leads(await _addressees(tx, call.id), drafts_only=True):
        if addressee.email.lower() != asker:  # who asked has a letter of its own
            await _write(
                tx,
                addressee,
                call,
                "call_answered",
                subject,
                question=answer.question,
                answer=answer.answer,
                corrected=event.version > 1,
            )


async def _asker(tx: Tx, question: Question) -> str:
    """The address of who asked, in small letters."""
    if question.asked_by is None:
        return (question.contact_email or "").lower()
    return (await tx.get(Person, question.asked_by)).email
