"""What waits for a visitor: slices say what can wait for whom, and the start page counts all of it at once."""

from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.web.access import Role, Visitor


class Kind(msgspec.Struct, frozen=True):
    """A registered kind of work. `label` is untranslated, `sql` a SELECT of one count, `each` one of what is counted."""

    label: str
    href: str
    roles: tuple[Role, ...]
    sql: str
    each: str

    @property
    def query(self) -> str:
        """The count and what is named, as the parts of a SELECT."""
        # Both texts are constants of the code.
        named = f"(SELECT CAST(json_agg(one) AS text) FROM ({self.each}) AS one)" if self.each else "NULL"  # noqa: S608
        return f"({self.sql}), {named}"


class Named(msgspec.Struct, frozen=True):
    """One thing that waits. until: the instants by which it may be done, in order; none where there is no hurry."""

    label: str
    href: str
    until: tuple[datetime, ...] | None = None

    def ends(self, at: datetime) -> datetime | None:
        """The next of those instants; the last one where all are over."""
        until = self.until or ()
        return next((one for one in until if at <= one), until[-1] if until else None)


class Waits(msgspec.Struct, frozen=True):
    """So many of a kind wait, and where. `label` is still untranslated. named: the first of them."""

    label: str
    href: str
    count: int
    named: tuple[Named, ...]


KINDS: list[Kind] = []


def waits(label: str, href: str, *roles: Role, sql: str, each: str = "") -> None:
    """Register work that waits for people in these roles, where it is done. Mark labels with N_().

    `sql`: a SELECT of one count, over :person_id and :institution_id (the visitor's). `each`: a SELECT of the few that press
    most, as a `Named` has it (`until` as a JSON array), so that one gets to them in one step and sees the time left.
    """
    KINDS.append(Kind(label, href, roles, sql, each))


async def waiting(connection: AsyncConnection, visitor: Visitor) -> list[Waits]:
    """What waits for the visitor, in one statement; kinds of which nothing waits are left out."""
    kinds = [kind for kind in KINDS if visitor.has(*kind.roles)]
    if not kinds:
        return []
    query = "SELECT " + ", ".join(kind.query for kind in kinds)
    about = {"person_id": visitor.id, "institution_id": visitor.institution_id}
    bound = {name: value for name, value in about.items() if f":{name}" in query}
    row = (await connection.execute(text(query), bound)).one()
    return [
        Waits(kind.label, kind.href, count, _named(found))
        for kind, count, found in zip(kinds, row[::2], row[1::2], strict=True)
        if count
    ]


def _named(found: str | None) -> tuple[Named, ...]:
    return msgspec.json.decode(found, type=tuple[Named, ...]) if found else ()
