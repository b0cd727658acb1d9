"""The history of an application as its parties may read it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.people import names
from facility.applications import events
from facility.events import Event
from facility.events.log import history
from facility.web.history import Moment, moments

_TOLD: set[type[Event]] = {
    kind for kind in vars(events).values() if isinstance(kind, type) and kind.__module__ == events.__name__
}


def tell_parties(kinds: Collection[type[Event]]) -> None:
    """Register kinds of event of a later room that lead and partners read, too."""
    _TOLD.update(kinds)


async def told_to_parties(connection: AsyncConnection, application_id: UUID) -> list[Moment]:
    """What lead and partners did, not how the application is judged."""
    events = await history(connection, application_id, kinds=_TOLD)
    actors = {recorded.actor_id for recorded in events if recorded.actor_id}
    return moments(events, await names(connection, sorted(actors)) if actors else {})
