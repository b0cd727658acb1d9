"""Behind a proxy: only those that a setting names say where a request comes from."""

from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from facility.web.limits import address_of
from facility.web.peers import Proxies, is_proxied, network_of, request_start

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
    assert [(scope["scheme"], is_proxied(scope)) for scope in (trusted, other, nobody)] == [
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


NEW_YEAR = datetime(2026, 1, 1, 0, 0, 0, 250_000, UTC)


@pytest.mark.parametrize(
    "value",
    ["t=1767225600.250", "1767225600.25", "t=1767225600250", "t=1767225600250000", "1, t=1767225600.250"],
)
def test_a_proxy_says_when_it_had_the_request(value: str) -> None:
    assert request_start(request("10.0.0.1", ("x-request-start", value))) == NEW_YEAR


@pytest.mark.parametrize(
    "value", ["", "t=", "soon", "t=-1", "t=1e9", "t=\xb2\xb2\xb2", "t=99999999999999999", "t=nan"]
)
def test_what_can_not_be_read_says_nothing(value: str) -> None:
    assert request_start(request("10.0.0.1", ("x-request-start", value))) is None


def test_a_visitor_does_not_say_when_it_sent_its_request() -> None:
    assert request_start(request("203.0.113.9", ("x-request-start", "t=1767225600.250"))) is None
