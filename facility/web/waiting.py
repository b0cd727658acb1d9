"""What waits for a visitor: rooms say what can wait for whom; the start page counts it, and a page of its own lists it.

Count and list are of one statement, so that they can't differ.
"""

import re
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.refused import refuse
from facility.web.access import Role, Visitor

MOST_NAMED = 5


class Kind(msgspec.Struct, frozen=True):
    """A registered kind of work. `label` is untranslated, `rows` a SELECT of everything that waits, `named`: the start page
    names the first of it. `href`: the whole list in which it stands among others."""

    label: str
    href: str
    roles: tuple[Role, ...]
    rows: str
    named: bool

    @property
    def key(self) -> str:
        """How its list is called in an address."""
        return re.sub(r"[^a-z]+", "-", self.label.lower()).strip("-")

    @property
    def query(self) -> str:
        """The count and what is named, as the parts of a SELECT."""
        # Both texts are constants of the code.
        unordered = self.rows.rpartition("ORDER BY")[0]
        count = f"(SELECT count(*) FROM ({unordered}) AS counted)"  # noqa: S608
        if not self.named:
            return f"{count}, NULL"
        return f"{count}, (SELECT CAST(json_agg(one) AS text) FROM ({self.rows} LIMIT {MOST_NAMED}) AS one)"  # noqa: S608


class Named(msgspec.Struct, frozen=True):
    """One thing that waits. until: the instants by which it may be done, in order; none where there is no hurry."""

    label: str
    href: str
    until: tuple[datetime, ...] | None = None

    def ends(self, at: datetime) -> datetime | None:
        """The next of those instants; the last one where all are over."""
        until = self.until or ()
        return next((instant for instant in until if at <= instant), until[-1] if until else None)


class Waits(msgspec.Struct, frozen=True):
    """So many of a kind wait, and where. `label` is still untranslated. named: the first of them."""

    label: str
    href: str
    count: int
    named: tuple[Named, ...]


KINDS: dict[str, Kind] = {}


def waits(label: str, href: str, *roles: Role, rows: str, named: bool = False) -> None:
    """Register work that waits for people in these roles, where it is done. Mark labels with N_().

    `rows`: a SELECT of all of it as `Named` has it (`label`, `href`, and `until` as a JSON array where there is a hurry), over
    :person_id and :institution_id (the visitor's) and :now, with its ORDER BY at the end: what presses most first. `named`: the start
    page names the first few, so that one gets to them in one step and sees the time left.
    """
    kind = Kind(label, href, roles, rows, named)
    if kind.key in KINDS:
        raise TypeError(f"two kinds of work are called {label}")
    KINDS[kind.key] = kind


def _bound(query: str, visitor: Visitor) -> dict[str, object]:
    about = {"person_id": visitor.id, "institution_id": visitor.institution_id, "now": clock.now()}
    return {name: value for name, value in about.items() if f":{name}" in query}


async def waiting(connection: AsyncConnection, visitor: Visitor) -> list[Waits]:
    """What waits for the visitor, in one statement; kinds of which nothing waits are left out."""
    kinds = [kind for kind in KINDS.values() if visitor.has(*kind.roles)]
    if not kinds:
        return []
    query = "SELECT " + ", ".join(kind.query for kind in kinds)
    row = (await connection.execute(text(query), _bound(query, visitor))).one()
    return [
        Waits(kind.label, f"/waiting/{kind.key}", count, _named(rows))
        for kind, count, rows in zip(kinds, row[::2], row[1::2], strict=True)
        if count
    ]


async def all_of(connection: AsyncConnection, visitor: Visitor, key: str) -> tuple[Kind, tuple[Named, ...]]:
    """A kind of work and everything of it that waits for the visitor. Raises Refused (missing)."""
    kind = KINDS.get(key)
    if kind is None or not visitor.has(*kind.roles):
        refuse("not_found", kind="missing")
    query = f"SELECT CAST(json_agg(one) AS text) FROM ({kind.rows}) AS one"  # noqa: S608 - a constant of the code
    return kind, _named((await connection.execute(text(query), _bound(query, visitor))).scalar())


def _named(rows: str | None) -> tuple[Named, ...]:
    return msgspec.json.decode(rows, type=tuple[Named, ...]) if rows else ()
