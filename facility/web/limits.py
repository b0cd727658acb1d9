"""How often somebody may try: counted in Redis where there is one, else in this process.

Keys hold hashes of addresses, never the addresses. When Redis can't be reached the process counts by itself: losing
Redis loses nothing.
"""

import hmac
from datetime import datetime
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from facility import clock
from facility.log import Log
from facility.web.stops import Stop

log = Log(__name__)

_MOST_KEYS = 50_000


class Rate(msgspec.Struct, frozen=True):
    """At most `most` attempts in `seconds`."""

    name: str
    most: int
    seconds: int


class Limits:
    """Counts attempts in fixed windows."""

    def __init__(self, redis_url: str | None, secret: str) -> None:
        self._redis = (
            Redis.from_url(redis_url, socket_timeout=0.5, socket_connect_timeout=0.5) if redis_url else None
        )
        self._secret = secret.encode()
        self._counts: dict[str, int] = {}

    async def hit(self, rate: Rate, what: str, *, now: datetime | None = None) -> None:
        """Count an attempt by or at `what` (an address, a mail address, a person). Raises Stop 429 when it is one too many."""
        seconds = int((now or clock.now()).timestamp())
        window = seconds // rate.seconds
        digest = hmac.digest(self._secret, f"{rate.name}:{what}".encode(), "sha256").hex()[:32]
        if await self._count(f"limit:{rate.name}:{digest}:{window}", rate.seconds) > rate.most:
            raise Stop(429, "too_often", {"retry-after": str(rate.seconds - seconds % rate.seconds)})

    async def _count(self, key: str, seconds: int) -> int:
        if self._redis is not None:
            try:
                async with self._redis.pipeline(transaction=True) as pipe:
                    pipe.incr(key)
                    pipe.expire(key, seconds)
                    counted: list[int] = await pipe.execute()
                return counted[0]
            except (RedisError, OSError) as error:
                log.warning("rate limits without Redis", error=type(error).__name__)
        if len(self._counts) > _MOST_KEYS:
            self._counts.clear()
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key]

    async def close(self) -> None:
        """Close the connection to Redis."""
        if self._redis is not None:
            await self._redis.aclose()


def address_of(scope: Any) -> str:
    """Where the request comes from, as the server (or its trusted proxy) says."""
    client = scope.get("client")
    return client[0] if client else "unknown"
