"""Who hears of what one person proposed about awards and money, and another decides."""

from urllib.parse import quote

from facility.applications.models.application import Application
from facility.awards.events.awards import (
    ExceptionalProposed,
    ExceptionalSettled,
    ReductionProposed,
    ReductionSettled,
    WithdrawalProposed,
    WithdrawalSettled,
)
from facility.awards.models.award import AwardReduction, AwardWithdrawal, ExceptionalAward
from facility.awards.service.news import (
    About,
    about_reduction,
    ask_to_decide,
    enlargement_words,
    exceptional_words,
    tell_the_proposer,
    withdrawal_words,
)
from facility.contracts.events import EnlargementProposed, EnlargementSettled
from facility.contracts.models import Contract, EnvelopeEnlargement
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.web.access import DECIDERS, Role


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
