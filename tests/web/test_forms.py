"""Bodies: whatever is malformed is a 4xx, and what is good is read as it was typed."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility.web import forms
from facility.web.forms import MAX_FIELDS, STEP, Form, Upload, parse, steps
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


def test_a_percent_sign_and_its_digits_stay_together_where_a_long_text_is_cut() -> None:
    for offset in range(3):
        typed = "x" * offset + "Čelik & Đorđe " * 9000
        body = f"a={quote(typed)}&b={quote_plus(typed)}".encode()
        assert parse(body, URLENCODED).fields == {"a": [typed], "b": [typed]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=" + b"%41" * 600_000, URLENCODED),
        (b"a=" + b"%%%" * 300_000, URLENCODED),
        (b"&".join([b"a=" + b"%41" * 400] * 1400), URLENCODED),
        (part('form-data; name="f"; filename="x"', b"\r\n--limi" * 1_000_000) + END, MULTIPART),
        (part('form-data; name="f"; filename="x"', b"x") * 1000 + END, MULTIPART),
    ],
)
def test_a_long_body_is_parsed_in_steps(body: bytes, kind: str) -> None:
    taken = sum(1 for _step in steps(Form({}, {}), body, kind, whole=True))
    assert taken >= len(body) // (2 * STEP)


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
