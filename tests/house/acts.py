"""The act of each kind of work."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from facility.accounts.service.people import add_user
from facility.activities.service.activities import plan_activity, verify
from facility.admission.models.opening import OpeningSession
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application, Party
from facility.applications.service.answers import save_answers
from facility.applications.service.confirmations import decline_party
from facility.awards.service.accepting import accept_award
from facility.awards.service.complaints import decide_complaint
from facility.awards.service.deciding import decide, propose
from facility.awards.service.ending import close_award
from facility.awards.service.signing import record_signature
from facility.awards.service.withdrawal import agree_to_withdrawal, propose_withdrawal
from facility.calls.service.cancellation import confirm_cancellation
from facility.calls.service.corrigenda import publish_corrigendum
from facility.calls.service.publication import publish_call
from facility.calls.service.questions import publish_answer
from facility.clock import BRUSSELS
from facility.db import Tx
from facility.evaluation.models.committee import Declaration
from facility.evaluation.service.assessing import (
    assign,
    declare_conflict,
    send_assessment,
    sign_declaration,
)
from facility.refused import Refused
from facility.web.access import Role
from tests.house.offered import SCORES, SIGNS, planned


async def _open(tx: Tx, call_id: UUID) -> None:
    """Begins the opening, or confirms what a colleague has begun."""
    query = select(OpeningSession.id).where(
        OpeningSession.call_id == call_id,
        OpeningSession.confirmed_at.is_(None),
        OpeningSession.ends_at > tx.now,
        OpeningSession.started_by != tx.actor,
    )
    running = (await tx.session.scalars(query)).first()
    await (confirm_opening if running else start_opening)(tx, call_id)


async def _assign(tx: Tx, call_id: UUID) -> None:
    """Somebody who has not run the call gets what lacks an assessor."""
    person = await add_user(tx, name="Nora New", email="nora@example.org", roles=[Role.ASSESSOR])
    query = select(Application.id).where(Application.call_id == call_id, Application.status == "admissible")
    refusals: list[Refused] = []
    for key in await tx.session.scalars(query):
        try:
            return await _given(tx, key, person.id)
        except Refused as refused:
            refusals.append(refused)
    raise refusals[-1]


async def _given(tx: Tx, application_id: UUID, person_id: UUID) -> None:
    await assign(tx, application_id, person_id)


async def _assess(tx: Tx, application_id: UUID) -> None:
    """Everything that is still to be done for it."""
    call_id = (await tx.get(Application, application_id)).call_id
    if await tx.session.get(Declaration, (call_id, tx.actor)) is None:
        await sign_declaration(tx, call_id)
    try:
        await declare_conflict(tx, application_id, conflict=False)
    except Refused as refused:
        if refused.codes != ("already_declared",):
            raise
    await send_assessment(tx, application_id, SCORES, {})


async def _answer(tx: Tx, application_id: UUID) -> None:
    query = select(Party.id).where(Party.application_id == application_id, ~Party.is_lead)
    await decline_party(tx, (await tx.session.scalars(query)).one(), reason="No people.")


async def _finish(tx: Tx, application_id: UUID) -> None:
    await save_answers(tx, application_id, {"ask": {"title": "Better"}}, may_void=True)


async def _publish_answer(tx: Tx, question_id: UUID) -> None:
    await publish_answer(tx, question_id, public_text="May it lead?", answer_text="Yes.")


async def _plan(tx: Tx, application_id: UUID) -> None:
    await plan_activity(tx, planned(application_id))


async def _admit(tx: Tx, application_id: UUID) -> None:
    await check_admissibility(tx, application_id, admissible=True)


async def _sign(tx: Tx, award_id: UUID) -> None:
    today = tx.now.astimezone(BRUSSELS).date()
    await record_signature(tx, award_id, signed_on=today, subject="Joint workshops")


async def _accept(tx: Tx, application_id: UUID) -> None:
    await accept_award(tx, application_id, **SIGNS)


async def _reject(tx: Tx, complaint_id: UUID) -> None:
    await decide_complaint(tx, complaint_id, upheld=False, reason="It was read well.")


async def _propose_lapse(tx: Tx, award_id: UUID) -> None:
    await propose_withdrawal(tx, award_id, reason="Silence.", lapse=True)


ACTS: dict[str, Callable[[Tx, UUID], Awaitable[Any]]] = {
    "drafts-of-calls-that-a-colleague-wrote-to-check-and-publish": publish_call,
    "corrigenda-that-a-colleague-wrote-to-check-and-publish": publish_corrigendum,
    "calls-that-a-colleague-asks-to-cancel": confirm_cancellation,
    "questions-on-calls-to-answer": _publish_answer,
    "closed-calls-to-be-opened-by-two-people": _open,
    "applications-whose-admissibility-is-to-be-checked": _admit,
    "calls-whose-applications-lack-assessors": _assign,
    "applications-to-assess": _assess,
    "rankings-to-propose": propose,
    "proposed-rankings-to-decide": decide,
    "awards-that-a-colleague-proposed-to-close": close_award,
    "awards-that-a-colleague-proposes-to-withdraw": agree_to_withdrawal,
    "complaints-to-decide": _reject,
    "awards-to-accept": _accept,
    "awards-that-were-not-accepted-in-time": _propose_lapse,
    "awards-that-are-proposed-to-lapse": agree_to_withdrawal,
    "awards-whose-agreement-is-to-be-signed": _sign,
    "your-drafts-that-can-still-be-submitted": _finish,
    "applications-to-confirm-or-decline": _answer,
    "reported-activities-to-verify": verify,
    "awards-without-an-activity": _plan,
}
"""What is done with the thing of a row, by the key of its kind."""
