"""What can happen to a mission: its days are over, what is due for it, its report, and feedback; and to the table of travel windows."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class TravelWindowsEntered(Event, frozen=True, kw_only=True):
    """A row was added to the table of what a day of travel pays."""

    subject: ClassVar[str] = "travel_windows"
    sentence: ClassVar[str] = "What a day of travel pays was entered, valid from {valid_from}"

    travel_windows_id: UUID
    valid_from: date


class MissionOver(Event, frozen=True, kw_only=True):
    """The last day of a booked expert is over; the request pays."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The days of the expert on seat {seat} are over"

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int


class TravelStated(Event, frozen=True, kw_only=True):
    """The expert stated when they travelled."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert on seat {seat} stated the travel times"
    by_link: ClassVar[bool] = True

    deployment_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int


class DueConfirmed(Event, frozen=True, kw_only=True):
    """What is due to an expert was confirmed, EUR: fee and per diem. It is to be paid out of the award's money. `cancelled`: for a booking
    that was cancelled late, not for a mission."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "A fee of EUR {fee} and a per diem of EUR {per_diem} are due for seat {seat}"

    deployment_id: UUID
    award_id: UUID
    invitation_id: UUID
    expert_id: UUID
    seat: int
    fee: Decimal
    per_diem: Decimal
    cancelled: bool = False


class CancellationFeeOwed(Event, frozen=True, kw_only=True):
    """The facility or the lead cancelled a booking late: a share of its fee is due, EUR, once it is confirmed (`DueConfirmed`).
    days_before: days to the first day, below 0 once it had begun."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = (
        "The late cancellation makes a fee of EUR {fee} due for seat {seat}, to be confirmed"
    )

    deployment_id: UUID
    invitation_id: UUID
    seat: int
    days_before: int
    fee: Decimal


class MissionReportAsked(Event, frozen=True, kw_only=True):
    """The last day is over: the expert was asked for a report; again, where the mail had not got through."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert on seat {seat} was asked for a mission report"

    deployment_id: UUID
    invitation_id: UUID
    mission_report_id: UUID
    seat: int


class MissionReportReminded(Event, frozen=True, kw_only=True):
    """The expert was reminded: before the report is due ("open"), or because it did not come in time ("late")."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert on seat {seat} was reminded of the mission report, which is {state}"

    deployment_id: UUID
    invitation_id: UUID
    mission_report_id: UUID
    seat: int
    state: str


class MissionReportSent(Event, frozen=True, kw_only=True):
    """The expert sent the report, which stands in the row, as does the feedback."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The expert on seat {seat} sent the mission report"
    by_link: ClassVar[bool] = True

    deployment_id: UUID
    invitation_id: UUID
    mission_report_id: UUID
    seat: int


class MissionReportWaived(Event, frozen=True, kw_only=True):
    """The secretariat no longer asks for a report that is late. The reason stands in the row."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The mission report of the expert on seat {seat} is no longer asked for"

    deployment_id: UUID
    invitation_id: UUID
    mission_report_id: UUID
    seat: int


class ExpertFeedbackGiven(Event, frozen=True, kw_only=True):
    """The lead gave feedback on an expert after the mission; what it says stands in the row, for the secretariat alone."""

    subject: ClassVar[str] = "deployment"
    sentence: ClassVar[str] = "The lead gave feedback on the expert on seat {seat}"

    deployment_id: UUID
    invitation_id: UUID
    seat: int
