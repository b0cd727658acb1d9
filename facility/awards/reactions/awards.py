"""What follows for awards and places on the reserve list: exits end them, more money serves reserves, letters go out."""

from facility.admission.service.initiatives import drop_initiative, keep_initiative
from facility.applications.events import PartnerLeft
from facility.applications.models.application import Application
from facility.applications.service.conflicts_of_interest import officers_for
from facility.awards.events.awards import (
    AcceptanceReminded,
    AcceptanceSettled,
    AwardEnded,
    AwardMade,
    AwardReduced,
)
from facility.awards.events.decisions import ReserveEnded
from facility.awards.models.award import AwardAcceptance
from facility.awards.service.ending import end_ineligible, serve_envelope
from facility.awards.service.letters import AWARD, write_exceptional, write_letters
from facility.awards.service.news import lead_contact, tell_of_the_end, tell_of_the_reduction, write_to_lead
from facility.awards.service.publication import standing_withholding
from facility.contracts.events import EnvelopeChanged
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.money import format_eur
from facility.outbox.service import post
from facility.web.filters import weekday
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
    """The secretariat learns that a lead has accepted. AwardEnded tells it of any other outcome."""
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
    """Lead and partners are told that the place on the reserve list has ended without an award. Whoever leaves it by a later version of
    the ranking gets a letter."""
    if event.how not in ("activated", "below_threshold"):
        await tell_of_the_end(tx, event.application_id, "place", event.how, "")


@reacts_to(AwardReduced)
async def tell_the_lead_of_a_reduction(tx: Tx, event: AwardReduced) -> None:
    """The lead learns what its award is now."""
    await tell_of_the_reduction(tx, event)
