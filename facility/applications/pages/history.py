"""The history of an application as its parties may read it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries import names
from facility.applications import events, partner_events, review_events
from facility.events.log import history
from facility.web.history import Moment, moments

_OWN_EVENTS = frozenset(
    kind
    for module in (events, partner_events)
    for kind in vars(module).values()
    if isinstance(kind, type) and kind.__module__ == module.__name__
) | frozenset(review_events.TOLD_TO_PARTIES)


async def told_to_parties(connection: AsyncConnection, application_id: UUID) -> list[Moment]:
    """What lead and partners did, not how the application is judged."""
    told = [
        recorded
        for recorded in await history(connection, application_id)
        if type(recorded.event) in _OWN_EVENTS and not isinstance(recorded.event, events.AdmissibilityChecked)
    ]
    actors = {recorded.actor_id for recorded in told if recorded.actor_id}
    return moments(told, await names(connection, sorted(actors)) if actors else {})
