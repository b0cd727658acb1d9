"""What can happen to awards. Reasons stand in rows, not here; amounts are in EUR."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from facility.awards.rules.acceptance import Outcome
from facility.awards.rules.complaints import About
from facility.awards.rules.publication import Why
from facility.events.base import Event
from facility.proposals import Settlement

EndKind = Literal["closed", "withdrawn", "ineligible"]
"""How an award ends."""
LeaveKind = Literal["activated", "withdrawn", "ineligible"]
"""How a place on a reserve list ends."""


class AwardsProposed(Event, frozen=True, kw_only=True):
    """Somebody proposed the call's ranking to the authorising officer. seed: of the draw by lot, where there is one; from now on
    it is open."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The ranking was proposed for decision"

    call_id: UUID
    seed: str | None = None


class ProposalTakenBack(Event, frozen=True, kw_only=True):
    """The proposal was taken back before the decision; assessors may send again.

    proposed_by: who had proposed it, where somebody else took it back.
    """

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The proposal was taken back"

    call_id: UUID
    proposed_by: UUID | None = None


class ReasonsWritten(Event, frozen=True, kw_only=True):
    """Somebody wrote the strengths and weaknesses of the application, or changed them; the texts stand in the row of this version."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Its strengths and weaknesses were written (version {version})"

    application_id: UUID
    call_id: UUID
    version: int


class ReportSigned(Event, frozen=True, kw_only=True):
    """A voting member of the committee signed the evaluation report; what was signed stands in a row."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "A voting member signed the evaluation report"

    call_id: UUID
    appointee_id: UUID
    digest: str


class ProposalSentBack(Event, frozen=True, kw_only=True):
    """An authorising officer sent the proposal back before the decision; assessors may send again. The reason stands in the row."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The proposal was sent back to be corrected"

    call_id: UUID
    return_id: UUID
    proposed_by: UUID


class AwardsDecided(Event, frozen=True, kw_only=True):
    """The call was decided: who gets an award, who waits on the reserve list (both in rank order), who gets nothing, and who is ranked again in the next batch. `root`: of the bundle of its ranking."""

    subject: ClassVar[str] = "call"
    sentence: ClassVar[str] = "The call was decided: EUR {committed} was committed, EUR {left} is left"

    call_id: UUID
    envelope_id: UUID
    awarded: list[UUID]
    reserve: list[UUID]
    not_funded: list[UUID]
    committed: Decimal
    left: Decimal
    carried_over: list[UUID] = msgspec.field(default_factory=list)
    root: str | None = None


class CoolDownSetAside(Event, frozen=True, kw_only=True):
    """Somebody set the call's cool-down rules aside for the application; the reason stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The rules that spread awards were set aside for it"

    application_id: UUID
    call_id: UUID


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
    sentence: ClassVar[str] = "A partner left: EUR {freed} was taken off the award, which is EUR {amount} now"

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
        "The award ended ({how}): EUR {committed} stays committed, EUR {freed} came free"
    )

    award_id: UUID
    application_id: UUID
    call_id: UUID
    how: EndKind
    committed: Decimal
    freed: Decimal
    exceptional: bool = False


class ComplaintRegistered(Event, frozen=True, kw_only=True):
    """The lead complains of a decision; the complaint has this number in its call. What it says stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Complaint {number} was registered"

    complaint_id: UUID
    application_id: UUID
    call_id: UUID
    number: int
    about: About


class ComplaintDecided(Event, frozen=True, kw_only=True):
    """Somebody who took no part in what is contested decided the complaint; why, stands in the row. reopened: what was contested
    is decided anew."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Complaint {number} was decided: {outcome}"

    complaint_id: UUID
    application_id: UUID
    call_id: UUID
    number: int
    outcome: Literal["upheld", "rejected"]
    reopened: bool


class ReservePlaced(Event, frozen=True, kw_only=True):
    """An application waits on the reserve list; `place` from 1."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was put on the reserve list, place {place}"

    application_id: UUID
    call_id: UUID
    place: int
    requested: Decimal


class PartialOffered(Event, frozen=True, kw_only=True):
    """What is left was offered to an application on the reserve list, and is held for it until its lead answers."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "EUR {amount} of EUR {requested} was offered to the lead, until {ends_at}"

    partial_offer_id: UUID
    application_id: UUID
    call_id: UUID
    amount: Decimal
    requested: Decimal
    ends_at: datetime


class PartialOfferAskedAgain(Event, frozen=True, kw_only=True):
    """The mail with the offer had not got through: it was sent again, and the period began anew. corrected: at another address."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The offer was sent again, and can be answered until {ends_at}"

    partial_offer_id: UUID
    application_id: UUID
    ends_at: datetime
    corrected: bool


class PartialOfferReminded(Event, frozen=True, kw_only=True):
    """The lead was reminded to answer the offer."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The lead was reminded to answer the offer"

    partial_offer_id: UUID
    application_id: UUID


class PartialOfferEnded(Event, frozen=True, kw_only=True):
    """The lead accepted the offer or declined it, was silent, or the offer was no longer needed. Who answered stands in the row."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The offer of EUR {amount} ended: {state}"

    partial_offer_id: UUID
    application_id: UUID
    call_id: UUID
    amount: Decimal
    state: Literal["accepted", "declined", "expired", "cancelled"]


class ReserveEnded(Event, frozen=True, kw_only=True):
    """A place on the reserve list ended."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Its place on the reserve list ended ({how})"

    application_id: UUID
    call_id: UUID
    how: LeaveKind
