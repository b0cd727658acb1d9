"""Tables of the pool: themes, experts with what they know and speak, when they can come, and when they are booked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    UniqueConstraint,
    and_,
    false,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base, Key, new_id, search_index, search_key_of
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import Skill
from facility.zone import TODAY_SQL

_LEVELS = "('A1', 'A2', 'B1', 'B2', 'C1', 'C2')"


class Theme(Base):
    """A theme of the taxonomy (dossier 5), used by applications and by experts alike. Retired, never deleted. `emergency`: it came up at
    short notice. `rota_since`: from when on experts are on call for it; none: it has no stand-by rota."""

    __tablename__ = "theme"

    id: Mapped[UUID] = mapped_column(unique=True, default=new_id, server_default=text("gen_random_uuid()"))
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    active: Mapped[bool]
    emergency: Mapped[bool] = mapped_column(default=False, server_default=false())
    rota_since: Mapped[datetime | None]


class Expert(Base):
    """An expert of the pool. `deployments_12m` is stated: how often deployed in the last twelve months, by anybody.
    `version` counts changes of the profile, so that nobody saves over what they have not seen. `search_key`: what they are found by. The
    superior can release them for a mission; name and address are there, or neither is. `superior_checked`: the superior's address, once
    the secretariat has entered or confirmed it. `valid_until`: the last day in the pool; none: no
    end. `absent_weekdays`: on which they never come, 0 is Monday; `notice_days`: between being asked and the first day; `days_per_year`: at
    most, all bookings together. `notice`: the version of the privacy notice that they agreed to. `branch_other`: in the
    expert's own words, where it is none of the list."""

    __tablename__ = "expert"
    __table_args__ = (
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("gender IN ('F', 'M', 'X')", name="gender"),
        CheckConstraint(f"branch IN ({', '.join(repr(branch.value) for branch in Branch)})", name="branch"),
        CheckConstraint("branch_other = '' OR branch = 'other'", name="branch_other"),
        CheckConstraint("deployments_12m >= 0", name="deployments_12m"),
        CheckConstraint("(superior_name = '') = (superior_email = '')", name="superior"),
        CheckConstraint("notice_days BETWEEN 0 AND 365", name="notice_days"),
        CheckConstraint("days_per_year BETWEEN 1 AND 366", name="days_per_year"),
        CheckConstraint("(notice IS NULL) = (agreed_at IS NULL)", name="notice"),
        search_index("expert"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    search_key: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    gender: Mapped[str | None]
    branch: Mapped[str | None]
    branch_other: Mapped[str] = mapped_column(default="", server_default="")
    employer: Mapped[str] = mapped_column(default="", server_default="")
    superior_name: Mapped[str] = mapped_column(default="", server_default="")
    superior_email: Mapped[str] = mapped_column(default="", server_default="")
    superior_checked: Mapped[str] = mapped_column(default="", server_default="")
    deployments_12m: Mapped[int]
    past_deployments: Mapped[str]
    active: Mapped[bool]
    valid_until: Mapped[date | None]
    absent_weekdays: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    notice_days: Mapped[int | None]
    days_per_year: Mapped[int | None]
    notice: Mapped[date | None]
    agreed_at: Mapped[datetime | None]
    version: Mapped[int]
    registered_at: Mapped[datetime]

    _find_by = search_key_of("code", "name")


def in_pool(today: date) -> ColumnElement[bool]:
    """`rules.profile.is_in_pool`, in a statement."""
    return and_(Expert.active, or_(Expert.valid_until.is_(None), Expert.valid_until >= today))


class ExpertTheme(Base):
    """How well an expert knows a theme: 1 to 5."""

    __tablename__ = "expert_theme"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 5", name="level"),)

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    theme_code: Mapped[str] = mapped_column(ForeignKey("theme.code"), primary_key=True)
    level: Mapped[int]


class ExpertLanguage(Base):
    """How well an expert speaks a language (ISO 639 code), by CEFR level. `ExpertLanguageSkill`: in what better, or less well."""

    __tablename__ = "expert_language"
    __table_args__ = (CheckConstraint(f"level IN {_LEVELS}", name="level"),)

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]


class ExpertLanguageSkill(Base):
    """A skill that an expert has at another level than the language."""

    __tablename__ = "expert_language_skill"
    __table_args__ = (
        ForeignKeyConstraint(
            ["expert_id", "language"], ["expert_language.expert_id", "expert_language.language"]
        ),
        CheckConstraint(f"skill IN ({', '.join(repr(skill.value) for skill in Skill)})", name="skill"),
        CheckConstraint(f"level IN {_LEVELS}", name="level"),
    )

    expert_id: Mapped[UUID] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]


class ExpertAvailability(Base):
    """Days on which the expert can come, both ends included."""

    __tablename__ = "expert_availability"
    __table_args__ = (
        UniqueConstraint("expert_id", "starts_on"),
        CheckConstraint("starts_on <= ends_on", name="days"),
    )

    id: Mapped[Key]
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class ExpertConflict(Base):
    """Why an expert may not serve an institution; no institution: any of them."""

    __tablename__ = "expert_conflict"
    __table_args__ = (UniqueConstraint("expert_id", "institution_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[Key]
    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"))
    institution_id: Mapped[UUID | None] = mapped_column(ForeignKey("institution.id"))
    reason: Mapped[str]


class Booking(Base):
    """One day of one expert. The primary key is the rule: nobody is in two places on a day."""

    __tablename__ = "booking"

    expert_id: Mapped[UUID] = mapped_column(ForeignKey("expert.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(index=True)


RECENT_DAY_SQL = f"booking.day <= {TODAY_SQL} AND booking.day > {TODAY_SQL} - interval '12 months'"
"""Whether a row `booking` is a day of the last twelve months, today included, in a statement that is given `now`."""
