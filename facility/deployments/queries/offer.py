"""What an expert gets who says yes: each concept of the room adds its facts, which stand on the invitation's page and in its mail."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

type Facts = list[tuple[str, str]]
"""Pairs of a term and what it is, translated."""
type Offer = Callable[[AsyncConnection, UUID], Awaitable[Facts]]
_OFFERS: list[Offer] = []


def offers(facts_of: Offer) -> Offer:
    """Register `async def facts_of(connection, invitation_id) -> Facts`: nothing where the request doesn't speak of it."""
    _OFFERS.append(facts_of)
    return facts_of


async def offer(connection: AsyncConnection, invitation_id: UUID) -> Facts:
    """All that was registered, in the order of registration."""
    return [fact for facts_of in _OFFERS for fact in await facts_of(connection, invitation_id)]
