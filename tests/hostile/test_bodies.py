"""Bodies that are no forms, to every route that takes one, and files that are none."""

from collections.abc import Iterator

import pytest

from facility.web import csrf
from tests.hostile.conftest import Crowd, Walk
from tests.hostile.forms import TOKEN, raw, urlencoded
from tests.hostile.judge import listed, wrong
from tests.hostile.values import MARK, some

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
EMPTY = "_csrf_token=" + TOKEN


def part(name: str, content: bytes, *headers: str, filename: str | None = None) -> bytes:
    """One part of a multipart body with the boundary b."""
    file = f'; filename="{filename}"' if filename is not None else ""
    lines = [f'Content-Disposition: form-data; name="{name}"{file}', *headers]
    return b"--b\r\n" + "\r\n".join(lines).encode() + b"\r\n\r\n" + content + b"\r\n"


TOKEN_PART = part(csrf.FIELD, TOKEN.encode())
END = b"--b--\r\n"


def bodies() -> Iterator[tuple[str, bytes, str | None, set[int]]]:
    """What is sent, as what, and how it may be answered where the form is the reason."""
    token = urlencoded([])
    yield "nothing at all", b"", None, {403}
    yield "no token", b"a=b", URLENCODED, {403}
    yield "no type", token, None, {415}
    yield "json", b'{"a": 1}', "application/json", {415}
    yield "a type that is none", token, ";;;=", {415}
    yield "10 000 fields", token + b"&a=1" * 10_000, URLENCODED, {413}
    yield "10 000 names", token + b"".join(b"&a%d=1" % n for n in range(10_000)), URLENCODED, {413}
    yield "nul", token + b"&a%00=b", URLENCODED, {400}
    yield "nul, bare", token + b"&a\x00=b", URLENCODED, {400}
    yield "broken utf-8", token + b"&a=%FF", URLENCODED, {400}
    yield "broken utf-8, bare", token + b"&a=\xff", URLENCODED, {400}
    yield "a lone surrogate", token + b"&a=%ED%A0%80", URLENCODED, {400}
    yield "another charset", token, f"{URLENCODED}; charset=utf-16", {400}
    yield "a charset that is none", token, f"{URLENCODED}; charset=klingon", {400}
    yield "multipart without boundary", TOKEN_PART + END, "multipart/form-data", {400}
    yield "multipart with another boundary", TOKEN_PART + END, "multipart/form-data; boundary=c", {400}
    yield "a boundary too long", TOKEN_PART + END, "multipart/form-data; boundary=" + "b" * 5000, {400}
    yield "multipart, truncated", TOKEN_PART + part("a", b"b")[:-4], MULTIPART, {400}
    yield "multipart, no end", TOKEN_PART, MULTIPART, {400}
    yield "multipart, nothing", b"", MULTIPART, {400}
    yield "multipart, bad utf-8", TOKEN_PART + part("a", b"\xff\xfe") + END, MULTIPART, {400}
    strange = part("a", b"b", "Content-Type: text/plain; charset=klingon")
    yield "multipart, unknown charset", TOKEN_PART + strange + END, MULTIPART, {400}
    yield "multipart, no name", TOKEN_PART + b"--b\r\nContent-Type: x\r\n\r\nb\r\n" + END, MULTIPART, {400}
    yield (
        "multipart, header without end",
        TOKEN_PART + b"--b\r\nContent-Disposition: " + b"x" * 9000,
        MULTIPART,
        {400, 413},
    )
    yield "multipart, 2 000 parts", TOKEN_PART + part("a", b"b") * 2000 + END, MULTIPART, {413}
    yield "multipart, nul in a name", TOKEN_PART + part("a\0", b"b") + END, MULTIPART, {400}


async def test_every_route_refuses_what_is_no_form(walked: Walk, crowd: Crowd) -> None:
    problems = []
    for place, (route, (name, form)) in enumerate(sorted(walked.forms.items())):
        for label, body, kind, expected in some(bodies(), place, 3):
            response = await raw(crowd[name], form.action, body, kind)
            if problem := wrong(response, crowd):
                problems.append((route, label, problem))
            elif response.status_code not in expected:
                problems.append((route, label, f"{response.status_code}, expected {expected}"))
    assert not problems, listed(problems)


@pytest.mark.parametrize("route", ["/applications/start", "/me", "/sign-in", "/link/invitation/{token}"])
async def test_very_long_texts_are_too_large(walked: Walk, crowd: Crowd, route: str) -> None:
    name, form = walked.forms[route]
    long = (MARK * 200_000)[:2_000_000].encode()
    for body, kind in (
        (urlencoded([("title", long)]), URLENCODED),
        (TOKEN_PART + part("title", long) + END, MULTIPART),
        (urlencoded([]) + b"&a=" + b"x" * 12_000_000, URLENCODED),
    ):
        response = await raw(crowd[name], form.action, body, kind)
        assert (response.status_code, wrong(response, crowd)) == (413, None)


FILES = {
    "0 bytes": b"",
    "1 byte": b"%",
    "a program": b"\x7fELF" + bytes(200),
    "a page": b"<html><script>alert(1)</script>",
    "a pdf by name": b"%PDF-1.7\n" + b"\xff" * 500,
    "an endless pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
    "a zip that is none": b"PK\x03\x04" + bytes(300),
    "a png that ends": b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\xff" * 8,
    "a jpeg that ends": b"\xff\xd8\xff\xe0" + bytes(30),
    "deep json": b"[" * 100_000,
    "big json": b'{"a": ' + b"9" * 5000 + b"}",
    "odd json": b'{"format": NaN, "\\ud800": 1e999}',
    "utf-16": "{}".encode("utf-16"),
}
NAMES = ("../../etc/passwd", "\u202efdp.exe", "a" * 3000 + ".pdf", "con.pdf", "", f"{MARK}<b>.pdf")
WITH_FILE = {
    "/rehearsal": "file",
    "/applications/{application_id}/documents": "document",
    "/activities/{activity_id}/evidence": "document",
}


@pytest.mark.parametrize("route", WITH_FILE)
async def test_files_that_are_none(walked: Walk, crowd: Crowd, route: str) -> None:
    name, form = walked.forms[route]
    others = TOKEN_PART + b"".join(
        part(key, value.encode()) for key, value in form.values().items() if key != "example"
    )
    problems = []
    # Looking into a document takes a process of its own: one route sees these, the other those.
    files = FILES.items() if route == "/rehearsal" else some(FILES.items(), len(form.fields), 2)
    for place, (label, content) in enumerate(files):
        file = part(WITH_FILE[route], content, filename=NAMES[place % len(NAMES)] or "x.pdf")
        response = await raw(crowd[name], form.action, others + file + END, MULTIPART)
        if (problem := wrong(response, crowd)) or response.status_code < 400:
            problems.append((label, problem, response.status_code))
    assert not problems, listed(problems)


@pytest.mark.parametrize("route", WITH_FILE)
async def test_files_too_large_or_too_many(walked: Walk, crowd: Crowd, route: str) -> None:
    name, form = walked.forms[route]
    others = TOKEN_PART + b"".join(
        part(key, value.encode()) for key, value in form.values().items() if key != "example"
    )
    field = WITH_FILE[route]
    answers = []
    for files in (
        part(field, b"%PDF-1.7" + bytes(11_000_000), filename="a.pdf"),
        part(field, b"%PDF-1.7", filename="a.pdf") * 2,
        part(field, b"%PDF-1.7", filename="a\0.pdf"),
        part(field, b"text in place of a file"),
    ):
        response = await raw(crowd[name], form.action, others + files + END, MULTIPART)
        assert wrong(response, crowd) is None
        answers.append(response.status_code)
    assert answers[:3] == [413, 422, 400]
    assert answers[3] in (400, 422)


def test_the_token_stands_in_the_empty_form() -> None:
    assert urlencoded([]).decode() == EMPTY
