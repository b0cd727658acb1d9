"""What follows for awards when something happened: exits end them, more money serves reserves, letters go out."""

from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select

from facility.accounts.service.people import active_people
from facility.admission.service.initiatives import drop_initiative, keep_initiative
from facility.applications.events import PartnerLeft
from facility.applications.models.application import Application
from facility.applications.service.conflicts import officers_for
from facility.awards.events import (
    AcceptanceReminded,
    AcceptanceSettled,
    AwardEnded,
    AwardMade,
    AwardReduced,
    AwardsDecided,
    AwardsProposed,
    ComplaintDecided,
    ComplaintRegistered,
    ExceptionalProposed,
    ExceptionalSettled,
    ProposalSentBack,
    ProposalTakenBack,
    ReductionProposed,
    ReductionSettled,
    ReserveEnded,
    WithdrawalProposed,
    WithdrawalSettled,
)
from facility.awards.models.award import AwardAcceptance, AwardReduction, AwardWithdrawal, ExceptionalAward
from facility.awards.models.complaint import Complaint
from facility.awards.models.decision import AwardDecision, RankingEntry, ReturnedProposal
from facility.awards.rules.complaints import complaint_reference
from facility.awards.rules.urgent import decide_by
from facility.awards.service.answers import write_answer
from facility.awards.service.ending import end_ineligible, serve_envelope
from facility.awards.service.letters import (
    AWARD,
    CARRIED_OVER,
    NOT_FUNDED,
    RESERVE,
    write_exceptional,
    write_letters,
)
from facility.awards.service.news import (
    DECIDERS,
    About,
    about_reduction,
    ask_to_decide,
    deciders,
    enlargement_words,
    exceptional_words,
    lead_contact,
    tell_of_the_end,
    tell_of_the_ranking,
    tell_of_the_reduction,
    tell_the_proposer,
    withdrawal_words,
    write_to_lead,
)
from facility.awards.service.publication import standing_withholding
from facility.calls.events import CallClosed, DecisionHalfTime, DecisionOverdue
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.contracts.events import EnlargementProposed, EnlargementSettled, EnvelopeChanged
from facility.contracts.models import Contract, EnvelopeEnlargement
from facility.db import Tx
from facility.evaluation.queries.standing import home
from facility.evaluation.rules.committee import Function
from facility.evaluation.rules.ranking import Outcome
from facility.evaluation.service.committee import people_in
from facility.events.reactions import reacts_to
from facility.money import format_eur
from facility.outbox.service import post
from facility.web.access import Role
from facility.web.filters import instant, weekday
from facility.web.i18n import _


@reacts_to(PartnerLeft)
async def check_eligibility(tx: Tx, event: PartnerLeft) -> None:
    """Whoever has an award or waits for one, and has too few beneficiaries left, loses it at that instant."""
    await end_ineligible(tx, event.application_id)


@reacts_to(EnvelopeChanged)
async def serve_with_more(tx: Tx, event: EnvelopeChanged) -> None:
    """An envelope that was given more money serves the reserve lists that draw on it."""
    if event.new > event.old:
        await serve_envelope(tx, event.envelope_id)


@reacts_to(AwardsProposed)
async def tell_authorising_officers(tx: Tx, event: AwardsProposed) -> None:
    """Whoever may decide is told that a ranking waits."""
    call = await tx.get(Call, event.call_id)
    urgent = call.mode == Mode.URGENT
    for person in await active_people(tx, Role.AUTHORISING):
        await post(
            tx,
            template="awards/proposed",
            to=person.email,
            to_name=person.name,
            subject=_("The ranking of call {call} waits for your decision", call=call.reference),
            subject_id=event.call_id,
            context={
                "call": call.reference,
                "path": f"/urgent/{call.id}" if urgent else f"/evaluation/{call.id}/decision",
            },
        )


@reacts_to(AwardsProposed)
async def ask_the_committee_to_sign(tx: Tx, event: AwardsProposed) -> None:
    """Its voting members sign the evaluation report before the decision."""
    call = await tx.get(Call, event.call_id)
    for person in await people_in(tx, call, Function.VOTING):
        await post(
            tx,
            template="awards/report_to_sign",
            to=person.email,
            to_name=person.name,
            subject=_("Please sign the evaluation report of call {call}", call=call.reference),
            subject_id=event.call_id,
            context={"call": call.reference, "path": f"/evaluation/{call.id}/report"},
        )


@reacts_to(AwardsDecided)
async def write_to_applicants(tx: Tx, event: AwardsDecided) -> None:
    """Letters to the winners, the reserve, those who are ranked again, and the others; not to those who had withdrawn."""
    await write_letters(tx, event.call_id, AWARD, event.awarded)
    await write_letters(tx, event.call_id, RESERVE, event.reserve)
    await write_letters(tx, event.call_id, CARRIED_OVER, event.carried_over)
    query = select(RankingEntry.application_id).where(
        RankingEntry.call_id == event.call_id,
        RankingEntry.application_id.in_(event.not_funded),
        RankingEntry.outcome != Outcome.WITHDRAWN,
    )
    await write_letters(tx, event.call_id, NOT_FUNDED, (await tx.session.scalars(query)).all())


@reacts_to(AwardsDecided)
async def tell_who_proposed_the_ranking(tx: Tx, event: AwardsDecided) -> None:
    """Whoever proposed the ranking learns what was decided, and whether it differs from the proposal."""
    call = await tx.get(Call, event.call_id)
    query = select(AwardDecision).where(AwardDecision.call_id == event.call_id)
    decision = (await tx.session.scalars(query)).one()
    await tell_of_the_ranking(
        tx,
        call,
        decision.proposed_by,
        _("The ranking of call {call} was decided", call=call.reference),
        {
            "decided": True,
            "awards": len(event.awarded),
            "committed": format_eur(event.committed),
            "reserve": len(event.reserve),
            "carried": len(event.carried_over),
            "others": len(event.not_funded),
            "changed": not decision.as_decided.has_outcome_of(decision.as_proposed),
            "path": f"/urgent/{call.id}" if call.mode == Mode.URGENT else f"/awards/calls/{call.id}",
        },
    )


@reacts_to(ProposalTakenBack)
async def tell_whose_proposal_was_taken_back(tx: Tx, event: ProposalTakenBack) -> None:
    """Whoever proposed the ranking learns that somebody else took the proposal back."""
    if event.proposed_by is None:
        return
    call = await tx.get(Call, event.call_id)
    subject = _("Your proposal for call {call} was taken back", call=call.reference)
    context = {"decided": False, "path": home(call.mode, call.id)}
    await tell_of_the_ranking(tx, call, event.proposed_by, subject, context)


@reacts_to(ProposalSentBack)
async def tell_whose_proposal_was_sent_back(tx: Tx, event: ProposalSentBack) -> None:
    """Whoever proposed the ranking learns what the authorising officer wants corrected."""
    call = await tx.get(Call, event.call_id)
    returned = await tx.get(ReturnedProposal, event.return_id)
    subject = _("Your proposal for call {call} was sent back", call=call.reference)
    context = {"reason": returned.reason, "path": home(call.mode, call.id)}
    await tell_of_the_ranking(
        tx, call, event.proposed_by, subject, context, template="awards/ranking_sent_back"
    )


@reacts_to(AwardMade)
async def write_to_served(tx: Tx, event: AwardMade) -> None:
    """A letter to whoever got an award from the reserve list, or on an approved exception."""
    if event.from_reserve:
        await write_letters(tx, event.call_id, AWARD, [event.application_id])
    if event.exceptional:
        await write_exceptional(tx, event.application_id, event.amount)


@reacts_to(AwardMade)
async def keep_among_what_is_done(tx: Tx, event: AwardMade) -> None:
    """Later applicants are shown what is supported already, unless it was withheld from the public list meanwhile."""
    withheld = await standing_withholding(tx, event.award_id) is not None
    await keep_initiative(tx, event.application_id, public=not withheld)


@reacts_to(AwardEnded)
async def drop_from_what_is_done(tx: Tx, event: AwardEnded) -> None:
    """A closed award was done; one that was withdrawn or lost will not be."""
    if event.how != "closed":
        await drop_initiative(tx, event.application_id)


@reacts_to(AwardEnded)
async def tell_of_end(tx: Tx, event: AwardEnded) -> None:
    """Lead and partners are told that the award has ended."""
    acceptance = await tx.session.get(AwardAcceptance, event.award_id)
    how = "lapsed" if acceptance and acceptance.outcome == "lapsed" else event.how
    await tell_of_the_end(tx, event.application_id, "award", how, format_eur(event.committed))


@reacts_to(AcceptanceReminded)
async def remind_to_accept(tx: Tx, event: AcceptanceReminded) -> None:
    """The lead is reminded of the last day for accepting its award, unless it has answered meanwhile."""
    acceptance = await tx.get(AwardAcceptance, event.award_id)
    if acceptance.outcome is None:
        row = await lead_contact(tx, event.application_id)
        subject = _("Please accept the award of application {application}", application=row.reference)
        await write_to_lead(
            tx, row, event.application_id, "awards/accept_reminder", subject, by=weekday(acceptance.accept_by)
        )


@reacts_to(AcceptanceSettled)
async def tell_of_acceptance(tx: Tx, event: AcceptanceSettled) -> None:
    """The secretariat learns that a lead has accepted; of what ended otherwise AwardEnded tells."""
    if event.outcome == "accepted":
        application = await tx.get(Application, event.application_id)
        for officer in await officers_for(tx, event.application_id):
            await post(
                tx,
                template="awards/accepted",
                to=officer.email,
                to_name=officer.name,
                subject=_("Award {reference} is accepted", reference=application.reference),
                subject_id=event.award_id,
                context={"reference": application.reference, "path": f"/awards/{event.award_id}"},
            )


@reacts_to(ReserveEnded)
async def tell_of_lost_place(tx: Tx, event: ReserveEnded) -> None:
    """Lead and partners are told that the place on the reserve list has ended without an award."""
    if event.how != "activated":
        await tell_of_the_end(tx, event.application_id, "place", event.how, "")


@reacts_to(CallClosed)
async def tell_of_urgent(tx: Tx, event: CallClosed) -> None:
    """An urgent application closes its batch at its receipt, and its hours run: who opens and decides it is told."""
    call = await tx.get(Call, event.call_id)
    if call.mode == Mode.URGENT and call.series_id is not None:
        assert call.decide_within_hours is not None, "urgent calls say how long it may take"
        await _tell_of_urgent(tx, call, decide_by(call.closes_at, call.decide_within_hours), "received")


@reacts_to(DecisionHalfTime, DecisionOverdue)
async def remind_of_urgent(tx: Tx, event: DecisionHalfTime | DecisionOverdue) -> None:
    """The secretariat and the authorising officers are told that the time for an urgent decision runs out."""
    how = "overdue" if isinstance(event, DecisionOverdue) else "half"
    await _tell_of_urgent(tx, await tx.get(Call, event.call_id), event.decide_by, how)


async def _tell_of_urgent(tx: Tx, call: Call, by: datetime, how: str) -> None:
    for person in await deciders(tx):
        await post(
            tx,
            template="awards/urgent",
            to=person.email,
            to_name=person.name,
            subject=_("Urgent: {call}", call=call.reference),
            subject_id=call.id,
            context={"call": call.reference, "by": instant(by), "how": how, "path": f"/urgent/{call.id}"},
        )


@reacts_to(WithdrawalProposed)
async def ask_to_decide_on_a_withdrawal(tx: Tx, event: WithdrawalProposed) -> None:
    """All who may decide learn that an award is to be withdrawn, but for who proposed it."""
    withdrawal = await tx.get(AwardWithdrawal, event.withdrawal_id)
    if withdrawal.outcome is None:
        application = await tx.get(Application, event.application_id)
        path = f"/awards/{event.award_id}/{'lapse/proposal' if withdrawal.lapse else 'withdrawal'}"
        context = {"reference": application.reference, "reason": withdrawal.reason, "path": path}
        about = About(withdrawal, event.award_id, withdrawal_words(application, withdrawal))
        roles = (Role.AUTHORISING,) if withdrawal.lapse else DECIDERS
        await ask_to_decide(tx, about, "withdrawal_proposed", context, roles)


@reacts_to(EnlargementProposed)
async def ask_to_decide_on_an_enlargement(tx: Tx, event: EnlargementProposed) -> None:
    """All who may decide learn that an envelope is to be enlarged, but for who proposed it."""
    enlargement = await tx.get(EnvelopeEnlargement, event.enlargement_id)
    if enlargement.outcome is None:
        contract = await tx.get(Contract, event.contract_id)
        path = f"/contracts/{quote(contract.reference)}/envelopes/{event.envelope_id}/enlargement"
        context = {"reference": contract.reference, "reason": enlargement.reason, "path": path}
        about = About(enlargement, event.envelope_id, enlargement_words(contract))
        await ask_to_decide(tx, about, "enlargement_proposed", context)


@reacts_to(ExceptionalProposed)
async def ask_to_decide_on_an_exceptional_award(tx: Tx, event: ExceptionalProposed) -> None:
    """Authorising officers learn that an award is proposed on an approved exception."""
    proposal = await tx.get(ExceptionalAward, event.proposal_id)
    if proposal.outcome is None:
        application = await tx.get(Application, event.application_id)
        path = f"/applications/{event.application_id}/exceptional-award"
        context = {"reference": application.reference, "reason": proposal.reason, "path": path}
        about = About(proposal, event.application_id, exceptional_words(application))
        await ask_to_decide(tx, about, "exceptional_proposed", context, (Role.AUTHORISING,))


@reacts_to(ExceptionalSettled)
async def tell_what_came_of_an_exceptional_award(tx: Tx, event: ExceptionalSettled) -> None:
    """Whoever proposed it learns what an authorising officer decided."""
    application = await tx.get(Application, event.application_id)
    proposal = await tx.get(ExceptionalAward, event.proposal_id)
    about = About(proposal, event.application_id, exceptional_words(application))
    await tell_the_proposer(tx, about, f"/applications/{event.application_id}")


@reacts_to(ReductionProposed)
async def ask_to_decide_on_a_reduction(tx: Tx, event: ReductionProposed) -> None:
    """Authorising officers learn that the part of a partner that left is to be taken off an award."""
    reduction = await tx.get(AwardReduction, event.reduction_id)
    if reduction.outcome is None:
        about, reference = await about_reduction(tx, reduction, event.application_id)
        path = f"/awards/{event.award_id}/parts/{reduction.party_id}"
        context = {"reference": reference, "reason": reduction.reason, "path": path}
        await ask_to_decide(tx, about, "reduction_proposed", context, (Role.AUTHORISING,))


@reacts_to(ReductionSettled)
async def tell_what_came_of_a_reduction(tx: Tx, event: ReductionSettled) -> None:
    """Whoever proposed it learns what an authorising officer decided."""
    reduction = await tx.get(AwardReduction, event.reduction_id)
    about, _reference = await about_reduction(tx, reduction, event.application_id)
    await tell_the_proposer(tx, about, f"/awards/{event.award_id}")


@reacts_to(AwardReduced)
async def tell_the_lead_of_a_reduction(tx: Tx, event: AwardReduced) -> None:
    """The lead learns what its award is now."""
    await tell_of_the_reduction(tx, event)


@reacts_to(WithdrawalSettled)
async def tell_what_came_of_a_withdrawal(tx: Tx, event: WithdrawalSettled) -> None:
    """Whoever proposed it learns what a second person decided."""
    application = await tx.get(Application, event.application_id)
    withdrawal = await tx.get(AwardWithdrawal, event.withdrawal_id)
    about = About(withdrawal, event.award_id, withdrawal_words(application, withdrawal))
    await tell_the_proposer(tx, about, f"/awards/{event.award_id}")


@reacts_to(EnlargementSettled)
async def tell_what_came_of_an_enlargement(tx: Tx, event: EnlargementSettled) -> None:
    """Whoever proposed it learns what a second person decided."""
    contract = await tx.get(Contract, event.contract_id)
    enlargement = await tx.get(EnvelopeEnlargement, event.enlargement_id)
    about = About(enlargement, event.envelope_id, enlargement_words(contract))
    await tell_the_proposer(tx, about, f"/contracts/{quote(contract.reference)}")


@reacts_to(ComplaintRegistered)
async def confirm_a_complaint(tx: Tx, event: ComplaintRegistered) -> None:
    """The lead learns the number of its complaint, and by when it is answered."""
    complaint = await tx.get(Complaint, event.complaint_id)
    call = await tx.get(Call, event.call_id)
    lead = await lead_contact(tx, event.application_id)
    reference = complaint_reference(call.reference, complaint.number)
    await write_to_lead(
        tx,
        lead,
        event.application_id,
        "awards/complaint_registered",
        _("Complaint {reference} is registered", reference=reference),
        complaint=reference,
        by=weekday(complaint.decide_by),
        path=f"/applications/{event.application_id}/complaint",
    )


@reacts_to(ComplaintDecided)
async def answer_a_complaint(tx: Tx, event: ComplaintDecided) -> None:
    """The lead gets a letter with the reasons."""
    await write_answer(tx, await tx.get(Complaint, event.complaint_id))
