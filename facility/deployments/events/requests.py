"""What can happen to a request for expertise and its invitations."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from facility.events.base import Event

Ending = Literal["unavailable", "withdrawn", "cancelled", "disowned", "not released", "taken", "left"]
YES_TAKEN_BACK: tuple[Ending, ...] = ("cancelled", "disowned")
"""How an expert, or the secretariat for them, ends a yes."""
YES_ENDED: tuple[Ending, ...] = (*YES_TAKEN_BACK, "not released")
"""How a yes ends while its request goes on: its seat is empty again. With a request that ends, its bookings end without such an event."""


class ExpertiseRequested(Event, frozen=True, kw_only=True):
    """Experts were asked for, for an awarded application; the shortlist was computed."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "Experts were asked for, seats: {seats}, for {days}"

    deployment_id: UUID
    application_id: UUID
    award_id: UUID
    seats: int
    starts_on: date
    ends_on: date


class ShortlistRenewed(Event, frozen=True, kw_only=True):
    """The shortlist was made again, as the pool stood then."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The shortlist was made again"

    deployment_id: UUID


class OrderConfirmed(Event, frozen=True, kw_only=True):
    """Somebody confirmed the order in which experts are asked; `departs`: not that of the shortlist."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The order of asking was confirmed"

    deployment_id: UUID
    expert_ids: list[UUID]
    departs: bool


class ExpertInvited(Event, frozen=True, kw_only=True):
    """An expert was asked for a seat."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "An expert was asked for seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int


class ExpertAskedAgain(Event, frozen=True, kw_only=True):
    """The mail had not got through or went to a wrong address, the PIN was wrong too often, or a seat fell free that others had filled.
    The time to answer began anew; respond_by is its last instant."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert was asked again for seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int
    respond_by: datetime


class PinRefused(Event, frozen=True, kw_only=True):
    """A wrong PIN was typed at the expert's link."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "A wrong PIN was typed at the invitation for seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int


class InvitationReminded(Event, frozen=True, kw_only=True):
    """The expert was reminded before the time to answer is over."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert was reminded of seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int


class InvitationAccepted(Event, frozen=True, kw_only=True):
    """The expert said yes and is booked for the days. `no_conflict`: they declared that they have no conflict of interest."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert accepted seat {seat}"
    by_link: ClassVar[bool] = True

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int
    no_conflict: bool = False


class InvitationDeclined(Event, frozen=True, kw_only=True):
    """The expert said no. `why`: as they chose it from the list; what they wrote stands in the row."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert declined seat {seat}"
    by_link: ClassVar[bool] = True

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int
    why: str | None = None


class InvitationExpired(Event, frozen=True, kw_only=True):
    """The time to answer passed in silence."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The time to answer for seat {seat} passed"

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int


class InvitationEnded(Event, frozen=True, kw_only=True):
    """The invitation ended otherwise: the expert is booked elsewhere or has left the pool, the award ended or the request was called off, a yes was
    taken back or was not the expert's own, or others have filled the seats."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The invitation for seat {seat} ended: {how}"

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int
    how: Ending


class ListExhausted(Event, frozen=True, kw_only=True):
    """Nobody is left to ask for a seat: a person must act."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "Nobody is left to ask for seat {seat}"

    deployment_id: UUID
    seat: int


class ListExtended(Event, frozen=True, kw_only=True):
    """A list that had run out was made longer, by a relaxed condition (`rules.relaxing`); value: what is enough now."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The list was made longer"

    deployment_id: UUID
    extension_id: UUID
    condition: str
    value: str
    expert_ids: list[UUID]


class DeploymentCalledOff(Event, frozen=True, kw_only=True):
    """The secretariat called the request off: nobody is asked any more, and bookings are free. The reason stands in the row."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The request was cancelled"

    deployment_id: UUID


class DeploymentEnded(Event, frozen=True, kw_only=True):
    """The award that paid for it ended: nobody is asked any more, and bookings are free."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The award ended, and with it the deployment"

    deployment_id: UUID


class ReleaseAsked(Event, frozen=True, kw_only=True):
    """The superior of a booked expert was asked to release them."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The employer was asked to release the expert on seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    release_id: UUID
    seat: int


class ReleaseAskedAgain(Event, frozen=True, kw_only=True):
    """The mail had not got through; the time to answer began anew."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The employer was asked again to release the expert on seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    release_id: UUID
    seat: int


class ReleaseReminded(Event, frozen=True, kw_only=True):
    """The superior was reminded."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The employer was reminded of the release for seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    release_id: UUID
    seat: int


class ReleaseGiven(Event, frozen=True, kw_only=True):
    """The employer releases the expert; insured: and insures them."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The employer released the expert on seat {seat}"
    by_link: ClassVar[bool] = True

    deployment_id: UUID
    invitation_id: UUID
    release_id: UUID
    seat: int
    insured: bool


class ReleaseRefused(Event, frozen=True, kw_only=True):
    """The employer does not release the expert, whose yes ends. The reason stands in the row."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The employer did not release the expert on seat {seat}"
    by_link: ClassVar[bool] = True

    deployment_id: UUID
    invitation_id: UUID
    release_id: UUID
    seat: int


class ReleaseUnanswered(Event, frozen=True, kw_only=True):
    """The time to answer passed in silence; the secretariat acts."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The employer did not answer in time for seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    release_id: UUID
    seat: int


class ReleaseCancelled(Event, frozen=True, kw_only=True):
    """The answer is no longer needed: the booking ended, or somebody else is asked."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "No release is needed any more for seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    release_id: UUID
    seat: int


class ExpertAppointed(Event, frozen=True, kw_only=True):
    """The letter of appointment with the terms of reference was written."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The letter of appointment for seat {seat} was written"

    deployment_id: UUID
    invitation_id: UUID
    seat: int


class MatchingProposed(Event, frozen=True, kw_only=True):
    """For all open requests at once it was computed who goes where; `requests`: how many. Nobody is asked by it."""

    subject: ClassVar[str] = "matching"
    sentence: ClassVar[str] = "A proposal for all open requests was made, requests: {requests}"

    matching_id: UUID
    requests: int


class MatchingDecided(Event, frozen=True, kw_only=True):
    """Somebody decided on a request of it: as proposed, or one by one. Its order is confirmed with that."""

    subject: ClassVar[str] = "matching"
    sentence: ClassVar[str] = "The order of one request was confirmed from the proposal"

    matching_id: UUID
    deployment_id: UUID
    proposal: bool
