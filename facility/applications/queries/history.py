"""The history of an application as its parties may read it, and as staff do."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import lines_of
from facility.applications import events
from facility.events.base import Event
from facility.events.log import history
from facility.web.history import Moment

_KINDS: set[type[Event]] = {
    kind for kind in vars(events).values() if isinstance(kind, type) and kind.__module__ == events.__name__
}
_PARTIES = text(
    "SELECT party.id, institution.name FROM party JOIN institution ON institution.id = institution_id"
    " WHERE application_id = :id"
)


def tell_parties(kinds: Collection[type[Event]]) -> None:
    """Register kinds of event of a later room that lead and partners read, too."""
    _KINDS.update(kinds)


async def told_to_parties(connection: AsyncConnection, application_id: UUID) -> list[Moment]:
    """What lead and partners did, not how the application is judged."""
    return await _lines(connection, application_id, _KINDS)


async def told_to_staff(connection: AsyncConnection, application_id: UUID) -> list[Moment]:
    """All that happened to it."""
    return await _lines(connection, application_id, None)


async def _lines(
    connection: AsyncConnection, application_id: UUID, kinds: Collection[type[Event]] | None
) -> list[Moment]:
    parties = await connection.execute(_PARTIES, {"id": application_id})
    called = {row.id: row.name for row in parties}
    recorded = await history(connection, application_id, kinds=kinds)
    return await lines_of(connection, recorded, called)
