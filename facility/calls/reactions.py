"""Letters about calls: to those who run them, and to whoever asked a question. (Applicants hear from applications.)"""

from uuid import UUID

from facility.accounts.models import Person
from facility.accounts.service.people import active_people
from facility.calls.events import AnswerPublished, CallCancelled, CancellationAsked, QuestionSetAside
from facility.calls.models.call import Call
from facility.calls.models.cancellation import CallCancellation
from facility.calls.models.question import Answer, Question
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.outbox.service import post
from facility.web.access import DECIDERS
from facility.web.i18n import _


async def _write(
    tx: Tx, call: Call, template: str, to: str, to_name: str, subject: str, **context: str | int | None
) -> None:
    await post(
        tx,
        template=f"calls/{template}",
        to=to,
        to_name=to_name,
        subject=subject,
        subject_id=call.id,
        context={
            "call": call.reference,
            "call_title": call.title,
            "staff_path": f"/staff/calls/{call.id}",
            **context,
        },
    )


async def _staff(tx: Tx) -> list[Person]:
    """The secretariat and the authorising officers, everybody once."""
    people = {person.id: person for role in DECIDERS for person in await active_people(tx, role)}
    return [people[key] for key in sorted(people)]


@reacts_to(CancellationAsked)
async def ask_for_a_second_person(tx: Tx, event: CancellationAsked) -> None:
    """All who may confirm it learn that a call is to be cancelled, but for who asked."""
    call = await tx.get(Call, event.call_id)
    cancellation = await tx.get(CallCancellation, event.cancellation_id)
    if cancellation.dropped_at or cancellation.confirmed_at:
        return
    subject = _("A colleague asks to cancel call {call}: please confirm or refuse", call=call.reference)
    for person in await _staff(tx):
        if person.id != cancellation.asked_by:
            await _write(
                tx, call, "cancellation_asked", person.email, person.name, subject, reason=cancellation.reason
            )


@reacts_to(CallCancelled)
async def tell_staff_that_it_is_cancelled(tx: Tx, event: CallCancelled) -> None:
    """The secretariat and the authorising officers learn that it is done."""
    call = await tx.get(Call, event.call_id)
    if call.series_id is not None:
        return  # a batch: they hear of the whole
    reason = (await tx.get(CallCancellation, event.cancellation_id)).reason
    subject = _("Call {call} has been cancelled", call=call.reference)
    for person in await _staff(tx):
        await _write(tx, call, "cancelled", person.email, person.name, subject, reason=reason)


@reacts_to(AnswerPublished)
async def tell_the_asker_the_answer(tx: Tx, event: AnswerPublished) -> None:
    """Whoever asked gets the answer, also a later version of it."""
    question, call = await _question_and_call(tx, event.question_id)
    answer = await tx.get(Answer, (event.question_id, event.version))
    subject = _("Your question on call {call} has been answered", call=call.reference)
    to, to_name = await _asker(tx, question)
    await _write(
        tx,
        call,
        "answered",
        to,
        to_name,
        subject,
        question=answer.question,
        answer=answer.answer,
        corrected=int(event.version > 1),
    )


@reacts_to(QuestionSetAside)
async def tell_the_asker_why_not(tx: Tx, event: QuestionSetAside) -> None:
    """Whoever asked learns why there will be no answer."""
    question, call = await _question_and_call(tx, event.question_id)
    subject = _("Your question on call {call} has been set aside", call=call.reference)
    to, to_name = await _asker(tx, question)
    await _write(
        tx,
        call,
        "set_aside",
        to,
        to_name,
        subject,
        question=question.text,
        reason=question.set_aside_reason,
    )


async def _question_and_call(tx: Tx, question_id: UUID) -> tuple[Question, Call]:
    question = await tx.get(Question, question_id)
    return question, await tx.get(Call, question.call_id)


async def _asker(tx: Tx, question: Question) -> tuple[str, str]:
    """The address and the name of who asked."""
    if question.asked_by is None:
        return question.contact_email or "", question.contact_name or ""
    person = await tx.get(Person, question.asked_by)
    return person.email, person.name
