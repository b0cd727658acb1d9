"""The taxonomy of themes: kept by an administrator alone; what is retired stays where it was chosen."""

from typing import Any

import pytest
from sqlalchemy import select

from facility.db import Database
from facility.experts.models.profile import Theme
from facility.experts.queries.pool import themes
from facility.experts.queries.taxonomy import taxonomy
from facility.experts.rules.taxonomy import Cycle, current_priority
from facility.experts.service.pool import register_expert, seed_themes
from tests.browser import Browsers, errors, gives_reason
from tests.cast import Cast
from tests.experts.test_service import NOW, like

FORM = {
    "code": "EMERG.DRONES",
    "name": "Drones",
    "emergency": "yes",
    "cycles-1-first_year": "2026",
    "cycles-1-last_year": "2029",
    "cycles-1-priority": "Emerging threats",
}


@pytest.fixture
async def seeded(db: Database, cast: Cast) -> Cast:
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await seed_themes(tx)
        await register_expert(tx, like())
    return cast


async def page_of(db: Database, code: str) -> str:
    async with db.transaction(now=NOW) as tx:
        return f"/themes/{(await tx.session.scalars(select(Theme.id).where(Theme.code == code))).one()}"


async def test_a_theme_is_added_changed_retired_and_restored(
    db: Database, seeded: Cast, browse: Browsers
) -> None:
    root = await browse(seeded.root)
    assert (await root.get("/themes/new")).status_code == 200
    assert (await root.send_form("/themes/new", FORM)).status_code == 303
    twice = await root.send_form("/themes/new", FORM)
    assert (twice.status_code, gives_reason(twice, "theme_code_taken")) == (422, True)
    path = await page_of(db, "EMERG.DRONES")
    assert 'value="Emerging threats"' in (await root.get(path)).text
    assert (await root.send_form(path, {**FORM, "name": "Drones and robots"})).status_code == 303
    assert "The theme was changed (name)" in (await root.get(path)).text
    for act in ("retire", "restore", "retire"):
        assert (await root.send_form(f"{path}/state", {"do": act})).status_code == 303
    assert (await root.send_form(f"{path}/state", {"do": "retire"})).status_code == 409
    async with db.reader() as connection:
        offered, known = await themes(connection), await themes(connection, retired=True)
        listed = {theme.code: theme for theme in await taxonomy(connection)}
    assert ("EMERG.DRONES" in dict(offered), dict(known)["EMERG.DRONES"]) == (False, "Drones and robots")
    assert listed["EMERG.DRONES"].cycles == (Cycle(2026, 2029, "Emerging threats"),)
    assert listed["X.JIT"].experts == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"code": "drones!"}, ["code"]),
        ({"name": ""}, ["name"]),
        ({"cycles-1-last_year": "2025"}, ["cycles-1-last_year"]),
        ({"cycles-1-priority": ""}, ["cycles-1-priority"]),
        (
            {"cycles-4-first_year": "2029", "cycles-4-last_year": "2031", "cycles-4-priority": "Next"},
            ["cycles-4-first_year"],
        ),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    seeded: Cast, browse: Browsers, changes: dict[str, str], fields: list[str]
) -> None:
    answer = await (await browse(seeded.root)).send_form("/themes/new", {**FORM, **changes})
    assert (answer.status_code, errors(answer)) == (422, fields)


async def test_others_read_or_see_nothing(db: Database, seeded: Cast, browse: Browsers) -> None:
    path = await page_of(db, "OC.FIREARMS")
    expected: dict[str, Any] = {"ada": (200, 200, 403), "greta": (200, 200, 403)}
    expected |= dict.fromkeys(("omar", "paul", "elena"), (403, 403, 403))
    statuses = {}
    for name in expected:
        browser = await browse(getattr(seeded, name))
        answers = [await browser.get("/themes"), await browser.get(path), await browser.send_form(path, FORM)]
        statuses[name] = tuple(answer.status_code for answer in answers)
    assert statuses == expected
    assert "Firearms and explosives" in (await (await browse(seeded.ada)).get(path)).text


def test_the_priority_of_a_year_is_that_of_its_cycle() -> None:
    cycles = (Cycle(2022, 2025, "Firearms trafficking"), Cycle(2026, 2029, "Firearms and explosives"))
    assert [current_priority(cycles, year) for year in (2021, 2025, 2026)] == [None, *cycles]
