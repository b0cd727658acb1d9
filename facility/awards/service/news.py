"""Mails about awards that several reactions write: who decides on a proposal, who made it, and the lead."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from facility.accounts.models import Institution, Person
from facility.accounts.service.people import active_people
from facility.applications.models.application import Application, Party
from facility.applications.service.news import write_to_partners
from facility.awards.events.awards import AwardReduced
from facility.awards.models.award import AwardReduction, AwardWithdrawal, ExceptionalAward
from facility.calls.models.call import Call
from facility.contracts.models import Contract, EnvelopeEnlargement
from facility.db import Tx
from facility.money import format_eur
from facility.outbox.service import post
from facility.proposals import Settlement
from facility.web.access import DECIDERS, Role
from facility.web.i18n import _


def withdrawal_words(application: Application, withdrawal: AwardWithdrawal) -> str:
    if withdrawal.lapse:
        return _("Lapse of the award {reference}", reference=application.reference)
    return _("Withdrawing the award {reference}", reference=application.reference)


def exceptional_words(application: Application) -> str:
    return _("Award on the exception {reference}", reference=application.reference)


def enlargement_words(contract: Contract) -> str:
    return _("Enlarging an envelope of {reference}", reference=contract.reference)


class About(NamedTuple):
    """A proposal as mails about it say it; subject_id: the award, envelope or application in whose history they stand."""

    proposal: AwardWithdrawal | AwardReduction | EnvelopeEnlargement | ExceptionalAward
    subject_id: UUID
    subject: str


async def about_reduction(tx: Tx, reduction: AwardReduction, application_id: UUID) -> tuple[About, str]:
    """The proposal as mails say it, and the reference of the application."""
    reference = (await tx.get(Application, application_id)).reference
    return About(
        reduction, reduction.award_id, _("Reducing the award {reference}", reference=reference)
    ), reference


async def ask_to_decide(
    tx: Tx,
    about: About,
    template: str,
    context: dict[str, str],
    roles: tuple[Role, ...] = DECIDERS,
) -> None:
    for person in await deciders(tx, roles):
        if person.id != about.proposal.proposed_by:
            await post(
                tx,
                template=f"awards/{template}",
                to=person.email,
                to_name=person.name,
                subject=about.subject,
                subject_id=about.subject_id,
                context=context,
            )


async def deciders(tx: Tx, roles: tuple[Role, ...] = DECIDERS) -> list[Person]:
    people = [person for role in roles for person in await active_people(tx, role)]
    return list({person.id: person for person in people}.values())


async def tell_the_proposer(tx: Tx, about: About, path: str) -> None:
    proposal = about.proposal
    if proposal.outcome not in (Settlement.AGREED, Settlement.REFUSED):
        return
    person = await tx.get(Person, proposal.proposed_by)
    await post(
        tx,
        template="awards/proposal_decided",
        to=person.email,
        to_name=person.name,
        subject=about.subject,
        subject_id=about.subject_id,
        context={
            "subject": about.subject,
            "agreed": proposal.outcome == Settlement.AGREED,
            "answer": proposal.answer,
            "path": path,
        },
    )


async def tell_of_the_ranking(
    tx: Tx,
    call: Call,
    proposer_id: UUID,
    subject: str,
    context: dict[str, Any],
    *,
    template: str = "awards/ranking_decided",
) -> None:
    person = await tx.get(Person, proposer_id)
    await post(
        tx,
        template=template,
        to=person.email,
        to_name=person.name,
        subject=subject,
        subject_id=call.id,
        context={"call": call.reference, **context},
    )


async def tell_of_the_end(tx: Tx, application_id: UUID, what: str, how: str, committed: str) -> None:
    row = await lead_contact(tx, application_id)
    subject = _("Application {application}", application=row.reference)
    context = {"application": row.reference, "what": what, "how": how, "committed": committed}
    await write_to_partners(tx, application_id, "awards/ended", subject, **context, path="")
    await write_to_lead(tx, row, application_id, "awards/ended", subject, **context)


async def tell_of_the_reduction(tx: Tx, event: AwardReduced) -> None:
    party = await tx.get(Party, event.party_id)
    institution = await tx.get(Institution, party.institution_id)
    row = await lead_contact(tx, event.application_id)
    await write_to_lead(
        tx,
        row,
        event.application_id,
        "awards/reduced",
        _("Application {application}", application=row.reference),
        institution=institution.name,
        freed=format_eur(event.freed),
        amount=format_eur(event.amount),
    )


async def lead_contact(tx: Tx, application_id: UUID) -> Any:
    """Reference, name and address of the lead's contact."""
    query = (
        select(Application.reference, Party.contact_name, Party.contact_email)
        .join(Party, Party.application_id == Application.id)
        .where(Application.id == application_id, Party.is_lead)
    )
    return (await tx.session.execute(query)).one()


async def write_to_lead(
    tx: Tx, lead: Any, application_id: UUID, template: str, subject: str, **context: Any
) -> None:
    """A mail to the contact of the lead, with the page of the decision; whoever has given no address gets none."""
    if lead.contact_email:
        await post(
            tx,
            template=template,
            to=lead.contact_email,
            to_name=lead.contact_name,
            subject=subject,
            subject_id=application_id,
            context={
                "application": lead.reference,
                "path": f"/applications/{application_id}/result",
                **context,
            },
        )
