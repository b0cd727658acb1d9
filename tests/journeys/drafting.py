"""The form of a call, as the secretariat fills it in."""

from datetime import timedelta

from facility import clock
from tests.journeys.visitor import Visitor

TEXT = "For teams of police and prosecution.\n\nExperts come from Member States."


def fill_call(ada: Visitor, reference: str, title: str, envelope: str, amount: str, largest: str) -> None:
    """A call that opens now and is open for thirty days."""
    opens = clock.now().astimezone(clock.BRUSSELS)
    closes = opens + timedelta(days=30)
    ada.fill("Reference", reference)
    ada.fill("Title", title)
    ada.fill("Text", TEXT)
    ada.fill_instant("Opens", opens.strftime("%Y-%m-%d"), opens.strftime("%H:%M"))
    ada.fill_instant("Closes", closes.strftime("%Y-%m-%d"), "12:00")
    ada.choose("Envelope", envelope)
    ada.fill("Amount of the call", amount)
    ada.fill("Smallest award", "1 000")
    ada.fill("Largest award", largest)
