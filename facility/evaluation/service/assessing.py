"""Commands of the evaluation. Lock order: call, then application; an assessment is guarded by its application's lock."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select

from facility.accounts.models import Person
from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.conflicts_of_interest import close_to, refuse_shut_out
from facility.calls.models.call import Call
from facility.calls.queries.duties import duties_in
from facility.calls.rules.call import Grid
from facility.calls.rules.cancellation import may_go_on
from facility.calls.rules.segregation_of_duties import Duty, may_run, may_still_assess, why_not_assess
from facility.calls.service.duties import refuse_before, run, take_duties
from facility.calls.service.reading import rules_of
from facility.db import Tx, new_id
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
from facility.evaluation.models.assessment import Assessment, ReopenedAssessment
from facility.evaluation.models.assignment import Assignment
from facility.evaluation.models.committee import Declaration
from facility.evaluation.models.outcome import EvaluationEnd, SettingAside
from facility.evaluation.queries import standing as queries
from facility.evaluation.rules.assessing import (
    assignment_mistakes,
    comment_mistakes,
    fields_of,
    may_assess,
    may_judge_at_all,
    may_set_aside,
    score_mistakes,
)
from facility.evaluation.rules.assignment import Pair, pair_mistakes
from facility.evaluation.rules.means import Scores
from facility.evaluation.rules.ranking import Standing, stand
from facility.evaluation.service.conflicts import look, look_for_names
from facility.evaluation.service.over import is_over
from facility.evaluation.service.settling import settle
from facility.events.log import record
from facility.refused import Reason, refuse, refuse_if

TOO_FEW = "too_few_assessments"
"""The reason that an application that was set aside bears."""
UNSENT = "assessment"
"""What an assessor types is unsaved text of the application under this key, until it is sent."""
forgets(
    f"""section = '{UNSENT}' AND unsaved.saved_at <= :left AND EXISTS (SELECT FROM application WHERE application.id = subject_id
        AND (status <> 'admissible' OR EXISTS (SELECT FROM evaluation_end WHERE evaluation_end.call_id = application.call_id)))"""  # noqa: S608 - our own word
)


async def assign(tx: Tx, application_id: UUID, assessor_id: UUID, *, due_on: date | None = None) -> None:
    """Give an admitted application to an assessor, to be assessed by the end of a day in Brussels (None: no day is named).

    Refused: as `begin_assigning` and `give`.
    """
    call_id = (await tx.get(Application, application_id)).call_id
    await begin_assigning(tx, call_id, [assessor_id])
    await give(tx, call_id, [Pair(application_id, assessor_id)], due_on)


async def give(
    tx: Tx,
    call_id: UUID,
    pairs: Collection[Pair],
    due_on: date | None = None,
    reasons: Mapping[Pair, str] | None = None,
) -> None:
    """Give these applications of the call to these assessors, after `begin_assigning`. reasons: see `Assignment.reason`.

    Refused: "shut_out" (forbidden), "not_in_evaluation", "evaluation_ended", "keeps_its_scores", "not_an_assessor",
    "assessor_recused" and "assessor_of_party" (invalid, all at once), "already_assigned", "consensus_running".
    """
    references = await lock_for_judging(tx, call_id, {pair.application_id for pair in pairs})
    if rules_of(await tx.get(Call, call_id)).grid.agreeing and await queries.has_consensus(
        tx.session, references
    ):
        refuse("consensus_running")
    refuse_if(await _pair_mistakes(tx, references, pairs))
    rows = await tx.session.execute(
        select(Assignment.application_id, Assignment.assessor_id, Assignment.ended_at).where(
            Assignment.application_id.in_(references)
        )
    )
    had = {Pair(row.application_id, row.assessor_id): row.ended_at for row in rows}
    if any(pair in had and had[pair] is None for pair in pairs):
        refuse("already_assigned")
    for pair in had.keys() & set(pairs):
        await _forget_before(tx, pair)
    given = [
        {
            **pair._asdict(),
            "assigned_by": tx.actor,
            "at": tx.now,
            "due_on": due_on,
            "ended_at": None,
            "reason": (reasons or {}).get(pair, ""),
        }
        for pair in sorted(pairs)
    ]
    if given:
        await tx.session.execute(insert(Assignment), given)
    await _look_for_names(tx, call_id, pairs)
    for pair in sorted(pairs):
        await record(tx, AssessorAssigned(call_id=call_id, **pair._asdict()))
    await tx.flush()


async def lock_for_judging(tx: Tx, call_id: UUID, application_ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of these applications of the call, which are locked in the order of their ids and are under assessment.
    Refused as `give`, but for what is about assessors; "not_found" (missing)."""
    query = select(Application.id, Application.reference, Application.status).where(
        Application.id.in_(application_ids), Application.call_id == call_id
    )
    rows = (await tx.session.execute(query.order_by(Application.id).with_for_update(key_share=True))).all()
    if len(rows) < len(application_ids):
        refuse("not_found", kind="missing", what="application")
    await refuse_shut_out(tx, application_ids)
    may_go_on((await tx.get(Call, call_id)).state)
    ended = await queries.has_ended(tx.session, call_id)
    kept = await queries.keep_scores(tx.session, application_ids)
    for row in rows:
        may_judge_at_all(ApplicationStatus(row.status), ended=ended, keeps_scores=row.id in kept)
    return {row.id: row.reference for row in rows}


async def _pair_mistakes(tx: Tx, references: Mapping[UUID, str], pairs: Collection[Pair]) -> Iterator[Reason]:
    names = await queries.assessors_among(tx.session, {pair.assessor_id for pair in pairs})
    barred = await queries.barred(tx.session, list(references), tx.now)
    return pair_mistakes(pairs, references, names, barred)


async def _look_for_names(tx: Tx, call_id: UUID, pairs: Collection[Pair]) -> None:
    """Look for the names of assessors whose accounts were made after the opening of these applications; the others were
    looked for then."""
    applications, people = ({pair[at] for pair in pairs} for at in (0, 1))
    rows = await tx.session.execute(
        select(Application.id, Person.id)
        .join(Person, Person.created_at > Application.opened_at)
        .where(Application.id.in_(applications), Person.id.in_(people))
    )
    newer = [pair for row in rows if (pair := Pair(*row)) in pairs]
    for pair in newer:
        await look_for_names(tx, [pair.application_id], [pair.assessor_id])
    if newer:
        await look(tx, call_id)


async def _forget_before(tx: Tx, pair: Pair) -> None:
    """Remove an earlier assignment: the assessor declares anew, and finds the earlier assessment as a draft. (Somebody who
    has declared a conflict is not given the application again.)"""
    for model in (ConflictDeclaration, Assignment):
        row = await tx.session.get(model, pair, populate_existing=True)
        if row is not None:
            await tx.session.delete(row)
    assessment = await tx.session.get(Assessment, pair, populate_existing=True)
    if assessment is not None:
        await put_back(tx, assessment, "")
    await tx.flush()


async def put_back(tx: Tx, assessment: Assessment, reason: str) -> UUID:
    """Keep a sent assessment as it was, and make its content the draft that its assessor goes on with. Returns the id
    of what is kept."""
    kept = ReopenedAssessment(
        id=new_id(),
        application_id=assessment.application_id,
        assessor_id=assessment.assessor_id,
        scores=assessment.scores,
        comments=assessment.comments,
        sent_at=assessment.sent_at,
        reopened_at=tx.now,
        reopened_by=tx.actor,
        reason=reason,
    )
    tx.add(kept)
    call = await tx.get(Call, (await tx.get(Application, assessment.application_id)).call_id)
    typed = fields_of(assessment.scores, assessment.comments, rules_of(call).grid)
    await keep(tx, assessment.application_id, UNSENT, Holder(assessment.assessor_id), typed)
    await tx.session.delete(assessment)
    await tx.flush()
    return kept.id


async def begin_assigning(tx: Tx, call_id: UUID, assessor_ids: Collection[UUID]) -> None:
    """The actor assigns in the call, these people assess in it from now on: asked before anything is locked.

    Refused: "own_assignment", "not_an_assessor" for whoever is not there and, for those who run the call, `why_not_assess`
    (invalid); "assesses_here" (forbidden).
    """
    refuse_if(assignment_mistakes(tx.actor, assessor_ids))
    names = await queries.names_of(tx.session, assessor_ids)
    if set(assessor_ids) - names.keys():
        refuse("not_an_assessor", kind="invalid", field="assessors")
    duties = dict.fromkeys(assessor_ids, Duty.ASSESSES) | ({tx.actor: Duty.ASSIGNED} if tx.actor else {})
    held = await take_duties(tx, call_id, duties)
    if tx.actor:
        may_run(held.get(tx.actor))
        await refuse_before(tx, call_id, Duty.ASSIGNED)
    refuse_if(why_not_assess({names[key]: held.get(key) for key in assessor_ids}))


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
    if await is_over(tx, application):
        refuse("already_decided")
    if conflict and not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    key = (application_id, assessor_id)
    declared = await tx.session.get(ConflictDeclaration, key, populate_existing=True)
    if declared is not None and (declared.conflict or not conflict):
        refuse("already_declared")
    if conflict:
        await close_to(tx, application_id, assessor_id, reason.strip())
    else:
        tx.add(
            ConflictDeclaration(
                application_id=application_id, assessor_id=assessor_id, conflict=False, reason="", at=tx.now
            )
        )
        await tx.flush()
    await record(
        tx, ConflictDeclared(application_id=application_id, assessor_id=assessor_id, conflict=conflict)
    )
    if conflict:
        await settle(tx, application_id)


async def may_write(tx: Tx, application_id: UUID) -> None:
    """Asked before what the actor types is kept. Refused as for `send_assessment`."""
    await _may_assess(tx, await tx.get(Application, application_id), _actor(tx))


async def send_assessment(tx: Tx, application_id: UUID, scores: Scores, comments: Mapping[str, str]) -> None:
    """The actor sends the scores; they are frozen.

    Refused: "not_assigned", "not_declared" or "conflict" (forbidden), "already_sent", "evaluation_ended",
    "not_in_evaluation", and every mistake of `rules.score_mistakes` and `comment_mistakes` (invalid).
    """
    assessor_id = _actor(tx)
    application = await tx.lock(Application, application_id)
    await _may_assess(tx, application, assessor_id)
    grid = rules_of(await tx.get(Call, application.call_id)).grid
    refuse_if([*score_mistakes(scores, grid), *comment_mistakes(scores, comments, grid)])
    assessment = Assessment(application_id=application_id, assessor_id=assessor_id, sent_at=tx.now)
    assessment.scores = as_kept(scores, grid)
    assessment.comments = dict(comments)
    tx.add(assessment)
    await tx.flush()
    await end(tx, application_id, [UNSENT])
    await record(
        tx,
        AssessmentSent(application_id=application_id, call_id=application.call_id, assessor_id=assessor_id),
    )
    await settle(tx, application_id)


def as_kept(scores: Scores, grid: Grid) -> dict[str, str | None]:
    """Scores as `Assessment` keeps them, in the grid's order."""
    return {
        key: None if scores[key] is None else f"{scores[key]:f}" for key in (item.key for item in grid.items)
    }


async def set_aside(tx: Tx, application_id: UUID, reason: str) -> None:
    """Set an admitted application aside that can't get its minimum of assessments. Refused: `rules.may_set_aside`, "already_decided"."""
    await run(tx, (await tx.get(Application, application_id)).call_id, Duty.CHECKED)
    application = await tx.lock(Application, application_id)
    if (await tx.get(Call, application.call_id)).state == "decided":
        refuse("already_decided")
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
    """Take a setting aside back, before the ranking is proposed. Refused: "wrong_status", "evaluation_ended", "already_decided"."""
    await run(tx, (await tx.get(Application, application_id)).call_id, Duty.CHECKED)
    application = await tx.lock(Application, application_id)
    if (await tx.get(Call, application.call_id)).state == "decided":
        refuse("already_decided")
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
        ApplicationStatus(application.status),
        ended=ended,
        keeps_scores=bool(await queries.keep_scores(tx.session, [application.id])),
    )


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


def _actor(tx: Tx) -> UUID:
    assert tx.actor is not None, "an assessor acts in person"
    return tx.actor
