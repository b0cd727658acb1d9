"""Table of the cycles of EMPACT to which themes are mapped."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Base


class ThemeCycle(Base):
    """In which cycle of EMPACT a theme is a priority, and under which name."""

    __tablename__ = "theme_cycle"
    __table_args__ = (CheckConstraint("last_year >= first_year", name="years"),)

    theme_code: Mapped[str] = mapped_column(ForeignKey("theme.code"), primary_key=True)
    first_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_year: Mapped[int]
    priority: Mapped[str]
