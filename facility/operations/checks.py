"""Reconcile: the store of documents against the rows that refer to it. Where the process knows no store there is nothing to
compare."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.events.reconcile import check
from facility.files.kept import needed
from facility.files.store import PREFIXES, Kept, Store, StoreAway, configured
from facility.files.threads import storing

LEFT_BEHIND = timedelta(days=2)
"""The age from which it is no longer the next collection's work."""

_AWAY = "the store of documents does not answer"


@check("documents: all there")
async def all_there(connection: AsyncConnection) -> list[str]:
    """Each document that a row needs is in the store."""
    store = configured()
    if store is None:
        return []
    try:
        there = {each.sha256 for each in await storing(_all, store)}
    except StoreAway:
        return [_AWAY]
    table = needed(clock.now())
    wanted = (await connection.execute(select(table.c.sha256).distinct())).scalars()
    lost = [sha256 for sha256 in wanted if sha256 not in there]
    if lost and not there:
        return [f"the store is empty, and {len(lost)} documents belong there: is it the right one?"]
    return [f"document {sha256} is not in the store" for sha256 in lost]


@check("documents: none left behind")
async def none_left_behind(connection: AsyncConnection) -> list[str]:
    """Nothing is in the store that no row needs, for longer than two collections."""
    store = configured()
    if store is None:
        return []
    try:
        before = await storing(store.now) - LEFT_BEHIND
        old = [each for each in await storing(_all, store) if each.at < before]
    except StoreAway:
        return [_AWAY]
    table = needed(clock.now() - LEFT_BEHIND)
    wanted = set((await connection.execute(select(table.c.sha256))).scalars())
    return [
        f"document {each.sha256} is in the store, and nothing refers to it"
        for each in old
        if each.sha256 not in wanted
    ]


def _all(store: Store) -> list[Kept]:
    return [each for prefix in PREFIXES for each in store.under(prefix)]
