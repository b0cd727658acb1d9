"""Commands of the evaluation. Lock order: call, then application; an assessment is guarded by its application's lock."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, select

from facility.accounts.models import PersonRole
from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.models.conflict import ConflictDeclaration
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.batches import was_carried_over
from facility.applications.service.conflicts import refuse_shut_out, shut_out_of
from facility.calls.models.call import Call
from facility.calls.queries.duties import duties_in
from facility.calls.rules.cancellation import may_go_on
from facility.calls.rules.duties import Duty, may_run, may_still_assess, why_not_assess
from facility.calls.service.duties import run, take_duties
from facility.calls.service.reading import rules_of
from facility.db import Tx
from facility.drafting.service import Holder, end, forgets, keep
from facility.evaluation.events import (
    ApplicationBroughtBack,
    ApplicationSetAside,
    AssessmentSent,
    AssessorAssigned,
    ConflictDeclared,
    DeclarationSigned,
    RecusedAttempt,
)
from facility.evaluation.models import (
    Assessment,
    Assignment,
    Declaration,
    EvaluationEnd,
    SettingAside,
)
from facility.evaluation.queries import standing as queries
from facility.evaluation.rules.assessing import (
    assignment_mistakes,
    fields_of,
    may_assess,
    may_judge_at_all,
    may_set_aside,
    score_mistakes,
)
from facility.evaluation.rules.ranking import Standing, enough_assessments, stand
from facility.events.log import record
from facility.refused import refuse, refuse_if

TOO_FEW = "too_few_assessments"
"""The reason that an application that was set aside bears."""
UNSENT = "assessment"
"""What an assessor types is unsaved text of the application under this key, until it is sent."""
forgets(
    f"""section = '{UNSENT}' AND unsaved.saved_at <= :left AND EXISTS (SELECT FROM application WHERE application.id = subject_id
        AND (status <> 'admissible' OR EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = application.call_id)))"""  # noqa: S608 - our own word
)


async def assign(
    tx: Tx, application_id: UUID, assessor_id: UUID, *, due_on: date | None = None
) -> Assignment:
    """Give an admitted application to an assessor, to be assessed by the end of a day in Brussels (None: no day is named).

    Refused: as `begin_assigning` and `give`.
    """
    await begin_assigning(tx, (await tx.get(Application, application_id)).call_id, [assessor_id])
    return await give(tx, application_id, assessor_id, due_on)


async def give(tx: Tx, application_id: UUID, assessor_id: UUID, due_on: date | None = None) -> Assignment:
    """`assign`, after `begin_assigning`, which several assignments share.

    Refused: "shut_out" (forbidden), "not_in_evaluation", "evaluation_ended", "not_an_assessor" and "assessor_recused"
    (invalid), "already_assigned".
    """
    application = await tx.lock(Application, application_id)
    await refuse_shut_out(tx, [application_id])
    await _may_judge_at_all(tx, application)
    if not await _is_assessor(tx, assessor_id):
        refuse("not_an_assessor", kind="invalid", field="assessors")
    if assessor_id in await shut_out_of(tx, [application_id]):
        names = await queries.names_of(tx.session, [assessor_id])
        about = {"assessor": names[assessor_id], "application": application.reference}
        refuse("assessor_recused", kind="invalid", field="assessors", **about)
    if await queries.is_assigned(tx.session, application_id, assessor_id):
        refuse("already_assigned")
    assignment = await _assigned_anew(tx, application, assessor_id, due_on)
    await record(
        tx,
        AssessorAssigned(application_id=application_id, call_id=application.call_id, assessor_id=assessor_id),
    )
    return assignment


async def _assigned_anew(
    tx: Tx, application: Application, assessor_id: UUID, due_on: date | None
) -> Assignment:
    """Whoever had it before it was withdrawn and submitted again declares anew, and may start from what they wrote then. A
    declared conflict is final: who has declared one gets it no more."""
    key = (application.id, assessor_id)
    assignment = Assignment(
        application_id=application.id,
        assessor_id=assessor_id,
        assigned_by=tx.actor,
        at=tx.now,
        due_on=due_on,
        ended_at=None,
    )
    assignment = await tx.session.merge(assignment)
    answer = await tx.session.get(ConflictDeclaration, key, populate_existing=True)
    if answer is not None:
        await tx.session.delete(answer)
    assessment = await tx.session.get(Assessment, key, populate_existing=True)
    if assessment is not None:
        typed = fields_of(assessment.scores, assessment.comments)
        await keep(tx, application.id, UNSENT, Holder(assessor_id), typed)
        await tx.session.delete(assessment)
    await tx.flush()
    return assignment


async def begin_assigning(tx: Tx, call_id: UUID, assessor_ids: Collection[UUID]) -> None:
    """The actor assigns in the call, these people assess in it from now on: asked before anything is locked.

    Refused: "own_assignment" and, for those who run the call, `why_not_assess` (invalid); "assesses_here" (forbidden).
    """
    refuse_if(assignment_mistakes(tx.actor, assessor_ids))
    duties = dict.fromkeys(assessor_ids, Duty.ASSESSES) | ({tx.actor: Duty.ASSIGNED} if tx.actor else {})
    held = await take_duties(tx, call_id, duties)
    if tx.actor:
        may_run(held.get(tx.actor))
    names = await queries.names_of(tx.session, assessor_ids)
    refuse_if(why_not_assess({names[key]: held.get(key) for key in assessor_ids if key in names}))


async def sign_declaration(tx: Tx, call_id: UUID) -> None:
    """The actor signs the declaration of objectivity and confidentiality for the call. Refused: "already_signed"."""
    assessor_id = _actor(tx)
    await tx.lock(Call, call_id)
    if await tx.session.get(Declaration, (call_id, assessor_id)):
        refuse("already_signed")
    tx.add(Declaration(call_id=call_id, assessor_id=assessor_id, signed_at=tx.now))
    await tx.flush()
    await record(tx, DeclarationSigned(call_id=call_id, assessor_id=assessor_id))


async def declare_conflict(tx: Tx, application_id: UUID, *, conflict: bool, reason: str = "") -> None:
    """The actor declares whether a conflict of interests stands against judging the application.

    A conflict is final and makes an assessment that was sent before count no more; "none" may be followed by a
    conflict. Refused: "not_assigned" (forbidden), "already_declared", "already_decided", "reason_missing" (invalid).
    """
    assessor_id = _actor(tx)
    application = await tx.lock(Application, application_id)
    if not await queries.is_assigned(tx.session, application_id, assessor_id):
        refuse("not_assigned", kind="forbidden")
    if (await tx.get(Call, application.call_id)).state == "decided":
        refuse("already_decided")
    if conflict and not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    declared = await tx.session.get(
        ConflictDeclaration, (application_id, assessor_id), populate_existing=True
    )
    if declared is None:
        declared = ConflictDeclaration(application_id=application_id, assessor_id=assessor_id)
        tx.add(declared)
    elif declared.conflict or not conflict:
        refuse("already_declared")
    declared.conflict, declared.reason, declared.at = conflict, reason.strip(), tx.now
    await tx.flush()
    await record(
        tx, ConflictDeclared(application_id=application_id, assessor_id=assessor_id, conflict=conflict)
    )


async def may_write(tx: Tx, application_id: UUID) -> None:
    """Asked before what the actor types is kept. Refused as for `send_assessment`."""
    await _may_assess(tx, await tx.get(Application, application_id), _actor(tx))


async def send_assessment(
    tx: Tx, application_id: UUID, scores: Mapping[str, Decimal], comments: Mapping[str, str]
) -> None:
    """The actor sends the scores; they are frozen.

    Refused: "not_assigned", "not_declared" or "conflict" (forbidden), "already_sent", "evaluation_ended",
    "not_in_evaluation", and every mistake of `rules.score_mistakes` (invalid).
    """
    assessor_id = _actor(tx)
    application = await tx.lock(Application, application_id)
    await _may_assess(tx, application, assessor_id)
    grid = rules_of(await tx.get(Call, application.call_id)).grid
    refuse_if(score_mistakes(scores, grid))
    assessment = Assessment(application_id=application_id, assessor_id=assessor_id, sent_at=tx.now)
    assessment.scores = {key: format(scores[key], "f") for key in grid.keys}
    assessment.comments = dict(comments)
    tx.add(assessment)
    await tx.flush()
    await end(tx, application_id, [UNSENT])
    await record(
        tx,
        AssessmentSent(application_id=application_id, call_id=application.call_id, assessor_id=assessor_id),
    )


async def set_aside(tx: Tx, application_id: UUID, reason: str) -> None:
    """Set an admitted application aside that can't get its minimum of assessments. Refused: `rules.may_set_aside`."""
    await run(tx, (await tx.get(Application, application_id)).call_id, Duty.CHECKED)
    application = await tx.lock(Application, application_id)
    await _not_ended(tx, application.call_id)
    count = await queries.count_assessments(tx.session, application_id)
    grid = rules_of(await tx.get(Call, application.call_id)).grid
    may_set_aside(ApplicationStatus(application.status), count, grid, reason)
    await move(tx, application, ApplicationStatus.NOT_ASSESSED, reasons=(TOO_FEW,))
    await tx.session.merge(
        SettingAside(
            application_id=application_id,
            set_aside_by=tx.actor,
            reason=reason.strip(),
            assessments=count,
            at=tx.now,
        )
    )
    await tx.flush()
    await record(
        tx,
        ApplicationSetAside(application_id=application_id, call_id=application.call_id, assessments=count),
    )


async def bring_back(tx: Tx, application_id: UUID) -> None:
    """Take a setting aside back, before the ranking is proposed. Refused: "wrong_status", "evaluation_ended"."""
    await run(tx, (await tx.get(Application, application_id)).call_id, Duty.CHECKED)
    application = await tx.lock(Application, application_id)
    await _not_ended(tx, application.call_id)
    if application.status != ApplicationStatus.NOT_ASSESSED:
        refuse("wrong_status", status=application.status, wanted=ApplicationStatus.ADMISSIBLE.value)
    await move(tx, application, ApplicationStatus.ADMISSIBLE)
    await tx.session.execute(delete(SettingAside).where(SettingAside.application_id == application_id))
    await record(tx, ApplicationBroughtBack(application_id=application_id, call_id=application.call_id))


async def note_recused_attempt(tx: Tx, application_id: UUID, assessor_id: UUID) -> None:
    """Write down that an assessor with a conflict tried to get at the application."""
    await tx.lock(Application, application_id)
    await record(tx, RecusedAttempt(application_id=application_id, assessor_id=assessor_id))


async def standing(tx: Tx, call_id: UUID) -> Standing:
    """How the call's applications of the joint track stand now, by the scores that count."""
    await tx.flush()
    call = rules_of(await tx.get(Call, call_id))
    return stand(await queries.applicants(tx.session, call_id), call.grid, call.min_beneficiaries)


async def end_evaluation(tx: Tx, call_id: UUID) -> None:
    """Scores and assignments of the call change no more. The caller holds the locks of the call's applications."""
    await tx.session.merge(EvaluationEnd(call_id=call_id, ended_by=tx.actor, at=tx.now))
    await tx.flush()


async def reopen_evaluation(tx: Tx, call_id: UUID) -> None:
    """Assessors may send again; the caller has taken the proposal back."""
    await tx.session.execute(delete(EvaluationEnd).where(EvaluationEnd.call_id == call_id))


async def _may_judge_at_all(tx: Tx, application: Application) -> None:
    may_go_on((await tx.get(Call, application.call_id)).state)
    ended = await queries.has_ended(tx.session, application.call_id)
    may_judge_at_all(
        ApplicationStatus(application.status), ended=ended, keeps_scores=await _keeps_scores(tx, application)
    )


async def _keeps_scores(tx: Tx, application: Application) -> bool:
    if not await was_carried_over(tx, application.id):
        return False
    grid = rules_of(await tx.get(Call, application.call_id)).grid
    return enough_assessments(await queries.count_assessments(tx.session, application.id), grid)


async def _not_ended(tx: Tx, call_id: UUID) -> None:
    may_go_on((await tx.get(Call, call_id)).state)
    if await queries.has_ended(tx.session, call_id):
        refuse("evaluation_ended")


async def _may_assess(tx: Tx, application: Application, assessor_id: UUID) -> None:
    if not await queries.is_assigned(tx.session, application.id, assessor_id):
        refuse("not_assigned", kind="forbidden")
    signed = await tx.session.get(Declaration, (application.call_id, assessor_id))
    may_still_assess((await duties_in(tx.session, application.call_id)).get(assessor_id))
    answer = await tx.session.get(ConflictDeclaration, (application.id, assessor_id), populate_existing=True)
    assessment = await tx.session.get(Assessment, (application.id, assessor_id), populate_existing=True)
    may_assess(
        declared=signed is not None and answer is not None,
        conflict=answer is not None and answer.conflict,
        sent=assessment is not None,
    )
    await _may_judge_at_all(tx, application)


async def _is_assessor(tx: Tx, person_id: UUID) -> bool:
    query = select(PersonRole.role).where(PersonRole.person_id == person_id, PersonRole.role == "assessor")
    return (await tx.session.execute(query)).scalar() is not None


def _actor(tx: Tx) -> UUID:
    assert tx.actor is not None, "an assessor acts in person"
    return tx.actor
