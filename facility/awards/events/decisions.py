"""What can happen to the ranking of a call and its reserve list."""

from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from facility.events.base import Event

LeaveKind = Literal["activated", "withdrawn", "ineligible", "below_threshold"]
"""How a place on a reserve list ends; below_threshold: by a later version of the ranking."""


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


class ReservePlaced(Event, frozen=True, kw_only=True):
    """An application waits on the reserve list; `place` from 1."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "The application was put on the reserve list, place {place}"

    application_id: UUID
    call_id: UUID
    place: int
    requested: Decimal


class ReserveEnded(Event, frozen=True, kw_only=True):
    """A place on the reserve list ended."""

    subject: ClassVar[str] = "application"
    sentence: ClassVar[str] = "Its place on the reserve list ended ({how})"

    application_id: UUID
    call_id: UUID
    how: LeaveKind
