"""The columns that each kind of inquiry has in its own table, and what is true of all of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped
from sqlalchemy.schema import SchemaItem

from facility.db import Base, Key

OPEN = "open"
"""The state of an inquiry that waits for its answer. All other states are ends, and each kind has its own."""


class Inquiry(Base):
    """The table's name is the purpose of the links, too. The period began at `asked_at`."""

    __abstract__ = True

    id: Mapped[Key]
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str]
    ended_at: Mapped[datetime | None]


class RemindedInquiry(Inquiry):
    """Of a kind that reminds once before the period ends."""

    __abstract__ = True

    remind_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]


def holds(table: str) -> tuple[SchemaItem, ...]:
    """What belongs into `__table_args__` of an inquiry: what has ended has an instant, and an index of the open ones."""
    return (
        CheckConstraint(f"(state = '{OPEN}') = (ended_at IS NULL)", name="ended"),
        Index(f"ix_{table}_due", "ends_at", "id", postgresql_where=text(f"state = '{OPEN}'")),
    )
