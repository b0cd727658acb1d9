"""What can happen to money: agreements and envelopes are opened, commitments change."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from facility.events.base import Event
from facility.proposals import Settlement


class ContractOpened(Event, frozen=True, kw_only=True):
    """An agreement was entered. `by_donor`: what each donor was planned to give, in EUR, by the donor's id."""

    subject: ClassVar[str] = "contract"
    sentence: ClassVar[str] = "The agreement was entered"
    contract_id: UUID
    by_donor: dict[str, Decimal]


class AgreementSigned(Event, frozen=True, kw_only=True):
    """What was signed counts from now on, and no longer what was planned. `by_donor`: in EUR, by the donor's id."""

    subject: ClassVar[str] = "contract"
    sentence: ClassVar[str] = "The ceiling and the donors' shares follow the signed amounts"
    contract_id: UUID
    by_donor: dict[str, Decimal]


class EnvelopeOpened(Event, frozen=True, kw_only=True):
    """An envelope of this amount, in EUR, was set aside out of an agreement."""

    subject: ClassVar[str] = "envelope"
    sentence: ClassVar[str] = "An envelope of EUR {amount} was opened"
    envelope_id: UUID
    contract_id: UUID
    amount: Decimal


class EnvelopeChanged(Event, frozen=True, kw_only=True):
    """An envelope's amount, in EUR, was changed."""

    subject: ClassVar[str] = "envelope"
    sentence: ClassVar[str] = "The envelope was changed from EUR {old} to EUR {new}"
    envelope_id: UUID
    contract_id: UUID
    old: Decimal
    new: Decimal


class EnlargementProposed(Event, frozen=True, kw_only=True):
    """Somebody proposed that an envelope of `old` EUR hold `new`; why, stands in the row."""

    subject: ClassVar[str] = "envelope"
    sentence: ClassVar[str] = "It was proposed to enlarge the envelope from EUR {old} to EUR {new}"
    envelope_id: UUID
    contract_id: UUID
    enlargement_id: UUID
    old: Decimal
    new: Decimal


class EnlargementSettled(Event, frozen=True, kw_only=True):
    """A proposal to enlarge an envelope was agreed to, refused or taken back; the change itself is an event of its own."""

    subject: ClassVar[str] = "envelope"
    sentence: ClassVar[str] = "The proposal to enlarge the envelope was settled ({outcome})"
    envelope_id: UUID
    contract_id: UUID
    enlargement_id: UUID
    outcome: Settlement


class CommitmentChanged(Event, frozen=True, kw_only=True):
    """An award's commitment went from `old` to `new`, in EUR. `by_donor`: what was booked, by the donor's id."""

    subject: ClassVar[str] = "envelope"
    sentence: ClassVar[str] = "A commitment was changed from EUR {old} to EUR {new}"
    envelope_id: UUID
    contract_id: UUID
    award_id: UUID
    old: Decimal
    new: Decimal
    by_donor: dict[str, Decimal]


class CommitmentShared(Event, frozen=True, kw_only=True):
    """An award's commitment, in EUR, was shared again among the donors. `by_donor`: what was booked, by the donor's id."""

    subject: ClassVar[str] = "envelope"
    sentence: ClassVar[str] = "A commitment of EUR {amount} was shared again among the donors"
    envelope_id: UUID
    contract_id: UUID
    award_id: UUID
    amount: Decimal
    by_donor: dict[str, Decimal]


class UnitCostEntered(Event, frozen=True, kw_only=True):
    """A row was added to the tables of unit costs; amount in EUR. corrects: it replaces one of the same day."""

    subject: ClassVar[str] = "unit_cost"
    sentence: ClassVar[str] = "A unit cost of EUR {amount} was entered, valid from {valid_from}"
    unit_cost_id: UUID
    kind: str
    country: str | None
    amount: Decimal
    valid_from: date
    corrects: bool
