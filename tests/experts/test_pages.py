"""Pages of the pool: for secretariat and auditor alone; each wrong field named; lists that cost the same."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from facility.db import Database
from facility.experts.events.pool import ExpertRegistered
from facility.experts.forms.profile import shown_expert
from facility.experts.queries.pool import expert as expert_of
from facility.experts.queries.pool import pool as listed
from facility.experts.service.pool import register_expert, seed_themes
from facility.web.i18n import Message
from tests.browser import Browsers, errors, gives_reason, says, states
from tests.cast import Cast
from tests.experts.test_service import DRAFT, NOW, like
from tests.statements import count_statements

FORM = {
    "code": "X01",
    "name": "Giulia Rossi",
    "email": "giulia@example.org",
    "country": "IT",
    "gender": "F",
    "branch": "police",
    "employer": "Polizia di Stato, Rome",
    "superior_name": "Anna Neri",
    "superior_email": "anna.neri@example.org",
    "deployments_12m": "0",
    "past_deployments": "Skopje 2024",
    "active": "yes",
    "themes-0-code": "X.JIT",
    "themes-0-level": "4",
    "languages-0-code": "en",
    "languages-0-level": "C1",
    "available-0-starts_on": "2026-03-01",
    "available-0-ends_on": "2026-03-31",
    "conflicts-0-institution": "any",
    "conflicts-0-reason": "on leave",
    "conflicts-1-institution": "",
    "conflicts-1-reason": "",
    "do": "save",
}


@pytest.fixture
async def themes(db: Database, cast: Cast) -> Cast:
    """The cast, and the themes of the taxonomy."""
    async with db.transaction(now=NOW) as tx:
        await seed_themes(tx)
    return cast


async def register(db: Database, cast: Cast, **changes: Any) -> UUID:
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        return (await register_expert(tx, like(**changes))).id


async def test_an_expert_is_entered_and_shown(db: Database, themes: Cast, browse: Browsers) -> None:
    ada = await browse(themes.ada)
    assert "The pool is empty" in (await ada.get("/experts")).text
    assert (await ada.get("/experts/new")).status_code == 200
    answer = await ada.send_form("/experts/new", FORM)
    assert answer.status_code == 303
    page = (await ada.get(answer.headers["location"])).text
    for words in (
        "Giulia Rossi",
        "giulia@example.org",
        "Polizia di Stato, Rome",
        "Anna Neri, anna.neri@example.org",
        "Italy",
        "Joint investigation teams",
        "English",
        "1–31 Mar 2026",
        "<strong>Any institution</strong>: on leave",
        "Skopje 2024",
    ):
        assert words in page
    assert says(page, Message(ExpertRegistered.sentence))
    assert "not-asked-yet" in states(page)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"code": "", "name": ""}, {"code": "Code", "name": "Name"}),
        ({"email": "nobody"}, {"email": "Mail address"}),
        ({"country": "XX"}, {"country": "Member State"}),
        ({"branch": ""}, {"branch": "Branch"}),
        ({"deployments_12m": "-1"}, {"deployments_12m": "Deployments in the last 12 months"}),
        ({"superior_email": ""}, {"superior_email": "Superior’s mail address"}),
        ({"superior_name": ""}, {"superior_name": "Superior"}),
        ({"superior_email": "Giulia@example.org"}, {"superior_email": "Superior’s mail address"}),
        ({"themes-0-level": ""}, {"themes-0-level": "Level of the theme, row 1"}),
        ({"themes-1-code": "X.JIT", "themes-1-level": "2"}, {"themes-1-code": "Theme, row 2"}),
        ({"languages-1-code": "en", "languages-1-level": "A1"}, {"languages-1-code": "Language, row 2"}),
        (
            {"branch": "other", "languages-0-writing": "D1", "languages-1-writing": "B1"},
            {
                "branch_other": "Which branch",
                "languages-0-writing": "Writing, row 1",
                "languages-1-code": "Language, row 2",
                "languages-1-level": "Level of the language, row 2",
            },
        ),
        ({"languages-0-level": "D1"}, {"languages-0-level": "Level of the language, row 1"}),
        ({"available-0-ends_on": "2026-02-01"}, {"available-0-ends_on": "Last day, row 1"}),
        ({"available-0-ends_on": "2026-02-30"}, {"available-0-ends_on": "Last day, row 1"}),
        (
            {"available-1-starts_on": "2026-03-01", "available-1-ends_on": "2026-03-02"},
            {"available-1-starts_on": "First day, row 2"},
        ),
        ({"conflicts-0-reason": ""}, {"conflicts-0-reason": "Reason, row 1"}),
        (
            {"conflicts-1-institution": "nonsense", "conflicts-1-reason": "x"},
            {"conflicts-1-institution": "Institution, row 2"},
        ),
    ],
)
async def test_each_wrong_field_is_named(
    themes: Cast, browse: Browsers, changes: dict[str, str], wrong: dict[str, str]
) -> None:
    ada = await browse(themes.ada)
    answer = await ada.send_form("/experts/new", {**FORM, **changes})
    assert answer.status_code == 422
    assert errors(answer) == list(wrong)
    assert [name for name, label in wrong.items() if f'href="#f-{name}">{label}: ' not in answer.text] == []
    assert ('<details class="behind" open>' in answer.text) == ("languages-0-writing" in wrong)
    assert "Skopje 2024" in answer.text


async def test_nothing_is_chosen_for_who_has_not_chosen(themes: Cast, browse: Browsers) -> None:
    page = (await (await browse(themes.ada)).get("/experts/new")).text
    for name in ("country", "branch", "gender"):
        options = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
        assert options is not None
        values = re.findall(r'<option value="([^"]*)"( selected)?', options[0])
        assert (values[0][0], [value for value, selected in values if value and selected]) == ("", []), name


async def test_a_taken_code_and_address_are_said_at_their_fields(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    await register(db, themes)
    answer = await (await browse(themes.ada)).send_form("/experts/new", FORM)
    assert answer.status_code == 422
    assert gives_reason(answer, "expert_code_taken")
    assert gives_reason(answer, "expert_email_taken")


async def test_more_rows_save_nothing_and_keep_what_was_typed(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    answer = await (await browse(themes.ada)).send_form("/experts/new", {**FORM, "name": "", "do": "rows"})
    assert (answer.status_code, "There is a problem" in answer.text) == (200, False)
    assert 'name="themes-6-code"' in answer.text
    assert 'value="giulia@example.org"' in answer.text
    async with db.reader() as connection:
        assert await listed(connection) == ([], None)


async def test_a_profile_is_changed_and_two_editors_see_each_other(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    key = await register(db, themes)
    ada, vera = await browse(themes.ada), await browse(themes.vera)
    async with db.reader() as connection:
        stored = shown_expert(await expert_of(connection, key))
    form: dict[str, Any] = {**{k: v for k, v in stored.items() if v}, "version": "1", "do": "save"}
    path = f"/experts/{key}/edit"
    assert 'name="version" value="1"' in (await ada.get(path)).text
    assert (await ada.send_form(path, {**form, "branch": "customs"})).status_code == 303
    late = await vera.send_form(path, {**form, "branch": "prisons"})
    assert late.status_code == 409
    assert gives_reason(late, "changed_meanwhile")
    assert 'value="prisons" selected' in late.text
    assert 'name="version" value="2"' in late.text
    assert (await vera.send_form(path, {**form, "branch": "prisons", "version": "2"})).status_code == 303
    fixed = await ada.send_form(path, {**form, "version": "3", "code": "X77"})
    assert (fixed.status_code, gives_reason(fixed, "expert_code_fixed")) == (422, True)
    without = {name: value for name, value in form.items() if name != "version"}
    assert (await ada.send_form(path, without)).status_code == 422


async def test_filters_narrow_the_list(db: Database, themes: Cast, browse: Browsers) -> None:
    await register(db, themes)
    await register(
        db, themes, code="X02", email="x2@example.org", country="RS", themes={"OC.CYBER": 5}, languages={}
    )
    ada = await browse(themes.ada)

    async def codes(query: str) -> tuple[bool, bool]:
        page = (await ada.get(f"/experts{query}")).text
        return ">X01</a>" in page, ">X02</a>" in page

    assert await codes("") == (True, True)
    assert await codes("?theme=OC.CYBER") == (False, True)
    assert await codes("?country=IT") == (True, False)
    assert await codes("?language=sq") == (True, False)
    assert await codes("?theme=OC.CYBER&language=sq") == (False, False)
    assert await codes("?theme=%27%3B--") == (False, False)
    assert "Outside the 27" in (await ada.get("/experts")).text


async def test_a_page_holds_25_and_costs_the_same_for_any_number(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    ada = await browse(themes.ada)
    key = await register(db, themes)
    counts = []
    for number in (1, 3, 27):
        async with db.reader() as connection:
            have = len((await listed(connection))[0])
        for n in range(have, number):
            await register(db, themes, code=f"Y{n:02}", email=f"y{n}@example.org")
        with count_statements(db) as pool:
            first = (await ada.get("/experts")).text
        with count_statements(db) as profile:
            await ada.get(f"/experts/{key}")
        counts.append((len(pool), len(profile)))
    assert counts == [(3, 6)] * 3
    assert (first.count('<th scope="row">'), "/experts?after=Y24" in first) == (25, True)
    second = (await ada.get("/experts?after=Y24")).text
    assert (second.count('<th scope="row">'), ">Y25</a>" in second, "First page" in second) == (2, True, True)


async def test_personal_data_is_for_secretariat_and_auditor(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    key = await register(db, themes)
    expected = {"ada": (200, 200, 200), "greta": (200, 200, 403)} | dict.fromkeys(
        ("carl", "paul", "omar", "elena", "root"), (403, 403, 403)
    )
    statuses = {}
    for name in expected:
        browser = await browse(getattr(themes, name))
        paths = ("/experts", f"/experts/{key}", f"/experts/{key}/edit")
        statuses[name] = tuple([(await browser.get(path)).status_code for path in paths])
    assert statuses == expected
    greta = await browse(themes.greta)
    assert (await greta.send_form("/experts/new", FORM)).status_code == 403
    assert "Change the profile" not in (await greta.get(f"/experts/{key}")).text
    ada = await browse(themes.ada)
    assert (await ada.get(f"/experts/{uuid4()}")).status_code == 404
    assert DRAFT.name in (await ada.get("/experts")).text
