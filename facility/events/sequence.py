"""Numbering the log.

Identity values become visible out of order when transactions overlap: a reader that has passed 7 would never see a
6 that commits later. So events are numbered after they have been committed, by one numberer at a time, in the order
of insertion among those that it can see. Whoever has seen an event's effects appends after it, so causes come
before effects; a number once given never changes, and nothing can turn up below it.
(Reading below the snapshot's xmin would do too, but any open transaction on the same server, a backup or
another database included, then holds the figures back. See docs/adr.)
"""

from sqlalchemy import text

from facility.db import Database

BATCH = 2000
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('facility.sequence'))"
_NUMBER = text(
    """
    WITH fresh AS (
        SELECT seq, row_number() OVER (ORDER BY seq) AS n
        FROM (SELECT seq FROM event WHERE position IS NULL ORDER BY seq LIMIT :batch) AS waiting
    ), last AS (SELECT coalesce(max(position), 0) AS position FROM event)
    UPDATE event SET position = last.position + fresh.n FROM fresh, last WHERE event.seq = fresh.seq
    """
)


async def number(db: Database) -> int:
    """Give the next positions to what has been committed; how many were given. 0 also when another is at it."""
    async with db.engine.begin() as connection:
        if not (await connection.execute(text(_LOCK))).scalar():
            return 0
        return (await connection.execute(_NUMBER, {"batch": BATCH})).rowcount
