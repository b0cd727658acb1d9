"""Tables of the stand-by rota: who is on call, and weeks that experts swap."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key
from facility.experts.rules.rota import LEAST_LEVEL
from facility.inquiries.models import RemindedInquiry, holds


class OnCall(Base):
    """The expert who is on call for a theme in a week, which bears the day of its Monday. `since`: when they got it."""

    __tablename__ = "on_call"
    __table_args__ = (
        UniqueConstraint("theme_id", "week"),
        CheckConstraint("extract(isodow FROM week) = 1", name="monday"),
    )

    id: Mapped[Key]
    theme_id: Mapped[UUID] = mapped_column(ForeignKey("theme.id"))
    week: Mapped[date]
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), index=True)
    since: Mapped[datetime]


class Swap(RemindedInquiry):
    """An expert offers a week on call to a colleague on the same theme's rota; in_exchange: for this week of the colleague."""

    __tablename__ = "swap"
    __table_args__ = (
        *holds("swap"),
        CheckConstraint("state IN ('open', 'agreed', 'declined', 'lapsed', 'cancelled')", name="state"),
        CheckConstraint("expert_id <> colleague_id", name="two"),
    )

    theme_id: Mapped[UUID] = mapped_column(ForeignKey("theme.id"))
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), index=True)
    colleague_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), index=True)
    week: Mapped[date]
    in_exchange: Mapped[date | None]


HINDRANCE_SQL = f"""CASE
    WHEN NOT expert.active OR expert.valid_until < slot.week + 6 THEN 'rota_not_in_pool'
    WHEN NOT EXISTS (SELECT FROM expert_theme WHERE expert_id = expert.id AND theme_code = theme.code AND level >= {LEAST_LEVEL})
        THEN 'rota_level'
    WHEN expert.absent_weekdays <> '[]' OR NOT coalesce((SELECT range_agg(daterange(starts_on, ends_on, '[]')) FROM expert_availability
        WHERE expert_id = expert.id) @> daterange(slot.week, slot.week + 7), false) THEN 'rota_away'
    WHEN EXISTS (SELECT FROM booking WHERE expert_id = expert.id AND day BETWEEN slot.week AND slot.week + 6) THEN 'rota_booked'
    END"""  # noqa: S608 - our own text
"""`rules.rota.hindrance` in a statement: why the row `expert` can't be on call for the row `theme` in the week of the row `slot`, or NULL."""
COVERED_SQL = f"""EXISTS (SELECT FROM on_call JOIN expert ON expert.id = on_call.expert_id
    WHERE on_call.theme_id = theme.id AND on_call.week = slot.week AND {HINDRANCE_SQL} IS NULL)"""
"""Somebody is on call for the row `theme` in the week of the row `slot`, and could be put on call now."""
