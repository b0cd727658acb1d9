"""Which documents in the store are still needed: each room says which of its columns hold hashes of documents.

What no row needs is collected after a day. What was removed is needed for `AFTER_REMOVAL` more, and as long as something
frozen names it.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, false, or_, select, union_all

DOCUMENT = "document"
"""The lock of a document's hash: whoever puts bytes into the store shares it, whoever collects them is alone with it."""

AFTER_REMOVAL = timedelta(days=30)
UNREFERENCED = timedelta(days=1)


class Holding(NamedTuple):
    """A column of hashes. `removed_at`: when its row was removed, `frozen`: whether something that stays names it."""

    sha256: Any
    removed_at: Any = None
    frozen: ColumnElement[bool] = false()

    def needed(self, now: datetime) -> Select[Any]:
        """The hashes that are needed."""
        query = select(self.sha256.label("sha256"))
        if self.removed_at is None:
            return query
        recent = self.removed_at > now - AFTER_REMOVAL
        return query.where(or_(self.removed_at.is_(None), recent, self.frozen))


HOLDINGS: dict[str, Holding] = {}
"""Columns with hashes of documents that the store keeps, by the name of their table."""

ONLY_NAMED: set[str] = set()
"""Tables with hashes of what is not in the store."""


def holds(sha256: Any, *, removed_at: Any = None, frozen: ColumnElement[bool] | None = None) -> None:
    """Register a column of hashes of stored documents."""
    HOLDINGS[_table(sha256)] = Holding(sha256, removed_at, false() if frozen is None else frozen)


def only_names(sha256: Any) -> None:
    """Register a column of hashes of what is not in the store: it was refused, or stands in its own row."""
    ONLY_NAMED.add(_table(sha256))


def _table(column: Any) -> str:
    name: str = column.class_.__tablename__
    return name


def needed(now: datetime) -> Subquery:
    """The hashes of all documents that are needed, as a table `needed`."""
    return union_all(*(holding.needed(now) for holding in HOLDINGS.values())).subquery("needed")


def named() -> Subquery:
    """The hashes of all documents that a row names, needed or not."""
    return union_all(*(select(holding.sha256.label("sha256")) for holding in HOLDINGS.values())).subquery(
        "named"
    )
