"""What follows when a ranking is proposed, sent back, taken back or decided."""

from sqlalchemy import select

from facility.accounts.service.people import active_people
from facility.awards.events.decisions import (
    AwardsDecided,
    AwardsProposed,
    ProposalSentBack,
    ProposalTakenBack,
)
from facility.awards.events.versions import VersionDecided, VersionProposed
from facility.awards.models.decision import AwardDecision, RankingEntry, ReturnedProposal
from facility.awards.models.version import RankingVersion
from facility.awards.service.letters import AWARD, CARRIED_OVER, NOT_FUNDED, RESERVE, write_letters
from facility.awards.service.news import tell_of_the_ranking
from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.db import Tx
from facility.evaluation.queries.standing import home
from facility.evaluation.rules.committee import Function
from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.service.committee import people_in
from facility.events.reactions import reacts_to
from facility.money import format_eur
from facility.outbox.service import post
from facility.web.access import Role
from facility.web.i18n import _


@reacts_to(AwardsProposed, VersionProposed)
async def tell_authorising_officers(tx: Tx, event: AwardsProposed | VersionProposed) -> None:
    """Whoever may decide is told that a ranking waits."""
    call = await tx.get(Call, event.call_id)
    path = f"/evaluation/{call.id}/decision"
    if call.mode == Mode.URGENT:
        path = f"/urgent/{call.id}"
    if isinstance(event, VersionProposed):
        path = f"/evaluation/{call.id}/again"
    for person in await active_people(tx, Role.AUTHORISING):
        await post(
            tx,
            template="awards/proposed",
            to=person.email,
            to_name=person.name,
            subject=_("The ranking of call {call} waits for your decision", call=call.reference),
            subject_id=event.call_id,
            context={"call": call.reference, "path": path},
        )


@reacts_to(AwardsProposed, VersionProposed)
async def ask_the_committee_to_sign(tx: Tx, event: AwardsProposed | VersionProposed) -> None:
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


@reacts_to(VersionDecided)
async def write_to_whom_it_changes(tx: Tx, event: VersionDecided) -> None:
    """Letters to those whose place on the reserve list changes, or who leave it. Who gets an award by it has a letter by AwardMade."""
    await write_letters(tx, event.call_id, RESERVE, event.changed)
    await write_letters(tx, event.call_id, NOT_FUNDED, event.below)


@reacts_to(VersionDecided)
async def tell_who_proposed_the_version(tx: Tx, event: VersionDecided) -> None:
    """Whoever proposed the version learns that it was decided."""
    call = await tx.get(Call, event.call_id)
    query = select(RankingVersion.proposed_by).where(
        RankingVersion.call_id == call.id,
        RankingVersion.version == event.version,
        RankingVersion.decided_at.is_not(None),
    )
    proposer = (await tx.session.scalars(query)).one()
    assert proposer is not None, "what is decided was proposed"
    subject = _(
        "Version {version} of the ranking of call {call} was decided",
        version=event.version,
        call=call.reference,
    )
    context = {"version": event.version, "path": f"/evaluation/{call.id}/ranking"}
    await tell_of_the_ranking(tx, call, proposer, subject, context, template="awards/version_decided")


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
