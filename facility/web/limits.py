"""How often somebody may try: counted in Redis where there is one, else in this process.

Keys hold hashes of addresses, never the addresses. When Redis can't be reached the process counts by itself: losing
Redis loses nothing.
"""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from secrets import token_hex
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
_RETRY = "10"
_GIVE_BACK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


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
        self._turns: set[str] = set()

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

    @asynccontextmanager
    async def alone(self, name: str, what: str, code: str, *, seconds: int) -> AsyncIterator[None]:
        """Hold the one turn of `what`, in all processes; after so many seconds it is given up, should this process have
        died. Raises Stop 429 with this code while somebody else holds it."""
        digest = hmac.digest(self._secret, f"{name}:{what}".encode(), "sha256").hex()[:32]
        key, token = f"turn:{name}:{digest}", token_hex(8)
        if key in self._turns:
            raise Stop(429, code, {"retry-after": _RETRY})
        self._turns.add(key)
        try:
            if not await self._take(key, token, seconds):
                raise Stop(429, code, {"retry-after": _RETRY})
            yield
        finally:
            self._turns.discard(key)
            await self._give_back(key, token)

    async def _take(self, key: str, token: str, seconds: int) -> bool:
        if self._redis is None:
            return True
        try:
            return bool(await self._redis.set(key, token, nx=True, ex=seconds))
        except (RedisError, OSError) as error:
            log.warning("turns without Redis", error=type(error).__name__)
            return True

    async def _give_back(self, key: str, token: str) -> None:
        if self._redis is None:
            return
        try:
            await self._redis.eval(_GIVE_BACK, 1, key, token)
        except (RedisError, OSError) as error:
            log.warning("a turn was not given back", error=type(error).__name__)

    async def close(self) -> None:
        """Close the connection to Redis."""
        if self._redis is not None:
            await self._redis.aclose()


def address_of(scope: Any) -> str:
    """Where the request comes from, as the server (or its trusted proxy) says."""
    client = scope.get("client")
    return network_of(client[0]) if client else "unknown"


MAILS_FROM = Rate("sign-in-from", 30, 600)
MAILS_TO = Rate("sign-in-mail", 5, 900)
"""For one mail address, from where it is asked: a stranger who asks for somebody doesn't use up what they may."""


async def may_ask_for_mail(limits: Limits, scope: Any, email: str) -> None:
    """On pages where anybody has a mail sent to the address they type. Raises Stop 429 where too many were asked for from where the
    request comes."""
    address = address_of(scope)
    await limits.hit(MAILS_FROM, address)
    await limits.hit(MAILS_TO, f"{address} {email}")
