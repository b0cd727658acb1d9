"""What the action promised (dossier 1c, 1d), and the read models of what came of it.

Read models have no foreign keys: they follow the log alone, and are emptied and built anew.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key

FACILITY_INDICATOR = "10.1"
"""The one that this facility is measured by."""

READ_MODELS = ("indicator_10_1", "money", "calls", "requests", "headlines")
"""What the figures are kept in, each with a position of its own in the log."""


class Result(Base):
    """A result of the action ("R10"), its component with its name, and who leads on it."""

    __tablename__ = "result"

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    component: Mapped[int]
    component_name: Mapped[str]
    title: Mapped[str]
    leads: Mapped[list[str]]


class Indicator(Base):
    """An indicator of a result. What is odd in the document (`note`) is kept, not mended."""

    __tablename__ = "indicator"
    __table_args__ = (CheckConstraint("baseline_value < 'NaN'", name="baseline_value"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    result_code: Mapped[str] = mapped_column(ForeignKey("result.code"))
    name: Mapped[str]
    unit: Mapped[str]
    baseline_year: Mapped[int]
    baseline_value: Mapped[Decimal]
    source: Mapped[str]
    note: Mapped[str | None]


class IndicatorTarget(Base):
    """What an indicator is to reach by the end of a year; 10.1 counts from the beginning (an assumption, dossier 10)."""

    __tablename__ = "indicator_target"
    __table_args__ = (CheckConstraint("value < 'NaN'", name="value"),)

    indicator_code: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[Decimal]


class JointActivity(Base):
    """Read model of indicator 10.1: an activity with what counting looks at, the year of its end, and the first reason
    why it does not count (None: it counts). `evidence`: pieces by kind; `attended`: people present by beneficiary."""

    __tablename__ = "joint_activity"
    __table_args__ = (Index("ix_joint_activity_list", "ends_on", "activity_id"),)

    activity_id: Mapped[Key]
    application_id: Mapped[UUID]
    award_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    year: Mapped[int]
    completed: Mapped[bool]
    reported_by: Mapped[UUID | None]
    verified_by: Mapped[UUID | None]
    evidence: Mapped[dict[str, Any]]
    attended: Mapped[dict[str, Any]]
    reason: Mapped[str | None]


class AwardLifeFigure(Base):
    """Read model: when an award was made, and when and how it ended; exceptional: on an approved exception."""

    __tablename__ = "award_life"

    award_id: Mapped[Key]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_kind: Mapped[str | None]
    exceptional: Mapped[bool] = mapped_column(default=False, server_default="false")


class MoneyFigure(Base):
    """Read model: what a donor agreed to in a contract, and what of it is committed, in EUR."""

    __tablename__ = "money_figure"

    donor_id: Mapped[Key]
    contract_id: Mapped[UUID]
    agreed: Mapped[Decimal]
    committed: Mapped[Decimal]


class EnvelopeFigure(Base):
    """Read model: an envelope, and what of it is committed, in EUR."""

    __tablename__ = "envelope_figure"

    envelope_id: Mapped[Key]
    contract_id: Mapped[UUID]
    amount: Mapped[Decimal]
    committed: Mapped[Decimal]


class CallFigure(Base):
    """Read model: a published call. `received`: applications that stand; `awarded`: awards ever made; `reserve`: places
    that wait; `committed` in EUR. None of these is an exception, which stands in no competition: those are counted apart.
    `decided`: applications and exceptions that got an answer, `waited`: microseconds from their receipt to it, all together."""

    __tablename__ = "call_figure"

    call_id: Mapped[Key]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    amount: Mapped[Decimal]
    published_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    received: Mapped[int]
    withdrawn: Mapped[int]
    awarded: Mapped[int]
    reserve: Mapped[int]
    committed: Mapped[Decimal]
    decided: Mapped[int]
    waited: Mapped[int]
    exceptions_received: Mapped[int]
    exceptions_awarded: Mapped[int]
    exceptions_committed: Mapped[Decimal]


class ApplicationFigure(Base):
    """Read model: an application that was handed in, when it was received and when it got its answer."""

    __tablename__ = "application_figure"

    application_id: Mapped[Key]
    call_id: Mapped[UUID]
    track: Mapped[str]
    received_at: Mapped[datetime | None]
    withdrawn: Mapped[bool]
    decided_at: Mapped[datetime | None]


class RequestFigure(Base):
    """Read model: a request for expertise, from the request to the first yes. `accepted`: seats with a yes that stands."""

    __tablename__ = "request_figure"
    __table_args__ = (Index("ix_request_figure_list", "requested_at", "deployment_id"),)

    deployment_id: Mapped[Key]
    application_id: Mapped[UUID]
    requested_at: Mapped[datetime]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    seats: Mapped[int]
    asked_at: Mapped[datetime | None]
    first_yes_at: Mapped[datetime | None]
    asked: Mapped[int]
    accepted: Mapped[int]
    exhausted: Mapped[bool]
    ended_at: Mapped[datetime | None]


class Headline(Base):
    """Read model: what the Commission's page tells of, by its place in the log. `data` is the event's own."""

    __tablename__ = "headline"
    __table_args__ = (Index("ix_headline_at_position", "at", "position"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    at: Mapped[datetime]
    subject: Mapped[str]
    subject_id: Mapped[UUID]
    data: Mapped[dict[str, Any]]
