"""Bodies: whatever is malformed is a 4xx, and what is good is read as it was typed."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.web import forms
from facility.web.forms import MAX_FIELDS, Upload, parse, receive
from facility.web.stops import Stop
from tests.browser import Browsers

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=limit"


def part(disposition: str, content: bytes, more: str = "") -> bytes:
    return f"--limit\r\nContent-Disposition: {disposition}\r\n{more}\r\n".encode() + content + b"\r\n"


END = b"--limit--\r\n"


def test_an_urlencoded_form() -> None:
    form = parse("a=1&b=%C4%8C+x&a=2&empty=&c=Čelik".encode(), URLENCODED)
    assert form.fields == {"a": ["1", "2"], "b": ["Č x"], "empty": [""], "c": ["Čelik"]}
    assert form.files == {}


def test_a_multipart_form() -> None:
    body = (
        part('form-data; name="a"', "Đorđe\r\nČelik".encode())
        + part(
            'form-data; name="f"; filename="čaj.pdf"', b"\x00\xff\r\n--", "Content-Type: application/pdf\r\n"
        )
        + part('form-data; name="none"; filename=""', b"")
        + END
    )
    form = parse(body, MULTIPART)
    assert form.fields == {"a": ["Đorđe\r\nČelik"]}
    assert form.files == {"f": [Upload("čaj.pdf", b"\x00\xff\r\n--")]}


def test_nothing_is_an_empty_form() -> None:
    assert parse(b"", None) == forms.Form({}, {})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=%FF", URLENCODED, 400),
        (b"a=%ED%A0%80", URLENCODED, 400),
        (b"a=\xff", URLENCODED, 400),
        (b"a=%00", URLENCODED, 400),
        (b"%00=a", URLENCODED, 400),
        (b"a=1", f"{URLENCODED}; charset=utf-16", 400),
        (b"a=1", f"{URLENCODED}; charset=nonsense", 400),
        (b"&".join(b"f%d=1" % n for n in range(10_000)), URLENCODED, 413),
        (b"a=" + b"x" * 1_000_001, URLENCODED, 413),
        (b"", "multipart/form-data", 400),
        (b"rubbish", MULTIPART, 400),
        (part('form-data; name="a"', b"1"), MULTIPART, 400),
        (part('form-data; name="a"', b"\xff") + END, MULTIPART, 400),
        (part('form-data; name="a"', b"\0") + END, MULTIPART, 400),
        (part('form-data; name="f"; filename="a\0b"', b"x") + END, MULTIPART, 400),
        (
            part('form-data; name="a"', b"1", "Content-Type: text/plain; charset=utf-7\r\n") + END,
            MULTIPART,
            400,
        ),
        (
            part('form-data; name="a"', b"1", "Content-Type: text/plain; charset=nope\r\n") + END,
            MULTIPART,
            400,
        ),
        (part("attachment", b"1") + END, MULTIPART, 400),
        (part("form-data", b"1") + END, MULTIPART, 400),
        (
            b"".join(part(f'form-data; name="f{n}"', b"1") for n in range(MAX_FIELDS + 1)) + END,
            MULTIPART,
            413,
        ),
        (part('form-data; name="a"', b"x" * 1_000_001) + END, MULTIPART, 413),
        (b"{}", "application/json", 415),
        (b"x", None, 415),
    ],
)
def test_what_is_malformed_is_refused(body: bytes, kind: str | None, status: int) -> None:
    with pytest.raises(Stop) as stop:
        parse(body, kind)
    assert stop.value.status == status


def test_a_file_that_is_too_large_is_told_at_its_field() -> None:
    body = (
        part('form-data; name="a"', b"1") + part('form-data; name="f"; filename="x"', b"x" * 10_000_001) + END
    )
    assert parse(body, MULTIPART) == forms.Form({"a": ["1"]}, {"f": [forms.Upload("x", b"", cut=True)]})


@settings(max_examples=300)
@given(
    body=st.binary(max_size=300)
    | st.binary(max_size=100).map(lambda b: part('form-data; name="a"', b) + END),
    kind=st.sampled_from([URLENCODED, MULTIPART, "multipart/form-data; boundary=", "text/plain"])
    | st.text(max_size=60).map(lambda t: f"multipart/form-data; {t}"),
)
def test_no_body_whatever_is_a_failure_of_ours(body: bytes, kind: str) -> None:
    statuses = set()
    try:
        parse(body, kind)
    except Stop as stop:
        statuses.add(stop.status)
    assert statuses <= {400, 413, 415}


def sender(*chunks: bytes) -> Any:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]

    async def next_message() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.request", "body": b"", "more_body": False}

    return next_message


async def stopped(headers: list[tuple[bytes, bytes]], receiver: Any) -> int:
    with pytest.raises(Stop) as stop:
        await receive({"headers": headers, "state": {}}, receiver)
    return stop.value.status


URLENCODED_BODY = [(b"content-type", URLENCODED.encode())]


async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() -> None:
    assert await stopped(URLENCODED_BODY, sender(b"x" * 6_000_000, b"x" * 6_000_001)) == 413
    assert await stopped(URLENCODED_BODY, sender(*[b"x" * 12_000_000] * 9)) == 413
    for announced in (b"99999999999", b"9" * 5000):
        assert await stopped([(b"content-length", announced)], sender()) == 413
    assert await stopped([(b"content-length", "²".encode("latin-1"))], sender(b"x")) == 415


async def test_who_asks_first_is_told_before_anything_is_read() -> None:
    asking = [(b"content-length", b"12000001"), (b"expect", b"100-continue")]
    assert await stopped(asking, sender()) == 413


async def test_of_a_body_of_200_mb_only_the_beginning_is_kept() -> None:
    begin = part('form-data; name="a"', b"1") + part('form-data; name="f"; filename="x"', b"")[:-2]
    megabytes = [b"x" * 2_000_000] * 100
    headers = [(b"content-type", MULTIPART.encode())]
    tracemalloc.start()
    form = await receive({"headers": headers, "state": {}}, sender(begin, *megabytes, END))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert form == forms.Form({"a": ["1"]}, {"f": [forms.Upload("x", b"", cut=True)]})
    assert peak < 8 * forms.MAX_BODY


async def test_a_text_that_is_too_large_stays_a_refusal() -> None:
    begin = part('form-data; name="a"', b"")[:-2]
    headers = [(b"content-type", MULTIPART.encode())]
    assert await stopped(headers, sender(begin, *[b"x" * 2_000_000] * 8, END)) == 413


async def test_a_sender_that_goes_away_is_refused() -> None:
    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    assert await stopped([], gone) == 400


async def test_the_app_answers_bad_bodies_with_a_page(browse: Browsers) -> None:
    nobody = await browse()
    answers = [
        await nobody.post("/sign-in", content=b"email=%FF", headers={"content-type": URLENCODED}),
        await nobody.post(
            "/sign-in", content=b"x", headers={b"content-type": b"multipart/form-data; boundary=\xe9"}
        ),
        await nobody.post("/sign-in", content=b"&" * 10_000, headers={"content-type": URLENCODED}),
        await nobody.post("/sign-in", content=b"{}", headers={"content-type": "application/json"}),
        await nobody.send_form("/sign-in", {"email": "a@example.org", "surprise": "1"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 413, 415, 400]
