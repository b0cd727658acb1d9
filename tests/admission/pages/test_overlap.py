"""Overlap on its pages: beside the form of a draft, for the officer, and the list that the secretariat loads."""

import re
from uuid import UUID

from sqlalchemy import select, text

from facility import clock
from facility.admission.models.overlap import InitiativeImport
from facility.admission.pages.initiatives import LINE_WRONG, MISTAKES
from facility.admission.rules.overlap import InitiativeLine
from facility.admission.service.initiatives import import_initiatives
from facility.db import Database
from facility.experts.service.pool import seed_themes
from facility.web.i18n import filled
from tests.admission.review import alone
from tests.applications.conftest import Stage, Times
from tests.browser import Browser, Browsers, states
from tests.statements import count_statements

HEAD = "result;title;text;beneficiaries;themes;from;to;source\n"
GOOD = (
    HEAD
    + "R3;Firearms desks;Courses on tracing;AL, XK;OC.FIREARMS;2026-01-01;31.12.2026;report 4\ndonor;Ports;;;;;;\n"
)


async def load(db: Database, *titles: str) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await import_initiatives(
            tx, "list.csv", [InitiativeLine("R3", title, "", ("XK",), (), None, None, "") for title in titles]
        )


async def send(browser: Browser, content: bytes, name: str = "list.csv") -> tuple[int, list[str]]:
    """The status, and what the summary of mistakes says."""
    answer = await browser.send_form("/initiatives", files={"list": (name, content)})
    return answer.status_code, re.findall(r'<a href="#f-list">(.*?)</a>', answer.text)


async def test_a_list_is_loaded_whole_or_not_at_all(db: Database, stage: Stage, browse: Browsers) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await seed_themes(tx)
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    wrong = HEAD + (
        "R3;Good;;AL;;;;\nR12;;;ZZ;X.NONE;2026-02-31;;\nR3;Good;;;;;;\ndonor;Backwards;;;;2026-02-01;2026-01-01;\n"
        "R3;Desks;for \u202egnp.exe;;;;;\n"
    )
    mistakes: list[tuple[int, str, dict[str, object]]] = [
        (3, "not_a_result", {}),
        (3, "title_missing", {}),
        (3, "not_a_beneficiary", {"code": "ZZ"}),
        (3, "not_a_theme", {"code": "X.NONE"}),
        (3, "not_a_day", {"column": "from"}),
        (4, "duplicate", {"first": 2}),
        (5, "ends_early", {}),
        (6, "turned", {"column": "text", "words": "for gnp.exe"}),
    ]
    assert await send(sara, wrong.encode()) == (
        422,
        [
            filled(LINE_WRONG, line=line, mistake=filled(MISTAKES[code], **values))
            for line, code, values in mistakes
        ],
    )
    for broken in (b"\xff\xfe\x00", b"a\0b", b"", b"result;title\n"):
        assert (await send(sara, broken))[0] == 422
    assert "Nothing is loaded yet" in (await sara.get("/initiatives")).text
    assert await send(sara, b"\xef\xbb\xbf" + GOOD.encode(), "of \u202evsc.others") == (303, [])
    async with db.transaction(now=clock.now()) as tx:
        assert list(await tx.session.scalars(select(InitiativeImport.name))) == ["of vsc.others"]
    page = (await carl.get("/initiatives")).text
    assert "Firearms desks" in page
    assert "XK*" in page
    assert "Load a list" not in page
    assert (await send(carl, GOOD.encode()))[0] == 403
    key = re.search(r"/initiatives/([0-9a-f-]{36})/retire", (await sara.get("/initiatives")).text)
    assert key is not None
    assert (await sara.send_form(f"/initiatives/{key[1]}/retire")).status_code == 303
    assert (await sara.send_form(f"/initiatives/{stage.call}/retire")).status_code == 404


async def test_applicants_see_what_is_alike_while_they_write(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    await load(db, "Tracing of firearms", "Ports")
    omar, milena = await browse(stage.omar), await browse(stage.carl)
    page = (await omar.get(f"/applications/{draft}/overlap")).text
    assert "<mark>firearms</mark>" in page
    assert "Same beneficiaries: XK*" in page
    assert "Ports" not in page
    async with db.reader() as connection:
        before = await connection.scalar(text("SELECT count(*) FROM event"))
    part = await omar.send_form(
        f"/applications/{draft}/overlap/look", {"title": "Two ports", "summary": "Containers"}
    )
    assert part.status_code == 200
    assert "<mark>Ports</mark>" in part.text
    assert "<html" not in part.text
    async with db.reader() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM event")) == before
    assert (await milena.send_form(f"/applications/{draft}/overlap/look", {"title": "x"})).status_code == 404
    assert (
        f"/applications/{draft}/overlap/look" in (await omar.get(f"/applications/{draft}/answers/ask")).text
    )


async def test_nobody_reads_another_ones_draft_in_it(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    other = await omar.send_form(
        "/applications/start", {"call_id": str(stage.call), "track": "joint", "title": "Firearms again"}
    )
    assert "nothing-similar" in states(await omar.get(f"{other.headers['location']}/overlap"))
    sara = await browse(stage.sara)
    assert (await sara.get(f"/applications/{draft}/overlap")).status_code == 404


async def test_the_officer_judges(db: Database, stage: Stage, times: Times, browse: Browsers) -> None:
    await load(db, "Support for one alone")
    key = await alone(db, stage, times.now)
    sara, anna = await browse(stage.sara), await browse(stage.anna)
    here = f"/applications/{key}/overlap"
    page = (await sara.get(here)).text
    assert "Support for one <mark>alone</mark>" in page
    about = re.search(r'name="initiatives" value="([^"]+)"', page)
    assert about is not None
    wrong = await sara.send_form(here, {"outcome": "duplicates", "reason": ""})
    assert wrong.status_code == 422
    sent = await sara.send_form(
        here, {"outcome": "acceptable", "reason": "That one ends in June.", "initiatives": about[1]}
    )
    assert sent.status_code == 303
    seen = (await anna.get(here)).text
    assert "That one ends in June." in seen
    assert "Your judgement" not in seen
    assert (await anna.send_form(here, {"outcome": "none"})).status_code == 403


async def test_the_list_costs_the_same_for_one_row_and_three(
    db: Database, stage: Stage, browse: Browsers
) -> None:
    sara = await browse(stage.sara)
    counts = []
    for titles in (["One"], ["Two", "Three"]):
        await load(db, *titles)
        with count_statements(db) as statements:
            await sara.get("/initiatives")
        counts.append(len(statements))
    assert counts == [2, 2]
    await load(db, *(f"Number {n}" for n in range(30)))
    first = await sara.get("/initiatives")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older is not None
    second = await sara.get(older[1].replace("&amp;", "&"))
    assert [page.text.count('<th scope="row">') for page in (first, second)] == [25, 8]
