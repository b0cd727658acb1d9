"""Tables of what an application plans and what it costs."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from facility.applications.rules.activities import ActivityKind
from facility.contracts.rules import UnitCostKind
from facility.db import Base, Key


class PlannedActivity(Base):
    """An activity that an application plans. month: the first of the month in which it begins; the days where they are
    known, local dates, both included."""

    __tablename__ = "planned_activity"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind.value) for kind in ActivityKind)})", name="kind"),
        CheckConstraint("days >= 1", name="duration"),
        CheckConstraint("(starts_on IS NULL) = (ends_on IS NULL) AND starts_on <= ends_on", name="days"),
        Index("ix_planned_activity_application", "application_id", "position"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    position: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    place: Mapped[str]
    country: Mapped[str]
    days: Mapped[int]
    month: Mapped[date]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    purpose: Mapped[str]


class PlannedPeople(Base):
    """How many people a party sends to a planned activity."""

    __tablename__ = "planned_people"
    __table_args__ = (CheckConstraint("people >= 1", name="people"),)

    activity_id: Mapped[UUID] = mapped_column(
        ForeignKey("planned_activity.id", ondelete="CASCADE"), primary_key=True
    )
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), primary_key=True, index=True)
    people: Mapped[int]


class Budget(Base):
    """What an application's budget says as a whole: indirect costs in percent of the direct ones. version: how often it was saved."""

    __tablename__ = "budget"
    __table_args__ = (
        CheckConstraint("indirect_percent >= 0 AND indirect_percent < 'NaN'", name="indirect_percent"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    indirect_percent: Mapped[Decimal]
    version: Mapped[int]


class BudgetLine(Base):
    """A line of a budget, in EUR: quantity times units times unit_cost is amount, rounded half up.

    unit_cost_id: the row of the dated tables that was taken; ceiling: what the tables allowed then, whatever they say
    later; reason: why it costs more.
    """

    __tablename__ = "budget_line"
    __table_args__ = (
        CheckConstraint(
            f"category IN ({', '.join(repr(kind.value) for kind in UnitCostKind)})", name="category"
        ),
        CheckConstraint("quantity > 0 AND quantity < 'NaN'", name="quantity"),
        CheckConstraint("units > 0 AND units < 'NaN'", name="units"),
        CheckConstraint("unit_cost >= 0 AND unit_cost < 'NaN'", name="unit_cost"),
        CheckConstraint("amount = round(quantity * units * unit_cost, 2)", name="amount"),
        Index("ix_budget_line_application", "application_id", "position"),
    )

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    position: Mapped[int]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"), index=True)
    activity_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("planned_activity.id", ondelete="SET NULL"), index=True
    )
    category: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[Decimal]
    units: Mapped[Decimal]
    unit: Mapped[str]
    unit_cost: Mapped[Decimal]
    unit_cost_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit_cost.id"))
    ceiling: Mapped[Decimal | None]
    reason: Mapped[str]
    amount: Mapped[Decimal]
