"""Tables of missions: what a day of travel pays, and what became of an accepted invitation after its last day."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key
from facility.deployments.rules.fees import Portion, Windows

_PORTIONS = "('whole', 'half', 'none')"


class TravelWindows(Base):
    """What a day of travel pays from `valid_from` on (`rules.fees.Windows`). Rows are never changed: the latest day that has come
    counts, and of two rows of one day the one that was entered later."""

    __tablename__ = "travel_windows"
    __table_args__ = (
        CheckConstraint("whole_until <= half_until", name="out"),
        CheckConstraint("early_before <= half_before", name="back"),
        CheckConstraint(f"late IN {_PORTIONS}", name="late"),
        CheckConstraint(f"early IN {_PORTIONS}", name="early"),
        UniqueConstraint("valid_from", "entered_at"),
    )

    id: Mapped[Key]
    valid_from: Mapped[date]
    whole_until: Mapped[time]
    half_until: Mapped[time]
    late: Mapped[str]
    early_before: Mapped[time]
    half_before: Mapped[time]
    early: Mapped[str]
    reason: Mapped[str]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]


class Mission(Base):
    """An accepted invitation whose last day is over. The expert states the travel; the clock at the airport counts, kept as if it were
    that of UTC. What is due, EUR, stands once the secretariat has confirmed it, and is never changed. `home`: the country from which the
    expert came then; None where it was confirmed before that was kept."""

    __tablename__ = "mission"
    __table_args__ = (
        CheckConstraint(
            "(stated_at IS NULL) = (departed_at IS NULL) AND (stated_at IS NULL) = (landed_at IS NULL)",
            name="stated",
        ),
        CheckConstraint("departed_at < landed_at", name="travel"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (fee IS NULL) AND (confirmed_at IS NULL) = (per_diem IS NULL)",
            name="confirmed",
        ),
        CheckConstraint("confirmed_at IS NULL OR stated_at IS NOT NULL", name="order"),
        CheckConstraint("fee >= 0 AND fee < 'NaN' AND per_diem >= 0 AND per_diem < 'NaN'", name="amounts"),
    )

    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    over_at: Mapped[datetime]
    departed_at: Mapped[datetime | None]
    landed_at: Mapped[datetime | None]
    stated_at: Mapped[datetime | None]
    fee: Mapped[Decimal | None]
    per_diem: Mapped[Decimal | None]
    home: Mapped[str | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]


class CancellationFee(Base):
    """What is due to an expert whose booking the facility or the lead cancelled late (`rules.fees.Owed`), EUR; to be paid once the secretariat
    has confirmed it. Never changed."""

    __tablename__ = "cancellation_fee"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        CheckConstraint(
            "fee >= 0 AND fee < 'NaN' AND fee <= booked_fee AND booked_fee < 'NaN'", name="amounts"
        ),
    )

    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    cancelled_at: Mapped[datetime]
    days_before: Mapped[int]
    percent: Mapped[int]
    booked_fee: Mapped[Decimal]
    fee: Mapped[Decimal]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]


def windows_of(row: Any) -> Windows:
    """What a row of `TravelWindows` says."""
    values = {name: getattr(row, name) for name in Windows.__struct_fields__}
    return Windows(**{**values, "late": Portion(row.late), "early": Portion(row.early)})


def local(at: datetime) -> datetime:
    """The clock at the airport, as it was typed."""
    return at.astimezone(UTC).replace(tzinfo=None)
