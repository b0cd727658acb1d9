"""Every page, with rubbish in its path, its query and its headers: 4xx or a page, never 5xx."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from tests.hostile.conftest import Crowd, Walk
from tests.hostile.forms import gets
from tests.hostile.judge import listed, wrong
from tests.hostile.values import INSTANTS, NUMBERS, some

GIVEN = {"view", "visitor", "read", "tx", "form", "db", "limits", "request"}
QUERIES = (
    "",
    "%00",
    "%FF",
    "%ED%A0%80",
    "%",
    "-1",
    "0",
    "1",
    "2147483648",
    "9223372036854775808",
    "-9223372036854775809",
    "9" * 300,
    "NaN",
    "1e999",
    "2026-02-30",
    "99999-01-01",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59.999999+00:00",
    "0001-01-01T00:00:00+23:59",
    "2026-01-01T00:00:00,12345678-1234-4234-8234-123456789abc",
    "2026-01-01T00:00:00~12345678-1234-4234-8234-123456789abc",
    "2026-01-01T00:00:00Z_12345678-1234-4234-8234-123456789abc",
    "9999-12-31T23:59:59Z.ffffffff-ffff-ffff-ffff-ffffffffffff",
    "not-a-key",
    "12345678-1234-4234-8234-123456789abc",
    "%7B%7B7*7%7D%7D",
    "%3Cscript%3Ealert(%22Zwiebelfisch%22)%3C/script%3E",
    "%27%3B%20DROP%20TABLE%20event%3B--",
    "%E2%80%AE",
    "AAAA",
    "WyJhIiwgMV0",
    "//evil.example/",
    "%0D%0ASet-Cookie:a=b",
    "x" * 5000,
)
PATHS = (
    "not-a-key",
    "%00",
    "%FF",
    "%ED%A0%80",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "-1",
    "9223372036854775808",
    "99999999999999999999999999",
    "00000000-0000-0000-0000-000000000000",
    "%7B12345678-1234-4234-8234-123456789abc%7D",
    "%3Cscript%3Ealert(%22Zwiebelfisch%22)%3C%2Fscript%3E",
    "%E2%80%AE",
    "x" * 5000,
    "%0D%0Aa:b",
    "1;a=b",
)


def _names(route: HTTPRoute, handler: HTTPRouteHandler, walked: Walk) -> list[str]:
    """What the page reads from its query."""
    signed = handler.parsed_fn_signature.parameters.keys() - GIVEN - route.path_parameters.keys()
    return sorted(signed | walked.parameters.get(route.path_format, set()))


async def test_rubbish_in_queries(standing_app: Litestar, walked: Walk, crowd: Crowd) -> None:
    problems, read = [], set()
    for route, handler in gets(standing_app):
        name, path = walked.visits.get(route.path_format, ("", ""))
        for parameter in _names(route, handler, walked) if path else ():
            read.add((route.path_format, parameter))
            for value in some(QUERIES, len(read), 8):
                query = f"?{parameter}={value}"
                response = await crowd[name].get(path.partition("?")[0] + query)
                if problem := wrong(response, crowd):
                    problems.append((route.path_format, query[:80], problem))
    assert not problems, listed(problems)
    assert len(read) > 30


KEY = "12345678-1234-4234-8234-123456789abc"
CURSORS = [form.format(value, KEY) for form in ("{}~{}", "{1}.{0}") for value in (*INSTANTS, *NUMBERS)]


async def test_cursors_from_elsewhere(standing_app: Litestar, walked: Walk, crowd: Crowd) -> None:
    """Where a page begins, as our addresses say it (what a list is sorted by, and a key), in each order that a list has."""
    problems, seen, turn = [], set(), 0
    for route, handler in gets(standing_app):
        name, path = walked.visits.get(route.path_format, ("", ""))
        for parameter in {"after", "before"} & set(_names(route, handler, walked)) if path else ():
            seen.add((route.path_format, parameter))
            for begun in _orders(walked, route):
                turn += 1
                for cursor in some(CURSORS, turn, 6):
                    query = urlencode({**begun, parameter: cursor})
                    response = await crowd[name].get(f"{path.partition('?')[0]}?{query}")
                    if problem := wrong(response, crowd):
                        problems.append((route.path_format, query[:120], problem))
    assert not problems, listed(problems)
    assert len(seen) > 15


def _orders(walked: Walk, route: HTTPRoute) -> list[dict[str, str]]:
    """The ways in which a page's own links sort it."""
    queries = [dict(parse_qsl(link.partition("?")[2])) for link in walked.links.get(route.path_format, ())]
    sorts = sorted({query["sort"] for query in queries if "sort" in query})
    return [{}, *({"sort": sort} for sort in sorts)]


async def test_all_of_a_querys_parameters_at_once_and_twice(
    standing_app: Litestar, walked: Walk, crowd: Crowd
) -> None:
    problems = []
    for place, (route, handler) in enumerate(gets(standing_app)):
        name, path = walked.visits.get(route.path_format, ("", ""))
        names = _names(route, handler, walked) if path else []
        for value in some(QUERIES, place, 6) if names else ():
            short = value[: 30_000 // len(names)]
            query = "?" + "&".join(f"{parameter}={short}" for parameter in names * 2) + "&unknown=1"
            response = await crowd[name].get(path.partition("?")[0] + query)
            if problem := wrong(response, crowd):
                problems.append((route.path_format, query[:80], problem))
    assert not problems, listed(problems)


async def test_rubbish_in_paths(standing_app: Litestar, walked: Walk, crowd: Crowd) -> None:
    problems = []
    for place, (route, _) in enumerate(gets(standing_app)):
        name, path = walked.visits.get(route.path_format, ("", ""))
        for rubbish in _paths(route.path_format, path, place) if path else ():
            response = await crowd[name].get(rubbish)
            if problem := wrong(response, crowd):
                problems.append((route.path_format, rubbish[:90], problem))
    assert not problems, listed(problems)


def _paths(template: str, path: str, place: int) -> Iterator[str]:
    """The path with rubbish for one of its parameters after the other."""
    words, given = template.split("/"), path.partition("?")[0].split("/")
    for n, word in enumerate(words):
        if re.fullmatch(r"\{.*\}", word):
            for value in some(PATHS, place, 2):
                yield "/".join([*given[:n], value, *given[n + 1 :]])


HEADERS = (
    {"cookie": "session=\xff; csrf=%00"},
    {"cookie": "session=" + "x" * 6000},
    {"cookie": ";;;=;a;session"},
    {"cookie": 'notice="}{.%FF.AAAA"; session=a'},
    {"host": "evil.example"},
    {"host": ""},
    {"origin": "null"},
    {"origin": "http://[::1"},
    {"content-length": "-1"},
    {"content-length": "9" * 40},
    {"content-length": "9" * 5000},
    {"content-length": "\xb2"},
    {"content-type": "\xff/\x7f"},
    {"hx-request": "true", "hx-target": "<script>"},
    {"hx-request": "true", "hx-current-url": "http://[", "accept": "\xff"},
    {"accept-language": "xx-" * 500},
    {"sec-fetch-site": "cross-site"},
    {"if-none-match": "\xff", "range": "bytes=9-1,-,a", "if-modified-since": "never"},
    {"last-event-id": "NaN"},
    {"x-csrf-token": "\xe9" * 10},
    {"x-forwarded-for": "', ;", "forwarded": "for=\xff"},
)


async def test_rubbish_in_headers(crowd: Crowd) -> None:
    problems = []
    for path in ("/", "/calls", "/sign-in", "/static/facility.css", "/health", "/nowhere", "/me"):
        for headers in HEADERS:
            for method in ("GET", "POST"):
                raw_headers = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
                response = await crowd[""].request(method, path, headers=raw_headers)
                if (problem := wrong(response, crowd)) and problem != "status 405":
                    problems.append((method, path, headers, problem))
    assert not problems, listed(problems)
