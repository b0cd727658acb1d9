"""Tables of the money: agreements, their donors, envelopes, and the ledger that is only ever added to."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from facility.contracts.rules import UnitCostKind
from facility.db import Base, Key
from facility.proposals import Proposed, two_people


class Contract(Base):
    """An agreement of the action (dossier 1b). What it is worth is the sum of what its donors agreed to."""

    __tablename__ = "contract"

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(unique=True)
    counterpart: Mapped[str]
    instrument: Mapped[str]
    mode: Mapped[str]
    sub_grant: Mapped[str | None]
    results: Mapped[list[str]]
    signed_from: Mapped[date | None]
    signed_until: Mapped[date | None]


class Donor(Base):
    """Who pays how much of an agreement, in EUR. `position` is the order in which remainders of a cent are given out.

    `amount` is what was planned, `signed` what was signed in the end. `agreed` counts: the ceiling and the weight of
    every split; it is the signed amount once bookings follow it, and the planned one until then.
    `derived`: the planned amount stands in no source and was worked out from the agreement's total.
    """

    __tablename__ = "donor"
    __table_args__ = (
        UniqueConstraint("contract_id", "name"),
        UniqueConstraint("contract_id", "position"),
        CheckConstraint("amount >= 0 AND amount < 'NaN'", name="amount"),
        CheckConstraint("signed >= 0 AND signed < 'NaN'", name="signed"),
        CheckConstraint("agreed >= 0 AND agreed < 'NaN'", name="agreed"),
    )

    id: Mapped[Key]
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"))
    name: Mapped[str]
    amount: Mapped[Decimal]
    position: Mapped[int]
    signed: Mapped[Decimal | None]
    agreed: Mapped[Decimal]
    derived: Mapped[bool]


class Envelope(Base):
    """Money set aside out of an agreement, in EUR. `committed` is the sum of its ledger entries; `held` is set apart for what may be
    committed soon. Together they can't pass `amount`."""

    __tablename__ = "envelope"
    __table_args__ = (
        UniqueConstraint("contract_id", "name"),
        CheckConstraint("amount >= 0 AND amount < 'NaN'", name="amount"),
        CheckConstraint("committed >= 0 AND committed <= amount", name="committed"),
        CheckConstraint("held >= 0 AND committed + held <= amount", name="held"),
    )

    id: Mapped[Key]
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"))
    name: Mapped[str]
    amount: Mapped[Decimal]
    committed: Mapped[Decimal]
    held: Mapped[Decimal] = mapped_column(default=Decimal("0.00"), server_default=text("0.00"))


class EnvelopeEnlargement(Proposed, Base):
    """Somebody proposes that an envelope holds more, EUR: `amount`, where it holds `computed_on` now."""

    __tablename__ = "envelope_enlargement"
    __table_args__ = (
        *two_people(),
        CheckConstraint("amount > computed_on AND amount < 'NaN'", name="amount"),
        Index(
            "uq_envelope_enlargement_open",
            "envelope_id",
            unique=True,
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"), index=True)
    amount: Mapped[Decimal]
    computed_on: Mapped[Decimal]


def free_of(amount: str) -> str:
    """`FREE` if the row's envelope held this amount."""
    return f"""
    LEAST({amount} - envelope.committed - envelope.held,
        (SELECT sum(agreed) FROM donor WHERE donor.contract_id = envelope.contract_id)
        - (SELECT sum(committed + held) FROM envelope AS beside WHERE beside.contract_id = envelope.contract_id))
"""  # noqa: S608 - our own text


FREE = free_of("envelope.amount")
"""What awards may still draw on the row's envelope, in EUR: what it holds and nobody has been
offered, and no more than the donors have left. Less
than nothing where more is committed than was signed."""


class LedgerEntry(Base):
    """One booking of one donor for one award, in EUR; negative where money comes free. Rows are never changed."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0 AND amount < 'NaN'", name="amount"),
        Index("ix_ledger_entry_envelope_id_id", "envelope_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    envelope_id: Mapped[UUID] = mapped_column(ForeignKey("envelope.id"))
    donor_id: Mapped[UUID] = mapped_column(ForeignKey("donor.id"), index=True)
    award_id: Mapped[UUID] = mapped_column(index=True)
    amount: Mapped[Decimal]
    booked_at: Mapped[datetime]
    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"))


class UnitCost(Base):
    """A row of the dated tables: from `valid_from` on, one unit costs at most `amount` EUR. Rows are never changed: the
    latest day that has come counts, and of two rows of one day the one that was entered later, which says why (`reason`).

    country: an ISO 3166 code, None for any. illustrative: the figure stands in no list.
    """

    __tablename__ = "unit_cost"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in UnitCostKind)})", name="kind"),
        CheckConstraint("amount > 0 AND amount < 'NaN'", name="amount"),
        UniqueConstraint(
            "kind", "country", "unit", "valid_from", "entered_at", postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    country: Mapped[str | None]
    unit: Mapped[str]
    amount: Mapped[Decimal]
    valid_from: Mapped[date]
    source: Mapped[str]
    reason: Mapped[str]
    illustrative: Mapped[bool]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
