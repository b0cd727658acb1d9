"""What the action promised: results, indicators with baselines and targets, as its document tells them (dossier 1c, 1d)."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base

FACILITY_INDICATOR = "10.1"
"""The one that this facility is measured by."""


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
