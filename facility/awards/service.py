"""Commands of the awards. Lock order: envelope, call, applications by id; then awards and places.

The envelope's lock guards every award and every place on a reserve list that draws on it: nothing of them changes
without it, so that money can be counted before applications are locked.
"""

from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import delete, select

from facility.admission.service import move
from facility.applications.models import Application
from facility.applications.queries import track_of
from facility.applications.rules import ApplicationStatus, still_eligible
from facility.applications.rules.ending import has_ended
from facility.applications.service import carry_over, end_what_is_open
from facility.awards import queries, reserve, rules
from facility.awards.cool_down import cooling
from facility.awards.events import (
    AwardEnded,
    AwardsDecided,
    AwardsProposed,
    ClosingProposed,
    EndKind,
    ProposalTakenBack,
    ReserveEnded,
    ReservePlaced,
)
from facility.awards.models import Award, AwardDecision, RankingEntry, ReserveEntry, ReserveState
from facility.calls.models import Call, CallState
from facility.calls.service import mark_decided, next_batch, rules_of
from facility.contracts.models import Envelope
from facility.contracts.service import commit, lock_envelope
from facility.db import Tx, new_id
from facility.evaluation.queries import is_sealed, on_board
from facility.evaluation.rules import Judged, Outcome, Standing
from facility.evaluation.service import end_evaluation, reopen_evaluation, standing
from facility.events import record
from facility.refused import refuse

NOTHING = Decimal("0.00")
LOST = "too_few_beneficiaries"
"""The reason that an application bears which lost its beneficiaries."""


async def propose(tx: Tx, call_id: UUID) -> AwardDecision:
    """Propose the call's ranking, as it stands now, to the authorising officer; assessors send no more.

    Proposing anew replaces a proposal that is not decided. Refused: rules.may_propose.
    """
    actor = _actor(tx)
    call = await tx.lock(Call, call_id)
    await reserve.lock_applications(tx, await queries.application_ids(tx.session, call_id))
    decision = await _decision(tx, call_id)
    stands = await standing(tx, call_id)
    done = decision is not None and decision.decided_at is not None
    await _may_propose(tx, call, stands, decided=done)
    drawn = await _draw(tx, call, stands)
    if decision is None:
        decision = AwardDecision(id=new_id(), call_id=call_id)
        tx.add(decision)
    decision.proposed_by, decision.proposed_at = actor, tx.now
    decision.line = msgspec.to_builtins(drawn, str_keys=True)
    await end_evaluation(tx, call_id)
    await record(tx, AwardsProposed(call_id=call_id))
    return decision


async def take_back(tx: Tx, call_id: UUID) -> None:
    """Take back a proposal that is not decided yet. Refused: "not_proposed", "already_decided"."""
    await tx.lock(Call, call_id)
    await _proposal(tx, call_id)
    await tx.session.execute(delete(AwardDecision).where(AwardDecision.call_id == call_id))
    await reopen_evaluation(tx, call_id)
    await record(tx, ProposalTakenBack(call_id=call_id))


async def decide(tx: Tx, call_id: UUID, *, seen: str | None = None) -> AwardDecision:
    """Decide the call as it stands now: awards, commitments and reserve list, in this one transaction.

    What has lost its beneficiaries becomes ineligible first; the line is drawn from what is free now. `seen`: the
    fingerprint of the line that the deciding person was shown. Refused: "not_proposed", "already_decided",
    "same_person" (forbidden), "changed_since_shown", rules.may_propose.
    """
    actor = _actor(tx)
    envelope, call = await _lock_money(tx, call_id)
    decision = await _proposal(tx, call_id)
    rules.may_decide(decision.proposed_by, actor)
    applications = await reserve.lock_applications(tx, await queries.application_ids(tx.session, call_id))
    stands = await standing(tx, call_id)
    await _may_propose(tx, call, stands, decided=False)
    drawn = await _draw(tx, call, stands)
    if seen is not None and seen != drawn.fingerprint:
        refuse("changed_since_shown")
    mark_decided(tx, call)
    decision.decided_by, decision.decided_at = actor, tx.now
    decision.decided_line = msgspec.to_builtins(drawn, str_keys=True)
    tx.add(*[_entry(call_id, judged, drawn) for judged in stands.everyone])
    await _settle_others(tx, stands, applications)
    for application_id in drawn.awards:
        await reserve.make_award(tx, envelope, applications[application_id], from_reserve=False)
    for place, application_id in enumerate(drawn.reserve, 1):
        await _place(tx, applications[application_id], place)
    for application_id in drawn.cooled:
        await move(tx, applications[application_id], ApplicationStatus.COOLED_DOWN)
    await _carry_over(tx, call, [applications[application_id] for application_id in drawn.carried])
    await _end_others(tx, applications)
    await record(tx, _decided(call, drawn))
    return decision


def _decided(call: Call, drawn: rules.Drawn) -> AwardsDecided:
    return AwardsDecided(
        call_id=call.id,
        envelope_id=call.envelope_id,
        awarded=list(drawn.awards),
        reserve=list(drawn.reserve),
        not_funded=[*drawn.others, *drawn.cooled],
        committed=drawn.committed,
        left=drawn.left,
        carried_over=list(drawn.carried),
    )


async def _may_propose(tx: Tx, call: Call, stands: Standing, *, decided: bool) -> None:
    rules.may_propose(
        stands,
        call.state,
        decided=decided,
        sealed=await is_sealed(tx.session, call.id),
        earlier=await queries.earlier_batch_open(tx.session, call),
    )


async def _carry_over(tx: Tx, call: Call, applications: list[Application]) -> None:
    if not applications:
        return
    following = await next_batch(tx, call)
    assert following is not None, "the line carries nothing beyond the last batch"
    for application in applications:
        await carry_over(tx, application, following)


def _entry(call_id: UUID, judged: Judged, drawn: rules.Drawn) -> RankingEntry:
    scores = judged.applicant.assessments if judged.means else ()
    return RankingEntry(
        call_id=call_id,
        application_id=judged.applicant.application_id,
        rank=judged.rank,
        assessments=len(judged.applicant.assessments),
        section_sums={
            key: format(sum((one[key] for one in scores), Decimal(0)), "f")
            for key in (judged.means.sections if judged.means else ())
        },
        missed=list(judged.missed),
        outcome=judged.outcome.value,
        requested=judged.applicant.requested,
        on_board=list(judged.applicant.on_board),
        cooled_down=drawn.cooled.get(judged.applicant.application_id),
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
        for key, one in applications.items()
        if has_ended(ApplicationStatus(one.status), track_of(one), CallState.DECIDED)
    ]
    await end_what_is_open(tx, ended)


async def _place(tx: Tx, application: Application, place: int) -> None:
    tx.add(
        ReserveEntry(
            application_id=application.id,
            call_id=application.call_id,
            place=place,
            requested=application.requested,
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


async def propose_closing(tx: Tx, award_id: UUID, *, final_cost: Decimal, reason: str) -> Award:
    """Propose to close a standing award at this final cost (EUR), with a reason; anew replaces the proposal.

    Refused: "not_an_award" (conflict), "negative" or "reason_missing" (invalid).
    """
    found = await tx.get(Award, award_id)
    await lock_envelope(tx, found.envelope_id)
    application = await tx.lock(Application, found.application_id)
    rules.may_end(ApplicationStatus(application.status))
    if not final_cost >= 0:
        refuse("negative", kind="invalid", field="final_cost")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    award = await tx.lock(Award, award_id)
    award.final_cost, award.closing_reason = final_cost, reason.strip()
    award.closing_proposed_by, award.closing_proposed_at = _actor(tx), tx.now
    await tx.flush()
    await record(tx, ClosingProposed(award_id=award_id, application_id=application.id, final_cost=final_cost))
    return award


async def close_award(tx: Tx, award_id: UUID, *, seen: Decimal | None = None) -> list[UUID]:
    """Close the award at the proposed final cost, by a second person, and serve the reserve with what comes free.

    `seen`: the final cost that this person was shown. Returns the applications that got an award by it.
    Refused: "closing_not_proposed", "changed_since_shown", rules.may_close.
    """
    found = await tx.get(Award, award_id)
    envelope, call = await _lock_money(tx, found.call_id)
    award = await tx.lock(Award, award_id)
    status = ApplicationStatus((await _fresh(tx, award.application_id)).status)
    rules.may_end(status)
    if award.final_cost is None or award.closing_proposed_by is None:
        refuse("closing_not_proposed")
    if seen is not None and seen != award.final_cost:
        refuse("changed_since_shown")
    rules.may_close(status, award.final_cost, award.closing_proposed_by, _actor(tx))
    award.closed_by = tx.actor
    committed = rules.final_commitment(award.amount, award.final_cost)
    return await _end_award(tx, envelope, call, award, "closed", committed, award.closing_reason)


async def withdraw_award(tx: Tx, application_id: UUID, reason: str) -> list[UUID]:
    """End the application's award or its place on the reserve list as withdrawn, and serve the reserve.

    Returns the applications that got an award by it. Refused: "not_an_award", "reason_missing" (invalid).
    """
    application = await tx.get(Application, application_id)
    envelope, call = await _lock_money(tx, application.call_id)
    award = await standing_award(tx, application_id)
    entry = None if award else await _waiting_entry(tx, application_id)
    if award is None and entry is None:
        refuse("not_an_award", status=(await _fresh(tx, application_id)).status)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    if award is not None:
        return await _end_award(tx, envelope, call, award, "withdrawn", NOTHING, reason.strip())
    assert entry is not None
    return await _end_place(tx, envelope, call, entry, "withdrawn", reason.strip())


async def end_ineligible(tx: Tx, application_id: UUID) -> list[UUID]:
    """End an award or a place on the reserve list whose parties on board have too few beneficiaries left.

    Nothing happens when there is neither, or enough are still on board. Returns who got an award by it.
    """
    application = await tx.get(Application, application_id)
    if (await tx.get(Call, application.call_id)).decided_at is None:
        return []  # the decision asks anew who is still on board
    envelope, call = await _lock_money(tx, application.call_id)
    award = await standing_award(tx, application_id)
    entry = None if award else await _waiting_entry(tx, application_id)
    codes = (await on_board(tx.session, [application_id])).get(application_id, ())
    if still_eligible(codes, rules_of(call).min_beneficiaries):
        return []
    if award is not None:
        return await _end_award(tx, envelope, call, award, "ineligible", NOTHING, None)
    if entry is not None:
        return await _end_place(tx, envelope, call, entry, "ineligible", None)
    return []


async def serve_envelope(tx: Tx, envelope_id: UUID) -> list[UUID]:
    """Serve the reserve lists on an envelope that was given more money. Returns who got an award by it."""
    envelope = await lock_envelope(tx, envelope_id)
    served = await reserve.plan(tx, envelope, freed=NOTHING)
    applications = await reserve.lock_applications(tx, served)
    for key in served:
        await reserve.activate(tx, envelope, applications[key])
    return served


async def standing_award(tx: Tx, application_id: UUID) -> Award | None:
    """The application's award, as it is now, unless it has ended (a closed award is no award any more)."""
    query = select(Award).where(Award.application_id == application_id, Award.ended_at.is_(None))
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _end_award(
    tx: Tx, envelope: Envelope, call: Call, award: Award, how: EndKind, committed: Decimal, reason: str | None
) -> list[UUID]:
    freed = award.committed - committed
    ending = None if how == "closed" else award.application_id
    served = await reserve.plan(tx, envelope, first=call.id, freed=freed, ending=ending)
    applications = await reserve.lock_applications(tx, [award.application_id, *served])
    old = award.committed
    award.committed, award.ended_at, award.end_kind, award.end_reason = committed, tx.now, how, reason
    await _leave(tx, applications[award.application_id], how)
    await tx.flush()
    await commit(tx, envelope, award_id=award.id, old=old, new=committed)
    await record(
        tx,
        AwardEnded(
            award_id=award.id,
            application_id=award.application_id,
            call_id=award.call_id,
            how=how,
            committed=committed,
            freed=freed,
        ),
    )
    for key in served:
        await reserve.activate(tx, envelope, applications[key])
    return served


async def _end_place(
    tx: Tx, envelope: Envelope, call: Call, entry: ReserveEntry, how: EndKind, reason: str | None
) -> list[UUID]:
    served = await reserve.plan(tx, envelope, first=call.id, freed=NOTHING, leaving=entry.application_id)
    applications = await reserve.lock_applications(tx, [entry.application_id, *served])
    entry.state, entry.ended_at, entry.end_reason = ReserveState(how), tx.now, reason
    await _leave(tx, applications[entry.application_id], how)
    await tx.flush()
    assert how != "closed"
    await record(tx, ReserveEnded(application_id=entry.application_id, call_id=entry.call_id, how=how))
    for key in served:
        await reserve.activate(tx, envelope, applications[key])
    return served


async def _leave(tx: Tx, application: Application, how: EndKind) -> None:
    await move(tx, application, ApplicationStatus(how), reasons=(LOST,) if how == "ineligible" else ())
    if how == "withdrawn":
        application.withdrawn_at = tx.now
    await end_what_is_open(tx, [application.id])


async def _lock_money(tx: Tx, call_id: UUID) -> tuple[Envelope, Call]:
    envelope_id = (await tx.get(Call, call_id)).envelope_id
    return await lock_envelope(tx, envelope_id), await tx.lock(Call, call_id)


async def _draw(tx: Tx, call: Call, stands: Standing) -> rules.Drawn:
    free = await queries.free_money(tx.session, call.id)
    return rules.draw(
        stands,
        free,
        rules_of(call).skip_unaffordable,
        may_carry=await queries.may_be_carried(tx.session, call.id),
        cooling=await cooling(tx.session, call.id),
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


async def _waiting_entry(tx: Tx, application_id: UUID) -> ReserveEntry | None:
    query = select(ReserveEntry).where(
        ReserveEntry.application_id == application_id, ReserveEntry.state == ReserveState.WAITING
    )
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _fresh(tx: Tx, application_id: UUID) -> Application:
    return await tx.session.get_one(Application, application_id, populate_existing=True)


def _actor(tx: Tx) -> UUID:
    assert tx.actor is not None, "awards are proposed and decided by people"
    return tx.actor
