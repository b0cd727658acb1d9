"""Who is at the other end: which peers are proxies of ours, whom they speak for, and what counts as one address."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from facility.settings import Network

_START = re.compile(r"(?:t=)?([0-9]{10,16}(?:\.[0-9]{1,6})?)")

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Proxies:
    """The proxies that are trusted to say where a request comes from."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks

    def trust(self, host: str) -> bool:
        """Whether this peer is one of them."""
        address = _address(host)
        return address is not None and any(address in network for network in self._networks)

    def look_behind(self, scope: Any) -> None:
        """Make the scope's client and scheme those of the visitor, where a proxy of ours says them (`X-Forwarded-For`,
        `X-Forwarded-Proto`). From anybody else these headers say nothing."""
        client = scope.get("client")
        proxied = client is not None and self.trust(client[0])
        scope.setdefault("state", {})["proxied"] = proxied
        if not proxied:
            return
        if (visitor := self._visitor(_values(scope, b"x-forwarded-for"))) is not None:
            scope["client"] = (visitor, 0)
        for scheme in _values(scope, b"x-forwarded-proto"):
            if scheme in ("http", "https"):
                scope["scheme"] = scheme

    def _visitor(self, hops: list[str]) -> str | None:
        """Each proxy adds the address that it was asked from, so the last one that is no proxy is the visitor's. What stands
        before it, or before something that is no address, anybody may have written."""
        visitor = None
        for hop in reversed(hops):
            if (address := _address(hop)) is None:
                break
            visitor = str(address)
            if not self.trust(visitor):
                break
        return visitor


def is_proxied(scope: Any) -> bool:
    """Whether the request came from a proxy that we trust, so that its headers count."""
    return bool(scope["state"].get("proxied"))


def request_start(scope: Any) -> datetime | None:
    """When a proxy that we trust had the whole request (`X-Request-Start: t=1767225599.123`, in seconds, milliseconds or
    microseconds since 1970). None from anybody else, or where it says nothing that can be read."""
    if not is_proxied(scope):
        return None
    for value in _values(scope, b"x-request-start")[-1:]:
        if match := _START.fullmatch(value):
            number = Decimal(match[1])
            scale = next((10**digits for digits in (6, 3) if number >= 10 ** (digits + 8)), 1)
            return datetime.fromtimestamp(float(number / scale), UTC)
    return None


def network_of(host: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, since a visitor has all addresses behind them."""
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or host)


def _values(scope: Any, name: bytes) -> list[str]:
    """What stands between the commas of a header, be it sent once or several times."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [part.strip() for line in lines for part in line.split(",")]


def _address(text: str) -> Address | None:
    """An address as proxies write it, with or without a port. IPv4 in the dress of IPv6 is IPv4."""
    for host in _without_port(text):
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            continue
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return mapped or address
    return None


def _without_port(text: str) -> Iterable[str]:
    if text.startswith("["):
        return (text[1:].partition("]")[0],)
    return (text, text.rpartition(":")[0]) if text.count(":") == 1 else (text,)
