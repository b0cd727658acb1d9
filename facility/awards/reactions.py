"""What follows for awards when something happened: exits end them, more money serves reserves, letters go out."""

from facility.applications.events import PartnerLeft
from facility.awards.service import end_ineligible, serve_envelope
from facility.contracts.events import EnvelopeChanged
from facility.db import Tx
from facility.events import reacts_to


@reacts_to(PartnerLeft)
async def check_eligibility(tx: Tx, event: PartnerLeft) -> None:
    """Whoever has an award or waits for one, and has too few beneficiaries left, loses it at that instant."""
    await end_ineligible(tx, event.application_id)


@reacts_to(EnvelopeChanged)
async def serve_with_more(tx: Tx, event: EnvelopeChanged) -> None:
    """An envelope that was given more money serves the reserve lists that draw on it."""
    if event.new > event.old:
        await serve_envelope(tx, event.envelope_id)
