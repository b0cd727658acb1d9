"""What can happen to the experts of the pool, to candidates and to themes."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class ExpertRegistered(Event, frozen=True, kw_only=True):
    """An expert was entered into the pool."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert was entered into the pool"

    expert_id: UUID


class ExpertChanged(Event, frozen=True, kw_only=True):
    """The expert's profile was changed; `fields` names what."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The profile was changed ({fields})"

    expert_id: UUID
    fields: list[str]


class ExpertBooked(Event, frozen=True, kw_only=True):
    """The expert is taken for these days, both included."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert was booked for {days}"

    expert_id: UUID
    deployment_id: UUID
    starts_on: date
    ends_on: date


class BookingReleased(Event, frozen=True, kw_only=True):
    """The expert's days for this deployment are free again."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The booking was released"

    expert_id: UUID
    deployment_id: UUID


class CandidateNominated(Event, frozen=True, kw_only=True):
    """An authority nominated an expert, who is asked to fill in the form."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "An authority nominated the candidate"
    by_link: ClassVar[bool] = True

    candidacy_id: UUID


class CandidacySent(Event, frozen=True, kw_only=True):
    """The candidate stated what they know, and agreed to this version of the privacy notice."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate sent the form and agreed to the privacy notice of {notice}"
    by_link: ClassVar[bool] = True

    candidacy_id: UUID
    notice: date


class CandidateKnown(Event, frozen=True, kw_only=True):
    """Whom an authority nominated is in the pool already; they get the link to their profile, and the authority learns nothing of it."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate was in the pool already"

    candidacy_id: UUID
    expert_id: UUID


class CandidateValidated(Event, frozen=True, kw_only=True):
    """The candidate joined the pool."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate was validated"

    candidacy_id: UUID
    expert_id: UUID


class CandidateRefused(Event, frozen=True, kw_only=True):
    """The candidate does not join the pool."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate was refused"

    candidacy_id: UUID


class NoticeAgreed(Event, frozen=True, kw_only=True):
    """The expert agreed to this version of the privacy notice."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert agreed to the privacy notice of {notice}"
    by_link: ClassVar[bool] = True

    expert_id: UUID
    notice: date


class SuperiorConfirmed(Event, frozen=True, kw_only=True):
    """The secretariat confirmed that the superior whom the profile names can release the expert."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The superior in the profile was confirmed"

    expert_id: UUID


class ProfileLinkSent(Event, frozen=True, kw_only=True):
    """The expert gets a link by which to keep the profile."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "A link to the profile was sent"

    expert_id: UUID


class ProfileLinkEnded(Event, frozen=True, kw_only=True):
    """The link to the profile opens nothing any more."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The link to the profile was ended"

    expert_id: UUID


class RenewalAsked(Event, frozen=True, kw_only=True):
    """The expert is asked whether to stay in the pool after this last day."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert was asked whether to stay in the pool after {valid_until}"

    expert_id: UUID
    renewal_id: UUID
    valid_until: date
    ends_at: datetime


class RenewalAskedAgain(Event, frozen=True, kw_only=True):
    """The mail had not got through, or the address was corrected: the time to answer begins anew."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert was asked once more whether to stay in the pool"

    expert_id: UUID
    renewal_id: UUID
    ends_at: datetime


class RenewalReminded(Event, frozen=True, kw_only=True):
    """The expert was reminded."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert was reminded to renew"

    expert_id: UUID
    renewal_id: UUID


class ExpertRenewed(Event, frozen=True, kw_only=True):
    """The expert stays in the pool until this day."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert renewed until {valid_until}"
    by_link: ClassVar[bool] = True

    expert_id: UUID
    renewal_id: UUID
    valid_until: date


class ExpertLeft(Event, frozen=True, kw_only=True):
    """The expert left the pool: when asked whether to stay, which `renewal_id` names, or by the link to the profile."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert left the pool"
    by_link: ClassVar[bool] = True

    expert_id: UUID
    renewal_id: UUID | None = None


class RenewalLapsed(Event, frozen=True, kw_only=True):
    """The expert did not answer."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert did not answer whether to stay"

    expert_id: UUID
    renewal_id: UUID


class RenewalCancelled(Event, frozen=True, kw_only=True):
    """No answer is needed any more."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The question whether to stay was cancelled"

    expert_id: UUID
    renewal_id: UUID


class ThemeAdded(Event, frozen=True, kw_only=True):
    """A theme was added to the taxonomy."""

    subject: ClassVar[str] = "theme"
    sentence: ClassVar[str] = "The theme {code} was added"

    theme_id: UUID
    code: str


class ThemeChanged(Event, frozen=True, kw_only=True):
    """Name, flag or cycles of a theme were changed; `fields` names what."""

    subject: ClassVar[str] = "theme"
    sentence: ClassVar[str] = "The theme was changed ({fields})"

    theme_id: UUID
    fields: list[str]


class ThemeRetired(Event, frozen=True, kw_only=True):
    """Nobody chooses the theme any more; it stays where it was chosen."""

    subject: ClassVar[str] = "theme"
    sentence: ClassVar[str] = "The theme was retired"

    theme_id: UUID


class ThemeRestored(Event, frozen=True, kw_only=True):
    """The theme can be chosen again."""

    subject: ClassVar[str] = "theme"
    sentence: ClassVar[str] = "The theme can be chosen again"

    theme_id: UUID


class CalendarLinkMade(Event, frozen=True, kw_only=True):
    """The expert's calendar can follow the bookings."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "An address for the expert’s calendar was made"

    expert_id: UUID


class CalendarLinkEnded(Event, frozen=True, kw_only=True):
    """No calendar follows the bookings any more."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The address for the expert’s calendar was ended"

    expert_id: UUID


class PinChosen(Event, frozen=True, kw_only=True):
    """The expert chose a PIN for sensitive requests."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert chose a PIN"
    by_link: ClassVar[bool] = True

    expert_id: UUID


class PinDeleted(Event, frozen=True, kw_only=True):
    """The secretariat deleted a PIN that the expert had forgotten."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The PIN of the expert was deleted"

    expert_id: UUID
