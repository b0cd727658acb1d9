"""Proposing and deciding a call: awards, commitments and the reserve list in one transaction."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import delete, select

from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.queries.content import track_of
from facility.applications.rules.ending import has_ended
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.batches import carry_over
from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.applications.service.ending import end_what_is_open
from facility.awards.events.decisions import (
    AwardsDecided,
    AwardsProposed,
    ProposalSentBack,
    ProposalTakenBack,
    ReservePlaced,
)
from facility.awards.models.decision import (
    AwardDecision,
    RankingEntry,
    ReserveEntry,
    ReserveState,
    ReturnedProposal,
)
from facility.awards.queries import money
from facility.awards.queries.bundle import bundle
from facility.awards.queries.complaints import is_complaint_open
from facility.awards.queries.cool_down import cooling
from facility.awards.rules.awards import may_decide, may_propose
from facility.awards.rules.complaints import suspending_decision
from facility.awards.rules.cool_down import Cooling
from facility.awards.rules.money_line import Decided, Drawn, draw, offers_of
from facility.awards.service import reserve
from facility.awards.service.offers import make_offer
from facility.awards.service.reasons import refuse_without_reasons
from facility.awards.service.report import refuse_unsigned
from facility.awards.service.shared import LOST, acting, lock_money
from facility.calls.models.call import Call
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.rules.standing import CallState
from facility.calls.service.batches import next_batch
from facility.calls.service.closing import mark_decided
from facility.calls.service.duties import run
from facility.calls.service.lots import reveal_lot
from facility.calls.service.reading import after_decision_of, rules_of
from facility.db import Tx, new_id
from facility.evaluation.queries.standing import is_sealed
from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.rules.ranking import Judged, Standing
from facility.evaluation.service.assessing import end_evaluation, reopen_evaluation, standing
from facility.evaluation.service.committee import refuse_committee, refuse_unless_full
from facility.evaluation.service.conflicts import refuse_undecided
from facility.events.log import record
from facility.periods import last_of_days
from facility.refused import refuse, refuse_if


async def propose(tx: Tx, call_id: UUID) -> AwardDecision:
    """Propose the call's ranking, as it stands now, to the authorising officer; assessors send no more.

    Proposing anew replaces a proposal that is not decided; nothing happens where the same person has proposed the same.
    Refused: rules.may_propose, "reasons_missing"; what the call's committee lacks, "conflicts_undecided"; (forbidden) "assesses_here", "shut_out".
    """
    actor = acting(tx)
    await run(tx, call_id, Duty.PROPOSED)
    call = await tx.lock(Call, call_id)
    await lock_and_look(tx, call_id)
    decision = await _decision(tx, call_id)
    stands = await standing(tx, call_id)
    done = decision is not None and decision.decided_at is not None
    await _may_propose(tx, call, stands, decided=done)
    await refuse_without_reasons(tx, call, stands)
    await refuse_unless_full(tx, call)
    await refuse_undecided(tx, call)
    drawn = await _draw(tx, call, stands, await cooling(tx.session, call_id))
    if decision is not None and decision.proposed_by == actor and decision.as_proposed == drawn:
        return decision
    if decision is None:
        decision = AwardDecision(id=new_id(), call_id=call_id)
        tx.add(decision)
    decision.proposed_by, decision.proposed_at = actor, tx.now
    decision.line = msgspec.to_builtins(drawn, str_keys=True)
    await end_evaluation(tx, call_id)
    await record(tx, AwardsProposed(call_id=call_id, seed=await reveal_lot(tx, call)))
    return decision


async def take_back(tx: Tx, call_id: UUID) -> None:
    """Take back a proposal that is not decided yet. Refused: "not_proposed", "already_decided", "assesses_here" (forbidden)."""
    await run(tx, call_id, Duty.PROPOSED)
    await tx.lock(Call, call_id)
    proposer = (await _proposal(tx, call_id)).proposed_by
    await _delete_proposal(tx, call_id)
    await go_back(tx, call_id, proposer)


async def send_back(tx: Tx, call_id: UUID, reason: str) -> None:
    """Send a proposal back to whoever made it, to be corrected. Refused: as `take_back`, "same_person", "shut_out" (forbidden)."""
    actor = acting(tx)
    await run(tx, call_id, Duty.DECIDED)
    await tx.lock(Call, call_id)
    await lock_and_look(tx, call_id)
    proposer = (await _proposal(tx, call_id)).proposed_by
    may_decide(proposer, actor)
    await _delete_proposal(tx, call_id)
    await go_back_with_reason(tx, call_id, proposer, reason)


async def _delete_proposal(tx: Tx, call_id: UUID) -> None:
    await tx.session.execute(delete(AwardDecision).where(AwardDecision.call_id == call_id))


async def lock_and_look(tx: Tx, call_id: UUID) -> dict[UUID, Application]:
    """The applications of the call, locked. Refused: "shut_out" (forbidden)."""
    applications = await reserve.lock_applications(tx, await money.application_ids(tx.session, call_id))
    await refuse_shut_out(tx, applications)
    return applications


async def go_back(tx: Tx, call_id: UUID, proposer: UUID) -> None:
    """A proposal was taken back: assessors send again."""
    await reopen_evaluation(tx, call_id)
    await record(
        tx, ProposalTakenBack(call_id=call_id, proposed_by=proposer if proposer != tx.actor else None)
    )


async def go_back_with_reason(tx: Tx, call_id: UUID, proposer: UUID, reason: str) -> None:
    """A proposal was sent back: assessors send again, and the reason is kept."""
    await reopen_evaluation(tx, call_id)
    returned = ReturnedProposal(
        id=new_id(),
        call_id=call_id,
        proposed_by=proposer,
        returned_by=acting(tx),
        returned_at=tx.now,
        reason=reason,
    )
    tx.add(returned)
    await record(tx, ProposalSentBack(call_id=call_id, return_id=returned.id, proposed_by=proposer))


async def decide(tx: Tx, call_id: UUID, *, seen: str | None = None) -> AwardDecision:
    """Decide the call as it stands now: awards, commitments and reserve list, in this one transaction.

    What has lost its beneficiaries becomes ineligible first; the line is drawn from what is free now. `seen`: the
    fingerprint of the line that the deciding person was shown. Refused: "not_proposed", "already_decided",
    "same_person", "assesses_here", "on_committee" or "shut_out" (forbidden), "changed_since_shown", "decision_suspended", rules.may_propose, what
    the call's committee lacks, "report_unsigned".
    """
    actor = acting(tx)
    await run(tx, call_id, Duty.DECIDED)
    envelope, call = await lock_money(tx, call_id)
    decision = await _proposal(tx, call_id)
    may_decide(decision.proposed_by, actor)
    applications = await lock_and_look(tx, call_id)
    stands = await standing(tx, call_id)
    await refuse_committee(tx, call_id)
    await _may_propose(tx, call, stands, decided=False)
    await refuse_suspended(tx, call)
    await refuse_unless_full(tx, call)
    await refuse_unsigned(tx, call, actor)
    looked_at = await cooling(tx.session, call_id)
    drawn = await _draw(tx, call, stands, looked_at)
    if seen is not None and seen != drawn.fingerprint:
        refuse("changed_since_shown")
    mark_decided(tx, call)
    decision.decided_by, decision.decided_at = actor, tx.now
    decided = Decided(**msgspec.structs.asdict(drawn), cooling=looked_at)
    decision.decided_line = msgspec.to_builtins(decided, str_keys=True)
    tx.add(*[_entry(call_id, judged, drawn) for judged in stands.everyone])
    await _settle_others(tx, stands, applications)
    for application_id in drawn.awards:
        await reserve.make_award(tx, envelope, applications[application_id])
    days = after_decision_of(call).reserve_days
    valid_until = last_of_days(tx.now, days) if days else None
    for place, application_id in enumerate(drawn.reserve, 1):
        await place_on_list(tx, applications[application_id], place, valid_until)
    for application_id, amount in drawn.offered.items():
        await make_offer(tx, envelope, call, applications[application_id], amount)
    for application_id in drawn.cooled:
        await move(tx, applications[application_id], ApplicationStatus.COOLED_DOWN)
    await _carry_over(tx, call, [applications[application_id] for application_id in drawn.carried])
    await _end_others(tx, applications)
    await tx.flush()
    root = (await bundle(await tx.session.connection(), call_id, deciding=True))["root"]
    await record(tx, _decided(call, drawn, root))
    return decision


def _decided(call: Call, drawn: Drawn, root: str) -> AwardsDecided:
    return AwardsDecided(
        call_id=call.id,
        envelope_id=call.envelope_id,
        awarded=list(drawn.awards),
        reserve=list(drawn.reserve),
        not_funded=[*drawn.others, *drawn.cooled],
        committed=drawn.committed,
        left=drawn.left,
        carried_over=list(drawn.carried),
        root=root,
    )


async def refuse_suspended(tx: Tx, call: Call) -> None:
    """Whoever complains locks the call, too, as it is locked here. Refused: rules.complaints.suspending_decision."""
    complaint_open = await is_complaint_open(tx.session, call.id)
    refuse_if(suspending_decision(after_decision_of(call), complaint_open=complaint_open), "conflict")


async def _may_propose(tx: Tx, call: Call, stands: Standing, *, decided: bool) -> None:
    may_propose(
        stands,
        call.state,
        decided=decided,
        sealed=await is_sealed(tx.session, call.id),
        earlier=await money.earlier_batch_open(tx.session, call),
    )


async def _carry_over(tx: Tx, call: Call, applications: list[Application]) -> None:
    if not applications:
        return
    following = await next_batch(tx, call)
    assert following is not None, "the line carries nothing beyond the last batch"
    for application in applications:
        await carry_over(tx, application, following)


def _entry(call_id: UUID, judged: Judged, drawn: Drawn) -> RankingEntry:
    return RankingEntry(
        call_id=call_id,
        application_id=judged.applicant.application_id,
        rank=judged.rank,
        assessments=len(judged.applicant.assessments),
        counted=judged.means.kept() if judged.means else {},
        missed=list(judged.missed),
        outcome=judged.outcome.value,
        requested=judged.applicant.requested,
        on_board=list(judged.applicant.on_board),
        cooled_down=drawn.cooled.get(judged.applicant.application_id),
        agreed=judged.agreed,
    )


async def _settle_others(tx: Tx, stands: Standing, applications: dict[UUID, Application]) -> None:
    for judged in stands.others:
        application = applications[judged.applicant.application_id]
        if judged.outcome is Outcome.BELOW_THRESHOLD:
            await move(tx, application, ApplicationStatus.BELOW_THRESHOLD, reasons=judged.missed)
        elif judged.outcome is Outcome.INELIGIBLE and application.status != ApplicationStatus.INELIGIBLE:
            await move(tx, application, ApplicationStatus.INELIGIBLE, reasons=(LOST,))


async def _end_others(tx: Tx, applications: dict[UUID, Application]) -> None:
    """What gets nothing by the decision ends here; exceptions are not ranked and go on."""
    ended = [
        key
        for key, application in applications.items()
        if has_ended(ApplicationStatus(application.status), track_of(application), CallState.DECIDED)
    ]
    await end_what_is_open(tx, ended)


async def place_on_list(tx: Tx, application: Application, place: int, valid_until: date | None) -> None:
    """The application waits on the reserve list from now on."""
    tx.add(
        ReserveEntry(
            application_id=application.id,
            call_id=application.call_id,
            place=place,
            requested=application.requested,
            valid_until=valid_until,
            state=ReserveState.WAITING,
        )
    )
    await move(tx, application, ApplicationStatus.RESERVE)
    await tx.flush()
    await record(
        tx,
        ReservePlaced(
            application_id=application.id,
            call_id=application.call_id,
            place=place,
            requested=application.requested,
        ),
    )


async def _draw(tx: Tx, call: Call, stands: Standing, looked_at: Cooling) -> Drawn:
    free = await money.free_money(tx.session, call.id)
    return draw(
        stands,
        free,
        rules_of(call).skip_unaffordable,
        may_carry=await money.may_be_carried(tx.session, call.id),
        cooling=looked_at,
        offers=offers_of(after_decision_of(call), call.award_min),
    )


async def _decision(tx: Tx, call_id: UUID) -> AwardDecision | None:
    query = select(AwardDecision).where(AwardDecision.call_id == call_id)
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _proposal(tx: Tx, call_id: UUID) -> AwardDecision:
    decision = await _decision(tx, call_id)
    if decision is None:
        refuse("not_proposed")
    if decision.decided_at is not None:
        refuse("already_decided")
    return decision
