"""The exception track: support for a single beneficiary, consulted on and decided on its own, never ranked."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from facility.admission.events import ExceptionDecided
from facility.admission.models.consultation import Consultation
from facility.admission.rules.consultation import ConsultationState, Consulted, exception_needs
from facility.admission.rules.exceptions import may_decide_exception
from facility.admission.service.consultations import answer_objection
from facility.applications.models.application import Application
from facility.applications.queries.content import track_of
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.editing import status_of
from facility.applications.service.ending import end_what_is_open
from facility.calls.models.call import Call
from facility.calls.rules.cancellation import may_go_on
from facility.db import Tx
from facility.events.log import record
from facility.refused import Reason, refuse_if


async def decide_exception(
    tx: Tx,
    application_id: UUID,
    *,
    approved: bool,
    reason: str,
    answers: Mapping[UUID, str] | None = None,
) -> Application:
    """The authorising officer approves or refuses a request of the exception track; it is never ranked.

    `answers`: what the decision says to objections, by consultation. Refused: as `may_decide_exception`; and as
    `rules.exception_needs` says, while a consultation is missing or runs, or an objection has no answer.
    """
    for consultation_id, answer in (answers or {}).items():
        await answer_objection(tx, application_id, consultation_id, answer=answer)
    application = await tx.lock(Application, application_id)
    may_go_on((await tx.get(Call, application.call_id)).state)
    held = await _held(tx, application_id)
    may_decide_exception(
        track_of(application),
        status_of(application),
        consulted_by=_handled_by(application, held),
        decided_before=application.exception_decided_by,
        decided_by=tx.actor,
        reason=reason,
    )
    needs = exception_needs("exception", [_consulted(consultation, application) for consultation in held])
    refuse_if([Reason(code) for code in needs], "conflict")
    application.status = (
        ApplicationStatus.EXCEPTION_APPROVED if approved else ApplicationStatus.EXCEPTION_REFUSED
    )
    application.exception_reason = reason.strip()
    application.exception_decided_by = tx.actor
    application.exception_decided_at = tx.now
    await record(
        tx,
        ExceptionDecided(
            application_id=application_id,
            call_id=application.call_id,
            outcome="approved" if approved else "refused",
        ),
    )
    if not approved:
        await end_what_is_open(tx, [application_id])
    return application


async def handled_by(tx: Tx, application: Application) -> set[UUID | None]:
    """Who recorded or held its consultations, and so decides nothing about it."""
    return _handled_by(application, await _held(tx, application.id))


def _handled_by(application: Application, held: Iterable[Consultation]) -> set[UUID | None]:
    return {application.consulted_by, *(consultation.asked_by for consultation in held)}


async def _held(tx: Tx, application_id: UUID) -> list[Consultation]:
    """Every consultation on it. Those that run are held too, since answers lock the application first."""
    query = select(Consultation).where(Consultation.application_id == application_id)
    return list(await tx.session.scalars(query.execution_options(populate_existing=True)))


def _consulted(consultation: Consultation, application: Application) -> Consulted:
    return Consulted(
        ConsultationState(consultation.state),
        consultation.answer is not None,
        consultation.fingerprint == application.fingerprint,
    )
