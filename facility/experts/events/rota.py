"""What can happen to the stand-by rota: who is on call for a theme in which week. A week is given by its Monday."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class RotaBegun(Event, frozen=True, kw_only=True):
    """Experts are on call for the theme from now on."""

    subject: ClassVar[str] = "theme"
    sentence: ClassVar[str] = "A stand-by rota for the theme began"

    theme_id: UUID


class RotaEnded(Event, frozen=True, kw_only=True):
    """Nobody is on call for the theme any more."""

    subject: ClassVar[str] = "theme"
    sentence: ClassVar[str] = "The stand-by rota for the theme ended"

    theme_id: UUID


class PutOnCall(Event, frozen=True, kw_only=True):
    """The expert is on call in these weeks, the first and the last included."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "Put on call for {theme_code}, from the week of {first} to the week of {last}"

    expert_id: UUID
    theme_id: UUID
    theme_code: str
    first: date
    last: date


class TakenOffCall(Event, frozen=True, kw_only=True):
    """The expert is not on call in this week."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "Taken off call for {theme_code} in the week of {week}"

    expert_id: UUID
    theme_id: UUID
    theme_code: str
    week: date


class SwapOffered(Event, frozen=True, kw_only=True):
    """The expert offered a week on call to a colleague. in_exchange: for this week of the colleague."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The week on call of {week} was offered to a colleague"
    by_link: ClassVar[bool] = True

    expert_id: UUID
    swap_id: UUID
    colleague_id: UUID
    week: date
    in_exchange: date | None
    ends_at: datetime


class SwapAskedAgain(Event, frozen=True, kw_only=True):
    """The mail had not got through, or the address was corrected: the time to answer begins anew."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The colleague was asked once more about the week on call of {week}"

    expert_id: UUID
    swap_id: UUID
    week: date
    ends_at: datetime


class SwapReminded(Event, frozen=True, kw_only=True):
    """The colleague was reminded."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The colleague was reminded of the week on call of {week}"

    expert_id: UUID
    swap_id: UUID
    week: date


class SwapAgreed(Event, frozen=True, kw_only=True):
    """The colleague agreed: the week is theirs, and the one in exchange is the expert's."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "A colleague took over the week on call of {week}"
    by_link: ClassVar[bool] = True

    expert_id: UUID
    swap_id: UUID
    colleague_id: UUID
    week: date
    in_exchange: date | None


class WeekTakenOver(Event, frozen=True, kw_only=True):
    """The expert took over a week on call from a colleague. in_exchange: the week that the colleague has for it."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert took over the week on call of {week} from a colleague"

    expert_id: UUID
    swap_id: UUID
    week: date
    in_exchange: date | None


class SwapDeclined(Event, frozen=True, kw_only=True):
    """The colleague did not agree."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The colleague declined the week on call of {week}"
    by_link: ClassVar[bool] = True

    expert_id: UUID
    swap_id: UUID
    week: date


class SwapLapsed(Event, frozen=True, kw_only=True):
    """The colleague did not answer in time."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The colleague did not answer about the week on call of {week}"

    expert_id: UUID
    swap_id: UUID
    week: date


class SwapCancelled(Event, frozen=True, kw_only=True):
    """The expert took the offer back, or one of the weeks is no longer theirs to swap."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The offer of the week on call of {week} was cancelled"

    expert_id: UUID
    swap_id: UUID
    week: date
