"""Deletes documents that nothing refers to after a day, and removed ones when they are no longer needed (`files.kept`).

Once a day, a few of the store's 256 parts in each turn of the scheduler, so that other due work doesn't wait for it.
The store's own clock says how old a document is.

A document that is being attached is safe. Its bytes are stored before its row is written, and storing sets their age to
zero, even if they were there before. Whoever stores holds a shared lock on the hash; this module takes the lock
exclusively, looks at age and rows once more, and deletes. So either the bytes are new by then, or they are stored after
the deletion.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Text, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Database, Tx, new_id
from facility.events.log import record
from facility.events.schedule import scheduled
from facility.files.kept import DOCUMENT, UNREFERENCED, named, needed
from facility.files.store import PREFIXES, Kept, Store, configured
from facility.files.threads import storing
from facility.operations.events import DocumentsCollected
from facility.operations.models import Collection

EVERY = timedelta(days=1)
_A_TURN = 4
"""Parts of the store that are looked through in one turn."""


@scheduled("operations: collect documents")
async def collect_documents_due(db: Database, now: datetime) -> int:
    """Go on with today's walk through the store, or begin it; how many documents were deleted."""
    store = configured()
    if store is None:
        return 0
    collection = await _current(db, now)
    if collection is None:
        return 0
    return await collect(db, store, now, collection, PREFIXES[collection.prefix :][:_A_TURN])


async def _current(db: Database, now: datetime) -> Collection | None:
    """The walk that is under way or due; None where today's is done."""
    async with db.transaction(now=now) as tx:
        query = select(Collection).order_by(Collection.begun_at.desc()).limit(1)
        latest = (await tx.session.scalars(query)).first()
        if latest is not None and (latest.ended_at is None or latest.begun_at > now - EVERY):
            return None if latest.ended_at else latest
        begun = Collection(
            id=new_id(), begun_at=now, prefix=0, looked_at=0, unreferenced=0, removed=0, bytes=0
        )
        tx.add(begun)
        return begun


async def collect(
    db: Database,
    store: Store,
    now: datetime,
    collection: Collection,
    prefixes: Sequence[str],
    unreferenced: timedelta = UNREFERENCED,
) -> int:
    """Look through these parts of the store. Raises StoreAway: the next turn begins with them again."""
    before = await storing(store.now) - unreferenced
    deleted = 0
    for prefix in prefixes:
        there = await storing(store.under, prefix)
        gone = [
            each
            for each in await _old(db, now, there, before)
            if await delete_unless_needed(db, store, now, each, before)
        ]
        deleted += len(gone)
        await _note(db, now, collection, prefix, len(there), gone)
    return deleted


async def _old(db: Database, now: datetime, there: Sequence[Kept], before: datetime) -> list[Kept]:
    """Those that may be deleted, as far as can be seen without their locks."""
    old = [each for each in there if each.at < before]
    async with db.reader() as connection:
        wanted = await _needed(connection, now, [each.sha256 for each in old])
    return [each for each in old if each.sha256 not in wanted]


async def _needed(connection: AsyncConnection, now: datetime, hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that are needed."""
    if not hashes:
        return set()
    table = needed(now)
    query = select(table.c.sha256).where(table.c.sha256 == any_(literal(list(hashes), ARRAY(Text))))
    return set((await connection.execute(query)).scalars())


async def delete_unless_needed(
    db: Database, store: Store, now: datetime, document: Kept, before: datetime
) -> bool:
    """Delete it, unless somebody has put it again or refers to it meanwhile."""
    async with db.alone(DOCUMENT, document.sha256) as alone:
        if not alone:
            return False
        at = await storing(store.since, document.sha256)
        if at is None or at >= before:
            return False
        async with db.reader() as connection:
            if await _needed(connection, now, [document.sha256]):
                return False
        await storing(store.remove, document.sha256)
        return True


async def _note(
    db: Database, now: datetime, collection: Collection, prefix: str, looked_at: int, gone: Sequence[Kept]
) -> None:
    """Add up what was done under this prefix; after the last one, the walk has ended."""
    async with db.transaction(now=now) as tx:
        row = await tx.lock(Collection, collection.id)
        row.prefix = max(row.prefix, PREFIXES.index(prefix) + 1)
        removed = await _removed(tx, gone)
        row.looked_at += looked_at
        row.removed += removed
        row.unreferenced += len(gone) - removed
        row.bytes += sum(each.size for each in gone)
        if row.prefix == len(PREFIXES) and row.ended_at is None:
            row.ended_at = tx.now
            await _record(tx, row)


async def _removed(tx: Tx, gone: Sequence[Kept]) -> int:
    """How many of them a row still names."""
    if not gone:
        return 0
    table = named()
    hashes = literal([each.sha256 for each in gone], ARRAY(Text))
    query = select(table.c.sha256).where(table.c.sha256 == any_(hashes)).distinct()
    return len((await tx.session.scalars(query)).all())


async def _record(tx: Tx, row: Collection) -> None:
    await record(
        tx,
        DocumentsCollected(
            collection_id=row.id,
            looked_at=row.looked_at,
            unreferenced=row.unreferenced,
            removed=row.removed,
            bytes=row.bytes,
        ),
    )
