"""Assessors of an application agree on its scores, led by the chair or, without a committee, by whoever runs the call. Lock order:
call, then application, which guards the consensus about it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, text

from facility.applications.models.application import Application
from facility.calls.models.call import Call
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import refuse_before, run
from facility.calls.service.reading import rules_of
from facility.db import Tx, new_id
from facility.drafting.service import end, forgets
from facility.evaluation.events import (
    ConsensusAnswered,
    ConsensusBegun,
    ConsensusClosed,
    ConsensusProposed,
)
from facility.evaluation.models.committee import leads
from facility.evaluation.models.consensus import (
    AgreedScores,
    Consensus,
    ConsensusAnswer,
    ConsensusMember,
    stands,
)
from facility.evaluation.queries.standing import count_unsent, counting_assessors
from facility.evaluation.rules.assessing import comment_mistakes, score_mistakes
from facility.evaluation.rules.consensus import dissent_mistakes, may_begin
from facility.evaluation.rules.means import Scores
from facility.evaluation.service.assessing import as_kept, lock_for_judging
from facility.evaluation.service.settling import end_consensus, judged_now, settle
from facility.events.log import record
from facility.refused import refuse, refuse_if

AGREED = "consensus"
"""What a rapporteur types is unsaved text of the application under this key, until it is sent."""
forgets(
    f"""section = '{AGREED}' AND unsaved.saved_at <= :left AND NOT EXISTS (SELECT FROM consensus
        WHERE consensus.application_id = subject_id AND ended_at IS NULL AND closed_at IS NULL)"""
)
_LEADS = text(f"SELECT {leads(':actor')} FROM call WHERE call.id = :call")  # noqa: S608 - our own text


async def begin_consensus(tx: Tx, application_id: UUID, rapporteur_id: UUID) -> UUID:
    """Ask the assessors of the application to agree on scores, which one of them writes. Returns the id of the consensus.

    Refused: as `_lead`, `rules.consensus.may_begin`.
    """
    call = await _lead(tx, application_id)
    await settle(tx, application_id)
    judged = await judged_now(tx, application_id)
    if judged is None:
        refuse("not_in_evaluation")
    members = await counting_assessors(tx.session, application_id)
    unsent = await count_unsent(tx.session, application_id)
    grid = rules_of(call).grid
    may_begin(judged.applicant, judged.outcome, grid, members, rapporteur_id, unsent)
    consensus = Consensus(
        id=new_id(),
        application_id=application_id,
        rapporteur_id=rapporteur_id,
        begun_at=tx.now,
        begun_by=tx.actor,
    )
    tx.add(consensus)
    await tx.flush()
    tx.add(*[ConsensusMember(consensus_id=consensus.id, assessor_id=key) for key in members])
    await tx.flush()
    await record(
        tx,
        ConsensusBegun(
            application_id=application_id,
            call_id=call.id,
            consensus_id=consensus.id,
            assessor_id=rapporteur_id,
        ),
    )
    return consensus.id


async def send_agreed_scores(
    tx: Tx, application_id: UUID, consensus_id: UUID, scores: Scores, comments: Mapping[str, str]
) -> None:
    """The rapporteur sends the scores, and so agrees to them; they never change.

    Refused: as `_working`, "not_the_rapporteur" (forbidden), "agreed_scores_sent", and every mistake of
    `rules.assessing.score_mistakes` and `comment_mistakes` (invalid).
    """
    consensus = await _working(tx, application_id, consensus_id)
    if consensus.rapporteur_id != tx.actor:
        refuse("not_the_rapporteur", kind="forbidden")
    if await tx.session.get(AgreedScores, consensus_id):
        refuse("agreed_scores_sent")
    call = await tx.get(Call, (await tx.get(Application, application_id)).call_id)
    grid = rules_of(call).grid
    refuse_if([*score_mistakes(scores, grid), *comment_mistakes(scores, comments, grid)])
    agreed = AgreedScores(consensus_id=consensus_id, sent_at=tx.now, comments=dict(comments))
    agreed.scores = as_kept(scores, grid)
    tx.add(agreed)
    await tx.flush()
    await end(tx, application_id, [AGREED])
    await record(
        tx,
        ConsensusProposed(application_id=application_id, call_id=call.id, consensus_id=consensus_id),
    )
    await _answer(tx, consensus, call.id, agrees=True, dissent="")


async def answer_on_scores(
    tx: Tx, application_id: UUID, consensus_id: UUID, *, agrees: bool, dissent: str = ""
) -> None:
    """The actor, a member, agrees to the scores, or dissents and says why. Once everybody has answered, the scores count.

    Refused: as `_working`, "agreed_scores_missing", "answered_already"; "dissent_missing" (invalid).
    """
    consensus = await _working(tx, application_id, consensus_id)
    if await tx.session.get(AgreedScores, consensus_id) is None:
        refuse("agreed_scores_missing")
    if await tx.session.get(ConsensusAnswer, (consensus_id, tx.actor)):
        refuse("answered_already")
    refuse_if(dissent_mistakes(agrees, dissent))
    call_id = (await tx.get(Application, application_id)).call_id
    await _answer(tx, consensus, call_id, agrees=agrees, dissent="" if agrees else dissent.strip())


async def close_consensus(tx: Tx, application_id: UUID, consensus_id: UUID, reason: str) -> None:
    """Whoever leads closes it though somebody has not answered: its scores count.

    Refused: as `_lead` and `_open`, "agreed_scores_missing"; "reason_missing" (invalid).
    """
    await _lead(tx, application_id)
    consensus = await _open(tx, application_id, consensus_id)
    if await tx.session.get(AgreedScores, consensus_id) is None:
        refuse("agreed_scores_missing")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    consensus.closed_by, consensus.close_reason = tx.actor, reason.strip()
    await _close(tx, consensus, all_answered=False)


async def cancel_consensus(tx: Tx, application_id: UUID, consensus_id: UUID, reason: str) -> None:
    """Whoever leads ends it, open or closed: its scores count no more, and another one can be begun.

    Refused: as `_lead`, "consensus_over"; "reason_missing" (invalid).
    """
    await _lead(tx, application_id)
    consensus = await _standing(tx, application_id, consensus_id)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    await end_consensus(tx, consensus, reason.strip())
    await settle(tx, application_id)


async def may_write_scores(tx: Tx, application_id: UUID) -> None:
    """Asked before what the actor types as rapporteur is kept. Refused as for `send_agreed_scores`."""
    query = select(Consensus).where(Consensus.application_id == application_id, Consensus.ended_at.is_(None))
    consensus = (await tx.session.scalars(query)).first()
    if consensus is None or consensus.closed_at is not None:
        refuse("consensus_over")
    if consensus.rapporteur_id != tx.actor:
        refuse("not_the_rapporteur", kind="forbidden")
    if await tx.session.get(AgreedScores, consensus.id):
        refuse("agreed_scores_sent")


async def _lead(tx: Tx, application_id: UUID) -> Call:
    """The call, whose consensus the actor leads; its application is locked and under assessment. Refused: "not_yours_to_lead",
    "assesses_here", "not_signed_here" (forbidden), as `lock_for_judging`."""
    call = await tx.get(Call, (await tx.get(Application, application_id)).call_id)
    if not (await tx.session.execute(_LEADS, {"actor": tx.actor, "call": call.id})).scalar():
        refuse("not_yours_to_lead", kind="forbidden")
    if call.committee:
        await refuse_before(tx, call.id, Duty.ASSIGNED)
    else:
        await run(tx, call.id, Duty.ASSIGNED)
    await lock_for_judging(tx, call.id, [application_id])
    return call


async def _standing(tx: Tx, application_id: UUID, consensus_id: UUID) -> Consensus:
    """The consensus on the application, which is locked. Refused: "consensus_over"."""
    query = (
        select(Consensus)
        .join(Application, Application.id == Consensus.application_id)
        .where(Consensus.id == consensus_id, Consensus.application_id == application_id, text(stands()))
        .execution_options(populate_existing=True)
    )
    consensus = (await tx.session.scalars(query)).first()
    if consensus is None:
        refuse("consensus_over")
    return consensus


async def _open(tx: Tx, application_id: UUID, consensus_id: UUID) -> Consensus:
    """The same, where its scores do not count yet. Refused: "consensus_over", "consensus_closed"."""
    consensus = await _standing(tx, application_id, consensus_id)
    if consensus.closed_at is not None:
        refuse("consensus_closed")
    return consensus


async def _working(tx: Tx, application_id: UUID, consensus_id: UUID) -> Consensus:
    """The open consensus of which the actor is a member. Refused: as `_open` and `lock_for_judging`, "not_assigned" (forbidden)."""
    call_id = (await tx.get(Application, application_id)).call_id
    await lock_for_judging(tx, call_id, [application_id])
    consensus = await _open(tx, application_id, consensus_id)
    if await tx.session.get(ConsensusMember, (consensus_id, tx.actor)) is None:
        refuse("not_assigned", kind="forbidden")
    return consensus


async def _answer(tx: Tx, consensus: Consensus, call_id: UUID, *, agrees: bool, dissent: str) -> None:
    assert tx.actor is not None, "members answer in person"
    answer = ConsensusAnswer(
        consensus_id=consensus.id, assessor_id=tx.actor, agrees=agrees, dissent=dissent, at=tx.now
    )
    tx.add(answer)
    await tx.flush()
    await record(
        tx,
        ConsensusAnswered(
            application_id=consensus.application_id,
            call_id=call_id,
            consensus_id=consensus.id,
            assessor_id=tx.actor,
            agrees=agrees,
        ),
    )
    silent = select(ConsensusMember.assessor_id).where(
        ConsensusMember.consensus_id == consensus.id,
        ConsensusMember.assessor_id.not_in(
            select(ConsensusAnswer.assessor_id).where(ConsensusAnswer.consensus_id == consensus.id)
        ),
    )
    if (await tx.session.scalars(silent.limit(1))).first() is None:
        await _close(tx, consensus, all_answered=True)


async def _close(tx: Tx, consensus: Consensus, *, all_answered: bool) -> None:
    consensus.closed_at = tx.now
    await tx.flush()
    call_id = (await tx.get(Application, consensus.application_id)).call_id
    await record(
        tx,
        ConsensusClosed(
            application_id=consensus.application_id,
            call_id=call_id,
            consensus_id=consensus.id,
            all_answered=all_answered,
        ),
    )
    await settle(tx, consensus.application_id)
