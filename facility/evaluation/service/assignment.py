"""Assessors for a whole call at once, and an assessor who is taken off an application."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from uuid import UUID

import msgspec

from facility.applications.models.application import Application
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.db import Tx, new_id
from facility.evaluation.events import AssessorTakenOff
from facility.evaluation.models.assessment import Assessment
from facility.evaluation.models.assignment import Assignment, TakenOff
from facility.evaluation.queries.assignment import Situation, situation
from facility.evaluation.rules.assignment import Bar, Pair, Question, loads_with, pair_mistakes, propose
from facility.evaluation.service.assessing import begin_assigning, give, lock_for_judging
from facility.evaluation.service.settling import settle
from facility.events.log import record
from facility.refused import Reason, Refused, refuse, refuse_if


class Change(msgspec.Struct, frozen=True):
    """Whom the actor gives an application to instead of those who are proposed, and why."""

    assessor_ids: tuple[UUID, ...]
    reason: str


async def assign_call(
    tx: Tx,
    call_id: UUID,
    *,
    each: int,
    most: int,
    seen: frozenset[Pair],
    changes: Mapping[UUID, Change],
    due_on: date | None = None,
) -> int:
    """Give the call's applications to assessors as it was proposed and `seen`, but for the changes, by application. Nobody has more
    than `most` then. Returns how many assessments were assigned.

    Refused: as `begin_assigning`; what has changed since by name, and "assignment_changed" (conflict); "nothing_to_assign"
    (conflict); wrong changes (invalid) at "assessors-ID" and "reason-ID" of their application.
    """
    actor = tx.actor
    assert actor is not None, "an officer assigns in person"
    pairs = _chosen(seen, changes)
    await begin_assigning(tx, call_id, sorted({pair.assessor_id for pair in pairs}))
    now = await _locked(tx, call_id, actor, {pair.application_id for pair in pairs})
    question = now.question(each, most)
    refuse_if(_not_assignable(now, pairs), "conflict")
    if set(propose(question).pairs) != seen:
        refuse("assignment_changed")
    refuse_if(_change_mistakes(now, question, pairs, seen, changes))
    if not pairs:
        refuse("nothing_to_assign")
    reasons = {pair: changes[pair.application_id].reason for pair in pairs if pair not in seen}
    await give(tx, call_id, pairs, due_on, reasons)
    return len(pairs)


def _chosen(seen: frozenset[Pair], changes: Mapping[UUID, Change]) -> list[Pair]:
    kept = {pair for pair in seen if pair.application_id not in changes}
    changed = {Pair(key, assessor) for key, change in changes.items() for assessor in change.assessor_ids}
    return sorted(kept | changed)


async def _locked(tx: Tx, call_id: UUID, actor: UUID, application_ids: Collection[UUID]) -> Situation:
    """The situation now, which stays as it is until the transaction ends: declaring a conflict, withdrawing and
    assigning all lock the application."""
    try:
        await lock_for_judging(tx, call_id, application_ids)
    except Refused as refused:
        if refused.codes in (("not_in_evaluation",), ("keeps_its_scores",)) or refused.kind == "missing":
            raise Refused([Reason("application_gone")]) from None
        raise
    return await situation(await tx.session.connection(), call_id, actor, tx.now)


def _not_assignable(now: Situation, pairs: Collection[Pair]) -> Iterator[Reason]:
    """What can no longer be assigned, whatever the form said."""
    names, references = now.names, now.references
    if any(pair.application_id not in references for pair in pairs):
        yield Reason("application_gone")
    elif any(pair.assessor_id not in names for pair in pairs):
        yield Reason("assessor_gone")
    else:
        for reason in pair_mistakes(pairs, references, names, now.barred):
            yield msgspec.structs.replace(reason, field=None)
        for application_id, assessor_id in pairs:
            if now.barred[application_id].get(assessor_id) is Bar.HAS_IT:
                about = {"assessor": names[assessor_id], "application": references[application_id]}
                yield Reason("assessor_has_it", None, about)


def _change_mistakes(
    now: Situation,
    question: Question,
    pairs: Collection[Pair],
    seen: frozenset[Pair],
    changes: Mapping[UUID, Change],
) -> Iterator[Reason]:
    wanted = Counter(pair.application_id for pair in pairs)
    for key, change in changes.items():
        needs = question.needs.get(key, 0)
        if wanted[key] > needs:
            about = {"application": now.references[key], "needs": str(needs)}
            yield Reason("too_many_for_application", f"assessors-{key}", about)
        departs = {Pair(key, assessor) for assessor in change.assessor_ids} - seen
        if departs and not change.reason.strip():
            yield Reason("departure_reason_missing", f"reason-{key}")
    loads = loads_with(question.loads, pairs)
    for pair in sorted(set(pairs) - seen):
        if loads[pair.assessor_id] > question.most:
            about = {
                "assessor": now.names[pair.assessor_id],
                "load": str(loads[pair.assessor_id]),
                "most": str(question.most),
            }
            yield Reason("assessor_full", f"assessors-{pair.application_id}", about)


async def take_off(
    tx: Tx,
    application_id: UUID,
    assessor_id: UUID,
    reason: str,
    *,
    instead: UUID | None = None,
    due_on: date | None = None,
) -> None:
    """Take an application from an assessor; what they have sent stays and counts no more. `instead`: who gets it in their place.

    Refused: as `assign` for whoever comes instead; "not_theirs", "recused_already"; "reason_missing" (invalid).
    """
    call_id = (await tx.get(Application, application_id)).call_id
    await begin_assigning(tx, call_id, [instead] if instead else [])
    await lock_for_judging(tx, call_id, [application_id])
    pair = Pair(application_id, assessor_id)
    assignment = await tx.session.get(Assignment, pair, populate_existing=True)
    if assignment is None or assignment.ended_at is not None:
        refuse("not_theirs")
    answer = await tx.session.get(ConflictDeclaration, pair, populate_existing=True)
    if answer is not None and answer.conflict:
        refuse("recused_already")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    assignment.ended_at = tx.now
    taken_off = TakenOff(
        id=new_id(), **pair._asdict(), at=tx.now, taken_off_by=tx.actor, reason=reason.strip()
    )
    tx.add(taken_off)
    sent = await tx.session.get(Assessment, pair) is not None
    await tx.flush()
    await record(
        tx, AssessorTakenOff(call_id=call_id, **pair._asdict(), taken_off_id=taken_off.id, sent=sent)
    )
    await settle(tx, application_id)
    if instead:
        await give(tx, call_id, [Pair(application_id, instead)], due_on)
