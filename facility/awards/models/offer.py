"""Table of offers of a part: what is left of the money, to the first application that it is not enough for."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.applications.models.parties import ON_BOARD_SQL
from facility.inquiries.models import RemindedInquiry, holds


class OfferState(StrEnum):
    """How far an offer is. cancelled: its application left the reserve list, or got all that it requests."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class PartialOffer(RemindedInquiry):
    """The lead is asked whether it takes an award of `amount` instead of the `requested`, in EUR, for a period of `days` calendar days.
    While it is open, the amount is held in the envelope. responder: who answered for the lead."""

    __tablename__ = "partial_offer"
    __table_args__ = (
        CheckConstraint(
            f"state IN ({', '.join(repr(state.value) for state in OfferState)})",
            name="state",
        ),
        CheckConstraint("amount > 0 AND amount < requested AND requested < 'NaN'", name="amount"),
        CheckConstraint("state NOT IN ('accepted', 'declined') OR responder <> ''", name="responder"),
        *holds("partial_offer"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey("call.id"), index=True)
    amount: Mapped[Decimal]
    requested: Mapped[Decimal]
    days: Mapped[int]
    responder: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


OFFER_OPEN_SQL = "partial_offer.state = 'open'"
"""The offer of the row is not answered."""
ACCEPTED_SQL = "partial_offer.state = 'accepted'"
"""The offer of the row became an award."""
_BELOW = "trunc(party.amount * partial_offer.amount / partial_offer.requested, 2)"
_CENTS = f"""(SELECT CASE WHEN sum(party.amount) = partial_offer.requested
        THEN partial_offer.amount - sum({_BELOW}) ELSE 0 END
    FROM party JOIN application ON application.id = party.application_id
    WHERE party.application_id = partial_offer.application_id AND ({ON_BOARD_SQL} OR left_at > received_at))"""  # noqa: S608
SHARE_SQL = f"({_BELOW} + CASE WHEN party.is_lead THEN {_CENTS} ELSE 0 END)"
"""The share of the row `party` in what the offer of the row offers, in EUR: to the cent below, and the cents that are left for the lead."""
PART_SQL = f"""coalesce((SELECT {SHARE_SQL} FROM partial_offer
    WHERE partial_offer.application_id = party.application_id AND {ACCEPTED_SQL}), party.amount)"""  # noqa: S608 - our own text
"""The part of the row `party` in an award, in EUR: what it requests, and of an award of a part its share of that."""
REQUESTED_SQL = f"""(SELECT partial_offer.requested FROM partial_offer
    WHERE partial_offer.application_id = award.application_id AND {ACCEPTED_SQL})"""  # noqa: S608 - our own text
"""What was requested, in EUR, where the row `award` is a part of it; else NULL."""
