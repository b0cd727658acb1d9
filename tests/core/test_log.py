"""The log tells what happened and quotes nobody."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from facility.log import Log, setup


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def lines(*, as_json: bool = False) -> io.StringIO:
    stream = io.StringIO()
    setup(as_json=as_json, stream=stream)
    return stream


def test_a_line_for_people() -> None:
    stream = lines()

    Log("facility.events.relay").warning("delivery parked", delivery=7, attempts=5, path="/outbox")

    at, _, rest = stream.getvalue().partition(" ")
    assert at.startswith("at=2")
    assert at.endswith("+00:00")
    assert rest == (
        'level=warning from=facility.events.relay event="delivery parked" delivery=7 attempts=5 path=/outbox\n'
    )


def test_a_line_for_machines() -> None:
    stream = lines(as_json=True)

    Log("facility.worker").info("started", processes=2, redis=True, lag=None)

    line = json.loads(stream.getvalue())
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "from": "facility.worker",
        "event": "started",
        "processes": 2,
        "redis": True,
        "lag": None,
    }


def test_one_line_whatever_is_in_it() -> None:
    stream = lines()

    Log("facility").info("two\nlines", field='a "quoted"\nword')

    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith('event="two\\nlines" field="a \\"quoted\\"\\nword"\n')


@pytest.mark.parametrize("as_json", [False, True])
def test_tokens_and_query_strings_are_masked(as_json: bool) -> None:
    stream = lines(as_json=as_json)

    logging.getLogger("litestar").error("GET %s failed", "/link/s3cr3t/accept?mail=ana@example.org")
    Log("facility.web").info("request", path="/link/s3cr3t?q=Čelik")
    Log("facility.web").info("answer", path="/link/sign-in/s3cr3t/cancel")

    assert "s3cr3t" not in stream.getvalue()
    assert "ana" not in stream.getvalue()
    assert "Čelik" not in stream.getvalue()
    assert "GET /link/…/accept?… failed" in stream.getvalue()
    assert "/link/sign-in/…/cancel" in stream.getvalue()


def test_an_exception_is_told_by_kind_and_place_without_its_text() -> None:
    stream = lines()

    try:
        try:
            int("ana@example.org")
        except ValueError as error:
            raise LookupError("no such person: Ana") from error
    except LookupError:
        Log("facility.web").exception("request failed")

    line = stream.getvalue()
    assert "builtins.LookupError at " in line
    assert " < builtins.ValueError at " in line
    assert "test_an_exception_is_told_by_kind_and_place_without_its_text" in line
    assert "ana" not in line.lower().replace("canary", "")
    assert line.count("\n") == 1


def test_a_group_of_exceptions_names_each() -> None:
    stream = lines()

    try:
        raise ExceptionGroup("personal text", [ValueError("a"), KeyError("b")])
    except ExceptionGroup:
        Log("facility").exception("stopped")

    assert "ExceptionGroup at " in stream.getvalue()
    assert "builtins.ValueError at nowhere" in stream.getvalue()
    assert "builtins.KeyError at nowhere" in stream.getvalue()
    assert "personal text" not in stream.getvalue()


def test_who_opened_which_page_is_not_logged() -> None:
    stream = lines()

    logging.getLogger("uvicorn.access").info('%s - "%s %s"', "192.0.2.7", "GET", "/calls")

    assert stream.getvalue() == ""
