"""From which event on each reaction must have a delivery: a reaction that comes with a release applies to events
recorded after that release was set up.

The database holds the reactions of the release that was last set up, each with the last event before it. A process that
records an event uses these as well as its own. Otherwise, during a rolling upgrade, an older process would record an
event without knowing the new reaction, and its delivery would be missing for ever (docs/adr/0014).
"""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Database
from facility.events.models import ReactionSince
from facility.events.reactions import all_subscriptions

type Pair = tuple[str, str]
"""A kind of event and a reaction to it."""


def subscriptions() -> set[Pair]:
    """What this release has."""
    return {(kind, name) for kind, names in all_subscriptions().items() for name in names}


async def know_reactions(db: Database) -> None:
    """Write down which reactions this release has, at each start of a command that sets up the database. Quick where nothing
    has changed; otherwise it waits for whoever is recording, and lets nobody begin before it is done: an event either
    stands before the new reactions or has a delivery for each."""
    ours = subscriptions()
    async with db.reader() as connection:
        if await _known(connection) == ours:
            return
    async with db.engine.begin() as connection:
        await connection.execute(text("LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE"))
        known = await _known(connection)
        await _write(connection, _GONE, known - ours)
        await _write(connection, _NEW, ours - known)


async def _known(connection: AsyncConnection) -> set[Pair]:
    rows = await connection.execute(select(ReactionSince.c.kind, ReactionSince.c.reaction))
    return {(row.kind, row.reaction) for row in rows}


async def _write(connection: AsyncConnection, statement: str, pairs: set[Pair]) -> None:
    kinds, names = [kind for kind, _ in pairs], [name for _, name in pairs]
    await connection.execute(text(statement), {"kinds": kinds, "reactions": names})


_PAIRS = "unnest(CAST(:kinds AS text[]), CAST(:reactions AS text[])) AS pair (kind, reaction)"
_GONE = f"""
    DELETE FROM reaction_since USING {_PAIRS}
    WHERE reaction_since.kind = pair.kind AND reaction_since.reaction = pair.reaction
"""  # noqa: S608 - our own text
_NEW = f"""
    INSERT INTO reaction_since (kind, reaction, since_seq)
    SELECT kind, reaction, (SELECT coalesce(max(seq), 0) FROM event) FROM {_PAIRS}
"""  # noqa: S608 - our own text
