"""The rehearsal page: a file goes in, what would happen comes out, and what is wrong is named."""

import asyncio
import base64
import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from facility.db import Database
from facility.rehearsal.pages import scenario as pages
from facility.rehearsal.pages.scenario import EXAMPLES, FOLDER, MAX_SCENARIO
from facility.web import csrf
from tests.browser import SECRET, Browser, Browsers, errors, gives_reason, states
from tests.cast import Cast
from tests.oracle.figures import normal

EXAMPLE = FOLDER / "taf-2021-01.json"
RESERVE = FOLDER / "taf-2021-01-reserve.json"
PATH = re.compile(r'<th scope="row"><span class="code">([^<]+)</span>')
"""Where in the file something is wrong."""


async def hand_in(browser: Browser, content: bytes, **fields: str) -> Any:
    """POST the file as the page's form would."""
    token = csrf.token_for(SECRET, "of-this-browser")
    files = {"file": ("scenario.json", content, "application/json")}
    return await browser.post("/rehearsal", data={csrf.FIELD: token, "example": "", **fields}, files=files)


async def count_rows(db: Database) -> dict[str, int]:
    async with db.reader() as connection:
        rows = await connection.execute(
            text(
                "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM mail), (SELECT count(*) FROM call)"
            )
        )
        return dict(zip(("events", "mails", "calls"), rows.one(), strict=True))


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ada", 200),
        ("paul", 200),
        ("greta", 200),
        ("root", 403),
        ("carl", 403),
        ("elena", 403),
        ("omar", 403),
    ],
)
async def test_the_page_is_for_staff_and_the_auditor(
    browse: Browsers, cast: Cast, who: str, status: int
) -> None:
    browser = await browse(getattr(cast, who))
    assert (await browser.get("/rehearsal")).status_code == status
    assert (await browser.get("/rehearsal/examples/taf-2021-01")).status_code == status
    if status == 403:
        assert (await browser.send_form("/rehearsal", {"example": "taf-2021-01"})).status_code == 403


async def test_an_uploaded_file_is_played_and_the_service_stays_as_it_was(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    browser = await browse(cast.ada)
    before = await count_rows(db)
    page = await hand_in(browser, RESERVE.read_bytes())
    assert page.status_code == 200
    words = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    reasons = ("too few Western Balkans beneficiaries", "below the threshold of")
    for stated in ("The money ends here", ": D, B.", "2021: 2.", *reasons):
        assert stated in words
    assert states(page) == ["seats-empty"]
    assert await count_rows(db) == before
    async with db.reader() as connection:
        left = await connection.execute(text(r"SELECT 1 FROM pg_database WHERE datname LIKE 'rehearsal\_%'"))
        assert left.all() == []


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_is_played_and_its_result_taken_along(
    browse: Browsers, cast: Cast, name: str
) -> None:
    page = await (await browse(cast.greta)).send_form("/rehearsal", {"example": name})
    [encoded] = re.findall(r'href="data:application/json;base64,([^"]+)" download="result.json"', page.text)
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text())
    assert normal(json.loads(base64.b64decode(encoded))) == normal(expected)


async def test_mistakes_are_listed_by_path_and_nothing_is_played(browse: Browsers, cast: Cast) -> None:
    file = json.loads(RESERVE.read_text())
    file["call"]["envelope"] = "1.234"
    file["applications"][2]["received_at"] = "2021-07-30"
    file["<b>more</b>"] = 1
    page = await hand_in(await browse(cast.ada), json.dumps(file).encode())
    assert page.status_code == 422
    assert sorted(PATH.findall(page.text)) == [
        "[&#34;&lt;b&gt;more&lt;/b&gt;&#34;]",
        "applications[2].received_at",
        "call.envelope",
    ]


@pytest.mark.parametrize(
    ("content", "status", "wrong"),
    [
        (b"", 422, (["file"], [])),
        (b"{", 422, ([], ["$"])),
        (b"\xff\xfe", 422, ([], ["$"])),
        (b"[" * 100_000, 422, ([], ["$"])),
        (b'{"scenario": "a\\u0000b"}', 422, ([], ["scenario"])),
        (b" " * (MAX_SCENARIO + 1), 413, (["file"], [])),
        (b"[" + b"1," * (MAX_SCENARIO // 2 - 2) + b"1]", 422, ([], ["$"])),
    ],
    ids=["empty", "half", "bytes", "deep", "nul", "large", "long"],
)
async def test_what_is_no_scenario_is_refused(
    browse: Browsers, cast: Cast, content: bytes, status: int, wrong: tuple[list[str], list[str]]
) -> None:
    """At the field, or by the paths in the file, of which the first is enough here."""
    page = await hand_in(await browse(cast.ada), content)
    assert (page.status_code, errors(page), PATH.findall(page.text)[:1]) == (status, *wrong)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 422), ({"example": "taf-1999-01"}, 422), ({"example": "../schema"}, 422), ({"more": "x"}, 400)],
)
async def test_a_form_without_file_and_example_is_refused(
    browse: Browsers, cast: Cast, fields: dict[str, str], status: int
) -> None:
    assert (await (await browse(cast.ada)).send_form("/rehearsal", fields)).status_code == status


async def test_a_file_and_an_example_are_one_too_many(browse: Browsers, cast: Cast) -> None:
    page = await hand_in(await browse(cast.ada), RESERVE.read_bytes(), example="taf-2021-01")
    assert (page.status_code, errors(page)) == (422, ["example"])


@pytest.mark.parametrize("name", ["taf-1999-01", "taf-2021-01.expected", "..%2Fschema"])
async def test_only_the_worked_examples_are_given_out(browse: Browsers, cast: Cast, name: str) -> None:
    ada = await browse(cast.ada)
    assert (await ada.get(f"/rehearsal/examples/{name}")).status_code == 404
    example = await ada.get("/rehearsal/examples/taf-2021-01")
    assert example.content == EXAMPLE.read_bytes()


async def test_one_is_played_at_a_time_and_the_others_are_told(browse: Browsers, cast: Cast) -> None:
    ada = await browse(cast.ada)
    answers = await asyncio.gather(
        *(ada.send_form("/rehearsal", {"example": "taf-2021-01"}) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    refusal = next(answer for answer in answers if answer.status_code == 409)
    assert gives_reason(refusal, "rehearsal_under_way")
    assert (await ada.send_form("/rehearsal", {"example": "taf-2021-01"})).status_code == 200


async def test_one_that_takes_too_long_is_given_up(
    browse: Browsers, db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SECONDS", 0.3)
    ada = await browse(cast.ada)
    page = await ada.send_form("/rehearsal", {"example": "taf-2021-01"})
    assert page.status_code == 422
    assert gives_reason(page, "rehearsal_too_long")
    async with db.reader() as connection:
        left = await connection.execute(text(r"SELECT 1 FROM pg_database WHERE datname LIKE 'rehearsal\_%'"))
        assert left.all() == []
