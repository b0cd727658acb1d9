"""The search finds nothing that is sealed, somebody else's, or closed to who asks; and names in either script."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import pytest

from facility.accounts.service.people import add_institution, add_user, rename
from facility.activities.service.activities import change_activity, postpone
from facility.applications.service.answers import start_application
from facility.calls.models.call import Call
from facility.db import Database, Tx
from facility.experts.service.pool import register_expert, seed_themes
from facility.web.access import Role
from tests.browser import Browser, Browsers
from tests.doing import ask_experts, planned
from tests.evaluation.test_recusal import Play
from tests.experts.test_service import like
from tests.house.test_finding import results
from tests.judging import CLOSES, DECIDED, Judging, judging
from tests.prepared import built_once
from tests.statements import count_statements

READERS = ("ada", "vera", "paul", "ines", "carl", "greta")


async def titles(browser: Browser, words: str, group: str = "Applications") -> list[str]:
    answer = await browser.get("/search", params={"q": words})
    assert answer.status_code == 200
    return [title for _, title in results(answer.text).get(group, [])]


async def who_finds(play: Judging, browse: Browsers, words: str, group: str = "Applications") -> set[str]:
    return {name for name, key in play.people.items() if await titles(await browse(key), words, group)}


async def test_a_sealed_application_is_found_by_those_who_made_it_alone(
    play: Judging, browse: Browsers
) -> None:
    await play.apply("SHIPS", "10000.00", partners=("XK",))
    for words in ("ships", "SHIPS", "albanian", "joint work"):
        assert await who_finds(play, browse, words) == {"omar", "arta"}, words
    before = (await (await browse(play.people["ada"])).get("/search?q=ships")).text
    assert "Nothing found" in before
    await play.close()
    for words in ("ships", "SHIPS", "kosovo", "work joint"):
        assert await who_finds(play, browse, words) == {"omar", "arta", *READERS}, words


async def test_a_draft_is_its_authors_business(play: Judging, browse: Browsers) -> None:
    call, lead = play.calls["TAF-2021-01"], play.institutions["AL"]
    await play.act(
        "omar",
        lambda tx: start_application(
            tx, call_id=call, lead_institution_id=lead, title="Quiet draft", track="joint", reference="QUIET"
        ),
        CLOSES - timedelta(days=1),
    )
    assert await who_finds(play, browse, "quiet") == {"omar"}
    assert await who_finds(play, browse, "QUIET") == {"omar"}


async def test_an_assessor_finds_what_was_given_to_them_until_they_declare_a_conflict(
    play: Judging, browse: Browsers
) -> None:
    await play.apply("SHIPS", "10000.00")
    await play.apply("PORTS", "10000.00")
    await play.close()
    elena, erik = await browse(play.people["elena"]), await browse(play.people["erik"])
    assert await titles(elena, "joint work") == []
    await play.declare("elena", "SHIPS")
    await play.declare("erik", "PORTS", conflict=True)
    assert await titles(elena, "joint work") == ["Joint work SHIPS"]
    assert (await titles(erik, "joint work"), await titles(erik, "PORTS")) == ([], [])


RECUSED = [(Role.ASSESSOR, role) for role in Role if role is not Role.ASSESSOR]


@pytest.mark.parametrize("roles", RECUSED, ids=lambda pair: "+".join(pair))
async def test_what_one_is_recused_from_is_found_in_no_role(
    browse: Browsers, roles: Collection[Role], recused: Play
) -> None:
    await recused.become("nora", *roles)
    nora = await browse(recused.people["nora"])
    for words in ("SHIPS", "ships", "joint work", "albanian", "workshop", "tirana"):
        answer = (await nora.get("/search", params={"q": words})).text
        hrefs = [href for rows in results(answer).values() for href, _ in rows]
        assert not [href for href in hrefs for key in recused.ids.values() if str(key) in href]
    sees_all = {Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR, Role.OFFICER}
    rest = ["Joint work PORTS"] if sees_all.intersection(roles) else []
    assert (await titles(nora, "joint work"), await titles(nora, "joint work", "Awards")) == (rest, rest)
    assert await titles(nora, "tirana", "Activities") == (["Workshop in ports"] if rest else [])


@built_once
async def recused(db: Database) -> Play:
    made = Play(db)
    await made.tell()
    await made.go_on()
    await planned(made, "PORTS", title="Workshop in ports")
    return made


@built_once
async def delivering(db: Database) -> Judging:
    """An award of SHIPS, an activity under it, and experts who were asked for its days."""
    play = await judging(db)
    await play.apply("SHIPS", "10000.00", partners=("XK",))
    await play.close()
    await play.score("elena", "SHIPS", "16.25", "64")
    await play.decide()
    await planned(play, "SHIPS", title="Заједничка вежба")
    await ask_experts(play, "SHIPS")
    return play


OF_THE_AWARD = ("SHIPS", "ships", "work joint")
"""Its application's reference and words."""


async def test_an_activity_is_found_by_staff_and_by_those_who_take_part(
    delivering: Judging, browse: Browsers
) -> None:
    for words in ("zajednicka vezba", "Tirana", "ships/a1", "ships vezba", *OF_THE_AWARD):
        assert await who_finds(delivering, browse, words, "Activities") == {"omar", "arta", *READERS}, words


async def test_an_activity_is_found_by_its_new_title_and_not_by_the_old(
    delivering: Judging, browse: Browsers
) -> None:
    key = await planned(delivering, "SHIPS", title="Quay walk")
    await delivering.act("omar", lambda tx: change_activity(tx, key, title="Harbour walk", place="Durrës"))
    ada = await browse(delivering.people["ada"])
    for words, expected in (("harbour", ["Harbour walk"]), ("durres", ["Harbour walk"]), ("quay", [])):
        assert await titles(ada, words, "Activities") == expected


async def test_a_request_for_experts_is_found_by_staff_and_names_nobody(
    delivering: Judging, browse: Browsers
) -> None:
    for words in ("Tirana", "ships/d1", "zajednicka", *OF_THE_AWARD):
        assert await who_finds(delivering, browse, words, "Deployments") == set(READERS), words
    for words in ("xenia", "X01", "X03"):
        assert await who_finds(delivering, browse, words, "Deployments") == set(), words
        assert await who_finds(delivering, browse, words, "Experts") == {"ada", "vera", "greta"}, words


async def test_a_request_is_not_found_by_an_activity_on_other_days(
    delivering: Judging, browse: Browsers
) -> None:
    key = await planned(delivering, "SHIPS", title="Later seminar")
    days = {"starts_on": date(2021, 11, 2), "ends_on": date(2021, 11, 3)}
    await delivering.act("omar", lambda tx: postpone(tx, key, **days, reason="Rooms"))
    assert await who_finds(delivering, browse, "seminar", "Activities") == {"omar", "arta", *READERS}
    assert await who_finds(delivering, browse, "seminar", "Deployments") == set()


NAMES = {
    "Željko Đorđević": ("zeljko", "Жељко", "ЂОРЂЕВИЋ", "djordjevic", "Đorđević", "dordevic zel"),
    "Ѓорѓи Ќосев": ("Gjorgji", "gorgi", "kjosev", "Ќосев", "Kosev"),
    "Çelmeta Weiß": ("celmeta", "weiss", "Weiß", "ÇELMETA"),
    "Čelik": ("celik", "Челик", "ČELIK"),
}


async def test_names_are_found_in_either_script_and_without_accents(play: Judging, browse: Browsers) -> None:
    async def enter(tx: Tx) -> None:
        await seed_themes(tx)
        for n, name in enumerate(NAMES):
            await add_user(tx, name=name, email=f"p{n}@example.org", roles=[Role.AUDITOR])
            await add_institution(tx, name=f"Academy {name}", kind="COURT", beneficiary_code="RS")
            await register_expert(tx, like(code=f"Y{n:02}", name=name, email=f"y{n}@example.org"))

    await play.act(None, enter)
    ada = await browse(play.people["ada"])
    for name, ways in NAMES.items():
        for words in ways:
            answer = results((await ada.get("/search", params={"q": words})).text)
            assert {group: [title for _, title in rows] for group, rows in answer.items()} == {
                "Institutions": [f"Academy {name}"],
                "People": [name],
                "Experts": [name],
            }, words
    assert await titles(ada, "P1@example.org", "People") == ["Ѓорѓи Ќосев"]
    for words in ("Џорџ", "djordj", "zeljko"):
        assert ("Željko" in (await ada.get("/people", params={"q": words})).text) == (words != "Џорџ")
    assert await titles(ada, "y02", "Experts") == ["Çelmeta Weiß"]
    root = await browse(play.people["root"])
    answer = results((await root.get("/search", params={"q": "celik"})).text)
    assert list(answer) == ["Institutions", "People"]
    for name in ("omar", "elena", "paul", "carl"):
        somebody = await browse(play.people[name])
        assert results((await somebody.get("/search", params={"q": "celik"})).text) == {}, name


async def test_a_new_name_is_found_and_the_old_is_not(play: Judging, browse: Browsers) -> None:
    await play.act("omar", lambda tx: rename(tx, play.people["omar"], "Омар Шаћири"))
    ada = await browse(play.people["ada"])
    assert (await titles(ada, "sac", "People"), await titles(ada, "hoxha", "People")) == (["Омар Шаћири"], [])


async def test_a_draft_of_a_call_is_for_those_who_run_calls(play: Judging, browse: Browsers) -> None:
    async def rename_call(tx: Tx) -> UUID:
        call = await tx.session.get_one(Call, play.calls["TAF-2021-01"])
        call.title = "Заједничке истраге"
        return call.id

    call_id = await play.act(None, rename_call)
    assert await who_finds(play, browse, "zajednicke", "Calls") == set(play.people)
    assert await who_finds(play, browse, "taf-2021-01", "Calls") == set(play.people)
    omar, ada = await browse(play.people["omar"]), await browse(play.people["ada"])
    hrefs = [results((await who.get("/search?q=TAF-2021")).text)["Calls"][0][0] for who in (omar, ada)]
    assert hrefs == ["/calls/TAF-2021-01", f"/staff/calls/{call_id}"]


async def test_what_was_typed_word_for_word_stands_first_and_the_rest_is_in_the_list(
    play: Judging, browse: Browsers
) -> None:
    for n in range(13):
        await play.apply(
            f"SHIP-{n}", "10.00", partners=("XK",), received_at=CLOSES - timedelta(days=1, minutes=n)
        )
    await play.close()
    ada = await browse(play.people["ada"])
    answer = await ada.get("/search?q=ship-1")
    assert [title for _, title in results(answer.text)["Applications"]] == [
        "Joint work SHIP-1",
        "Joint work SHIP-10",
        "Joint work SHIP-11",
        "Joint work SHIP-12",
    ]
    many = (await ada.get("/search?q=ship")).text
    assert len(results(many)["Applications"]) == 10
    assert 'href="/applications/received?q=ship"' in many
    assert (await ada.get("/applications/received?q=ship")).text.count("Joint work SHIP-") == 13


async def test_it_takes_one_statement_beside_the_guards_for_one_result_and_for_three(
    play: Judging, browse: Browsers
) -> None:
    await play.apply("SHIPS", "10000.00")
    await play.close()
    browsers = {name: await browse(play.people[name]) for name in ("ada", "omar", "elena", "root")}
    counts = []
    for words in ("ships", "joint work"):
        for browser in browsers.values():
            with count_statements(play.db) as seen:
                await browser.get("/search", params={"q": words})
            counts.append(len(seen))
    await play.act("ada", lambda tx: _add(tx), DECIDED)
    for browser in browsers.values():
        with count_statements(play.db) as seen:
            await browser.get("/search?q=zeta")
        counts.append(len(seen))
    assert len(await titles(browsers["ada"], "zeta", "People")) == 3
    assert counts == [2] * 12


async def _add(tx: Tx) -> None:
    for n in range(3):
        await add_user(tx, name=f"Zeta {n}", email=f"z{n}@example.org", roles=[Role.AUDITOR])
