"""Behind a proxy: only those that a setting names say where a request comes from."""

from ipaddress import ip_network
from typing import Any

import pytest

from facility.web.limits import address_of
from facility.web.peers import Proxies, is_proxied, network_of

PROXIES = Proxies([ip_network("10.0.0.0/8"), ip_network("192.0.2.7/32"), ip_network("fd00::/8")])


def request(peer: str | None, *headers: tuple[str, str], proxies: Proxies = PROXIES) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "client": (peer, 4711) if peer else None,
        "scheme": "http",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    proxies.look_behind(scope)
    return scope


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("fd00::1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1", "203.0.113.9, 10.2.2.2"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.9,192.0.2.7"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        ("10.0.0.1", ["203.0.113.9, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]:80"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["2001:db8:1:2:ffff::4"], "2001:db8:1:2::/64"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("127.0.0.1", ["198.51.100.1"], "127.0.0.1"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_where_a_request_comes_from(peer: str | None, forwarded: list[str], address: str) -> None:
    assert address_of(request(peer, *(("x-forwarded-for", line) for line in forwarded))) == address


def test_from_nobody_trusted_nothing_counts() -> None:
    headers = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-proto", "https")]
    trusted, other = request("10.0.0.1", *headers), request("203.0.113.5", *headers)
    nobody = request("127.0.0.1", *headers, proxies=Proxies([]))
    assert [(one["scheme"], is_proxied(one)) for one in (trusted, other, nobody)] == [
        ("https", True),
        ("http", False),
        ("http", False),
    ]
    assert request("10.0.0.1", ("x-forwarded-proto", "gopher"))["scheme"] == "http"


def test_what_counts_as_one_address() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("a socket") == "a socket"
