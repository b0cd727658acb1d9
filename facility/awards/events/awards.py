"""What can happen to an award."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from facility.awards.rules.acceptance import Outcome
from facility.awards.rules.publication import Why
from facility.events.base import Event
from facility.proposals import Settlement

EndKind = Literal["closed", "withdrawn", "ineligible"]
"""How an award ends."""


class AwardMade(Event, frozen=True, kw_only=True):
    """An application got an award: by the decision, from the reserve list, or on an approved exception."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "EUR {amount} was awarded"

    award_id: UUID
    application_id: UUID
    call_id: UUID
    envelope_id: UUID
    amount: Decimal
    from_reserve: bool
    exceptional: bool = False


class AcceptanceReminded(Event, frozen=True, kw_only=True):
    """The lead was reminded to accept the award."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "The lead was reminded to accept the award"

    award_id: UUID
    application_id: UUID


class AcceptanceSettled(Event, frozen=True, kw_only=True):
    """The lead accepted the award or refused it, or it lapsed since the lead did not answer, or ended in another way. late: after
    the last day for accepting. Who signs stands in the row."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "The lead’s answer to the award: {outcome}"

    award_id: UUID
    application_id: UUID
    outcome: Outcome
    late: bool


class AwardSigned(Event, frozen=True, kw_only=True):
    """Somebody entered the day on which the agreement on the award was signed and its subject in the public list, or corrected
    them; the subject stands in the row."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "The agreement was signed on {signed_on}"

    award_id: UUID
    application_id: UUID
    signed_on: date


class PublicationWithheld(Event, frozen=True, kw_only=True):
    """An authorising officer keeps the award out of the public list; the reason stands in the row."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "The award was withheld from the public list ({why})"

    award_id: UUID
    application_id: UUID
    withholding_id: UUID
    why: Why


class WithholdingLifted(Event, frozen=True, kw_only=True):
    """An authorising officer lets the award into the public list again; the reason stands in the row."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "The award is no longer withheld from the public list"

    award_id: UUID
    application_id: UUID
    withholding_id: UUID


class ClosingProposed(Event, frozen=True, kw_only=True):
    """Somebody proposed to close the award at this final cost."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "Closing at a final cost of EUR {final_cost} was proposed"

    award_id: UUID
    application_id: UUID
    final_cost: Decimal


class WithdrawalProposed(Event, frozen=True, kw_only=True):
    """Somebody on the facility's side proposed to withdraw an award that commits so much; why, stands in the row."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "It was proposed to withdraw the award of EUR {committed}"

    award_id: UUID
    application_id: UUID
    withdrawal_id: UUID
    committed: Decimal
    lapse: bool = False


class WithdrawalSettled(Event, frozen=True, kw_only=True):
    """A proposal to withdraw an award was agreed to, refused or taken back, or lapsed since the award ended in another way."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "The proposal to withdraw the award was settled ({outcome})"

    award_id: UUID
    application_id: UUID
    withdrawal_id: UUID
    outcome: Settlement


class ReductionProposed(Event, frozen=True, kw_only=True):
    """Somebody proposed that the award falls by the part of a partner that left; why, stands in the row."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "It was proposed to take EUR {amount} off the award, since a partner left"

    award_id: UUID
    application_id: UUID
    reduction_id: UUID
    amount: Decimal


class ReductionSettled(Event, frozen=True, kw_only=True):
    """A proposal to reduce the award was agreed to, refused or taken back, or lapsed since the award ended."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "The proposal to reduce the award was settled ({outcome})"

    award_id: UUID
    application_id: UUID
    reduction_id: UUID
    outcome: Settlement


class AwardReduced(Event, frozen=True, kw_only=True):
    """The part of a partner that left was taken off the award. `amount` is what it is now; `freed` what came free."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = "A partner left: EUR {freed} was taken off the award, which is now EUR {amount}"

    award_id: UUID
    application_id: UUID
    call_id: UUID
    party_id: UUID
    amount: Decimal
    freed: Decimal
    exceptional: bool = False


class ExceptionalProposed(Event, frozen=True, kw_only=True):
    """Somebody proposed an award of so much on an approved exception; why, stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "An award of EUR {amount} was proposed"

    application_id: UUID
    call_id: UUID
    proposal_id: UUID
    amount: Decimal


class ExceptionalSettled(Event, frozen=True, kw_only=True):
    """A proposal of an award on an approved exception was agreed to, refused or taken back."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The proposal of an award was settled ({outcome})"

    application_id: UUID
    proposal_id: UUID
    outcome: Settlement


class AwardEnded(Event, frozen=True, kw_only=True):
    """The award is no award any more. `committed` is what stays committed; `freed` what came free."""

    subject: ClassVar[str] = "award"
    sentence: ClassVar[str] = (
        "The award ended ({how}): EUR {committed} stays committed, EUR {freed} became available"
    )

    award_id: UUID
    application_id: UUID
    call_id: UUID
    how: EndKind
    committed: Decimal
    freed: Decimal
    exceptional: bool = False
