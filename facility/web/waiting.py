"""What waits for a visitor: slices say what can wait for whom, and the start page counts all of it at once."""

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.web.access import Role, Visitor


class Kind(msgspec.Struct, frozen=True):
    """A registered kind of work. `label` is untranslated, `sql` a SELECT of one count."""

    label: str
    href: str
    roles: tuple[Role, ...]
    sql: str


class Waits(msgspec.Struct, frozen=True):
    """So many of a kind wait, and where. `label` is still untranslated."""

    label: str
    href: str
    count: int


KINDS: list[Kind] = []


def waits(label: str, href: str, *roles: Role, sql: str) -> None:
    """Register work that waits for people in these roles, where it is done. Mark labels with N_().

    `sql`: a SELECT of one count, over :person_id and :institution_id (the visitor's).
    """
    KINDS.append(Kind(label, href, roles, sql))


async def waiting(connection: AsyncConnection, visitor: Visitor) -> list[Waits]:
    """What waits for the visitor, in one statement; kinds of which nothing waits are left out."""
    kinds = [kind for kind in KINDS if visitor.has(*kind.roles)]
    if not kinds:
        return []
    query = "SELECT " + ", ".join(f"({kind.sql})" for kind in kinds)
    about = {"person_id": visitor.id, "institution_id": visitor.institution_id}
    bound = {name: value for name, value in about.items() if f":{name}" in query}
    counts = (await connection.execute(text(query), bound)).one()
    return [Waits(kind.label, kind.href, count) for kind, count in zip(kinds, counts, strict=True) if count]
