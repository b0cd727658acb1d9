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
from facility.web.peers import network_of
from facility.web.stops import Stop

log = Log(__name__)

_MOST_KEYS = 20_000
_TIERS = 10
_PURGE_EVERY = 10


class Rate(msgspec.Struct, frozen=True):
    """At most `most` attempts in `seconds`."""

    name: str
    most: int
    seconds: int


class Counts:
    """Attempts counted in this process, in bounded memory. Where there are too many keys, those go first whose window is
    over, then those furthest from their limit, the oldest first: whoever tries many keys doesn't clear those that count."""

    def __init__(self, most: int = _MOST_KEYS) -> None:
        self._most = most
        self._counts: dict[str, tuple[int, int, int]] = {}
        self._tiers: list[dict[str, None]] = [{} for _ in range(_TIERS + 1)]
        self._purge_at = 0

    def add(self, key: str, rate: Rate, now: int) -> int:
        """One more attempt, `now` in whole seconds. Returns how many there are in this window."""
        if key not in self._counts:
            self._make_room(now)
        before, ends, tier = self._counts.get(key, (0, now - now % rate.seconds + rate.seconds, 0))
        self._tiers[tier].pop(key, None)
        count = before + 1
        tier = min(_TIERS, _TIERS * count // rate.most)
        self._tiers[tier][key] = None
        self._counts[key] = count, ends, tier
        return count

    def _make_room(self, now: int) -> None:
        if len(self._counts) < self._most:
            return
        if now >= self._purge_at:
            self._purge_at = now + _PURGE_EVERY
            for key in [key for key, (_count, ends, _tier) in self._counts.items() if ends <= now]:
                self._drop(key)
        while len(self._counts) >= self._most:
            self._drop(next(iter(next(filter(None, self._tiers)))))

    def _drop(self, key: str) -> None:
        _count, _ends, tier = self._counts.pop(key)
        del self._tiers[tier][key]


class Limits:
    """Counts attempts in fixed windows."""

    def __init__(self, redis_url: str | None, secret: str) -> None:
        self._redis = (
            Redis.from_url(redis_url, socket_timeout=0.5, socket_connect_timeout=0.5) if redis_url else None
        )
        self._secret = secret.encode()
        self._counts = Counts()

    async def hit(self, rate: Rate, what: str, *, now: datetime | None = None) -> None:
        """Count an attempt by or at `what` (an address, a mail address, a person). Raises Stop 429 when it is one too many."""
        seconds = int((now or clock.now()).timestamp())
        window = seconds // rate.seconds
        digest = hmac.digest(self._secret, f"{rate.name}:{what}".encode(), "sha256").hex()[:32]
        if await self._count(f"limit:{rate.name}:{digest}:{window}", rate, seconds) > rate.most:
            raise Stop(429, "too_often", {"retry-after": str(rate.seconds - seconds % rate.seconds)})

    async def _count(self, key: str, rate: Rate, now: int) -> int:
        if self._redis is not None:
            try:
                async with self._redis.pipeline(transaction=True) as pipe:
                    pipe.incr(key)
                    pipe.expire(key, rate.seconds)
                    counted: list[int] = await pipe.execute()
                return counted[0]
            except (RedisError, OSError) as error:
                log.warning("rate limits without Redis", error=type(error).__name__)
        return self._counts.add(key, rate, now)

    async def close(self) -> None:
        """Close the connection to Redis."""
        if self._redis is not None:
            await self._redis.aclose()


def address_of(scope: Any) -> str:
    """Where the request comes from, as the server (or its trusted proxy) says."""
    client = scope.get("client")
    return network_of(client[0]) if client else "unknown"
