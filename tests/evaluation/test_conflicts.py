"""Possible conflicts of interests: found in the data, decided with a reason, and acting as a declared one; several accounts of a
person count as one; and nothing tells a recused person who assesses what."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from facility import clock
from facility.accounts.service.institutions import name_signatory
from facility.accounts.service.people import add_user, join_accounts
from facility.awards.service.deciding import propose
from facility.db import Database, Tx
from facility.evaluation.models.counting_assessments import counts
from facility.evaluation.queries.conflicts import FINDERS, findings
from facility.evaluation.rules.committee import Function
from facility.evaluation.service import assessing
from facility.evaluation.service.assignment import take_off
from facility.evaluation.service.committee import appoint
from facility.evaluation.service.conflicts import decide_on_conflict, declare_tie, look
from facility.events.relay import deliver_all
from facility.refused import Refused
from facility.web.access import Role
from facility.web.waiting import KINDS
from tests.browser import Browsers, errors, work
from tests.evaluation.test_committee import Play
from tests.judging import CLOSES, DECIDED
from tests.prepared import built_once


class Found(Play):
    """Two applications of Albania with Kosovo* and Montenegro, or with Serbia alone; a full committee."""

    async def begin(self) -> None:
        await self.tell()
        await self.fill()
        await self.apply("SHIPS", "10000.00", partners=("XK", "ME"))
        await self.apply("PORTS", "10000.00", lead="BA", partners=("RS",))

    async def person(self, key: str, **more: Any) -> UUID:
        """An assessor with an account from before the call closed."""
        who = {"name": f"{key.title()} New", "email": f"{key}@example.org", "roles": [Role.ASSESSOR]}
        made = await self.act(None, lambda tx: add_user(tx, **(who | more)), CLOSES - timedelta(days=9))
        self.people[key] = made.id
        return made.id

    async def conflicts(self, viewer: str = "greta") -> set[tuple[str, str, str]]:
        """Who, on what, by which finder."""
        async with self.db.reader() as connection:
            rows = await connection.execute(
                text(
                    """SELECT person.name, application.reference, finder FROM conflict_finding
                    JOIN person ON person.id = person_id JOIN application ON application.id = application_id"""
                )
            )
            names = {key: name for name, key in self.applications.items()}
            assert {
                row.application_id for row in await findings(connection, self.id, self.people[viewer])
            } <= set(names)
            return {tuple(row) for row in rows}

    async def decide_on(self, who: str, whom: str, name: str, *, conflict: bool) -> None:
        key = self.applications[name]
        await self.act(
            who,
            lambda tx: decide_on_conflict(tx, key, self.people[whom], conflict=conflict, reason="Known."),
            DECIDED,
        )


@built_once
async def begun(db: Database) -> Found:
    made = Found(db)
    await made.begin()
    return made


@pytest.fixture
async def play(begun: Found) -> Found:
    return begun


async def references(play: Found) -> dict[str, str]:
    async with play.db.reader() as connection:
        rows = await connection.execute(text("SELECT id, reference FROM application"))
        by_id = {row.id: row.reference for row in rows}
    return {name: by_id[key] for name, key in play.applications.items()}


async def test_each_finder_finds_its_own(play: Found) -> None:
    await play.person("sig", name="Sava Signatory")
    await play.person("old", name="Olga Old")
    await play.person("con", email="partner-rs@example.org")
    await play.person("rs", email="rs@example.org")
    await play.person("tied")
    await play.person("title", name="Joint Ports")
    await play.person("home", institution_id=play.institutions["RS"])
    serbia = play.institutions["RS"]
    await play.act(
        None,
        lambda tx: name_signatory(
            tx, serbia, name="Olga Old", function="Head", since=date(2015, 1, 1), until=date(2019, 1, 1)
        ),
        CLOSES - timedelta(days=9),
    )
    await play.act("tied", lambda tx: declare_tie(tx, serbia, "Sister works there.", until=None))
    await play.close()
    ports, ships = (await references(play))["PORTS"], (await references(play))["SHIPS"]
    conflicts = await play.conflicts()
    async with play.db.reader() as connection:
        found_at = (
            await connection.execute(text("SELECT DISTINCT found_at FROM conflict_finding"))
        ).scalars()
        assert set(found_at) == {CLOSES}, "an instant, and not its day"
    assert {
        row for row in conflicts if row[0] in ("Olga Old", "Tied New", "Home New", "Con New", "Rs New")
    } == {
        ("Olga Old", ports, "signatory"),
        ("Tied New", ports, "tie"),
        ("Home New", ports, "same_institution"),
        ("Home New", ports, "beneficiary"),
        ("Con New", ports, "contact"),
        ("Con New", ports, "named"),
    }
    assert {(reference, finder) for who, reference, finder in conflicts if who == "Sava Signatory"} >= {
        (ports, "signatory"),
        (ships, "signatory"),
    }
    assert FINDERS.keys() == {
        *("same_institution", "contact", "signatory", "tie", "beneficiary", "named", "deployed")
    }


async def test_what_is_long_over_is_no_conflict(play: Found) -> None:
    await play.person("tied")
    serbia = play.institutions["RS"]
    await play.act("tied", lambda tx: declare_tie(tx, serbia, "Worked there.", until=date(2015, 6, 1)))
    await play.close()
    assert {row for row in await play.conflicts() if row[0] == "Tied New"} == set()
    await play.act(
        "tied", lambda tx: declare_tie(tx, serbia, "Worked there.", until=date(2018, 6, 1)), CLOSES
    )
    assert {row[2] for row in await play.conflicts() if row[0] == "Tied New"} == {"tie"}


async def test_the_chair_decides_and_a_conflict_acts_as_a_declared_one(play: Found, browse: Browsers) -> None:
    await play.person("tied")
    await play.act("tied", lambda tx: declare_tie(tx, play.institutions["RS"], "Brother.", until=None))
    await play.close()
    ports, tied = play.applications["PORTS"], play.people["tied"]
    with pytest.raises(Refused) as refused:
        await play.act("ada", lambda tx: assessing.assign(tx, ports, tied), CLOSES)
    assert refused.value.codes == ("assessor_possible",)
    cora = await browse(play.people["cora"])
    assert "possible-conflicts-of-interests-to-decide" in (await cora.get("/")).text
    page = (await cora.get(f"/evaluation/{play.id}/conflicts")).text
    assert "Criminal Police Directorate (Brother)" in page
    here = f"/evaluation/applications/{ports}/conflicts/{tied}"
    wrong = await cora.send_form(here, {"conflict": "yes", "reason": ""})
    assert errors(wrong) == ["reason"]
    for other in ("vera", "paul", "ines", "elena"):
        browser = await browse(play.people[other])
        assert (await browser.send_form(here, {"conflict": "no", "reason": "No."})).status_code == 404
    answer = await cora.send_form(here, {"conflict": "yes", "reason": "A brother works there."})
    assert answer.status_code == 303
    assert "possible-conflicts-of-interests-to-decide" not in (await cora.get("/")).text
    browser = await browse(tied)
    assert (await browser.get(f"/applications/{ports}")).status_code in (403, 404)
    with pytest.raises(Refused) as refused:
        await play.act("ada", lambda tx: assessing.assign(tx, ports, tied), CLOSES)
    assert refused.value.codes == ("assessor_recused",)
    again = await cora.send_form(here, {"conflict": "no", "reason": "No."})
    assert again.status_code == 409
    await deliver_all(play.db, clock.now)
    async with play.db.reader() as connection:
        mails = await connection.execute(
            text("SELECT to_address FROM mail WHERE template = 'evaluation/conflict_decided'")
        )
        assert list(mails.scalars()) == ["tied@example.org"]


async def test_what_is_no_conflict_lets_the_assessor_have_it(play: Found) -> None:
    await play.person("home", institution_id=play.institutions["RS"])
    await play.close()
    ports = play.applications["PORTS"]
    with pytest.raises(Refused) as refused:
        await play.act("ada", lambda tx: assessing.assign(tx, ports, play.people["home"]), CLOSES)
    assert refused.value.codes == ("assessor_of_party",)
    await play.decide_on("cora", "home", "PORTS", conflict=False)
    await play.act("ada", lambda tx: assessing.assign(tx, ports, play.people["home"]), CLOSES)


async def test_the_ranking_waits_for_what_is_undecided(play: Found) -> None:
    await play.close()
    for name in ("SHIPS", "PORTS"):
        await play.score("elena", name, "16", "64")
    await play.act("elena", lambda tx: declare_tie(tx, play.institutions["RS"], "Cousin.", until=None))
    with pytest.raises(Refused) as refused:
        await play.act("vera", lambda tx: propose(tx, play.id))
    assert refused.value.codes == ("conflicts_undecided",)
    await play.decide_on("cora", "elena", "PORTS", conflict=True)
    with pytest.raises(Refused) as refused:
        await play.act("vera", lambda tx: propose(tx, play.id))
    assert refused.value.codes == ("evaluation_open",), "her scores are out: somebody else must assess it"
    await play.score("erik", "PORTS", "16", "64")
    await play.act("vera", lambda tx: propose(tx, play.id))


async def test_nobody_decides_on_their_own_and_the_authorising_officer_on_the_chair(play: Found) -> None:
    await play.act("cora", lambda tx: declare_tie(tx, play.institutions["RS"], "Was there.", until=None))
    await play.close()
    for who in ("cora", "vera"):
        with pytest.raises(Refused) as refused:
            await play.decide_on(who, "cora", "PORTS", conflict=False)
        assert refused.value.codes == ("not_yours_to_decide",)
    await play.decide_on("paul", "cora", "PORTS", conflict=True)


async def _closed_to(play: Found, application_id: UUID) -> set[UUID]:
    async with play.db.reader() as connection:
        rows = await connection.execute(
            text("SELECT assessor_id FROM conflict_declaration WHERE conflict AND application_id = :id"),
            {"id": application_id},
        )
        return set(rows.scalars())


async def test_two_accounts_of_a_person_count_as_one(play: Found, browse: Browsers) -> None:
    await play.person("second")
    await play.close()
    await play.declare("elena", "SHIPS", conflict=True)
    ada, second, ships = await browse(play.people["ada"]), play.people["second"], play.applications["SHIPS"]
    wrong = await ada.send_form(f"/people/{second}/same", {"email": "second@example.org"})
    assert errors(wrong) == ["email"]
    joined = await ada.send_form(f"/people/{second}/same", {"email": "elena@example.org"})
    assert joined.status_code == 303
    assert "elena@example.org" in (await ada.get(f"/people/{second}")).text
    both = {second, play.people["elena"]}
    assert await _closed_to(play, ships) == both
    # What is declared later counts for both, and so does a duty.
    await play.declare("second", "PORTS", conflict=True)
    assert await _closed_to(play, play.applications["PORTS"]) == both
    with pytest.raises(Refused) as refused:
        await play.act(
            "ada", lambda tx: assessing.assign(tx, play.applications["PORTS"], play.people["elena"])
        )
    assert refused.value.codes == ("assessor_recused",)
    async with play.db.reader() as connection:
        held = await connection.execute(
            text("SELECT duty FROM call_duty WHERE person_id = ANY(:ids)"),
            {"ids": [second, play.people["elena"]]},
        )
        assert list(held.scalars()) == ["assesses", "assesses"]
    twice = lambda tx: appoint(tx, play.id, second, Function.SUBSTITUTE, institution="X")  # noqa: E731
    with pytest.raises(Refused) as refused:
        await play.act("paul", twice)
    assert "on_committee_already" in refused.value.codes


async def test_an_application_goes_to_nobody_under_two_addresses(play: Found) -> None:
    await play.person("second")
    await play.close()
    await play.act(None, lambda tx: join_accounts(tx, play.people["second"], "elena@example.org"))
    await play.declare("elena", "SHIPS")
    with pytest.raises(Refused) as refused:
        await play.act(
            "ada", lambda tx: assessing.assign(tx, play.applications["SHIPS"], play.people["second"])
        )
    assert refused.value.codes == ("assessor_has_it",)


async def test_without_a_committee_the_secretariat_decides_and_nothing_waits(
    db: Database, browse: Browsers
) -> None:
    play = Found(db)
    await play.cast()
    await play.envelope()
    await play.call()
    await play.apply("SHIPS", "10000.00")
    await play.person("tied")
    await play.act("tied", lambda tx: declare_tie(tx, play.institutions["XK"], "Brother.", until=None))
    await play.close()
    vera = await browse(play.people["vera"])
    assert "possible-conflicts-of-interests-to-decide" in (await vera.get("/")).text
    await play.score("tied", "SHIPS", "16", "64")
    await play.decide_on("vera", "tied", "SHIPS", conflict=False)
    await play.act("ada", lambda tx: propose(tx, play.id))


RECUSED = (Role.SECRETARIAT, Role.AUTHORISING, Role.AUDITOR, Role.COMMISSION)


@pytest.mark.parametrize("role", RECUSED)
async def test_a_recused_person_learns_nothing_of_who_assesses(
    play: Found, browse: Browsers, role: Role
) -> None:
    """Erik or Emma assesses SHIPS: by every page that a recused person may open, the two worlds look the same."""
    await play.act("erik", lambda tx: declare_tie(tx, play.institutions["XK"], "Brother.", until=None))
    await play.act("emma", lambda tx: declare_tie(tx, play.institutions["XK"], "Sister.", until=None))
    await play.close()
    await play.person("nora", roles=[Role.ASSESSOR])
    await play.declare("nora", "SHIPS", conflict=True)
    await _become(play, "nora", role)
    for who in ("erik", "emma"):
        await play.decide_on("cora", who, "SHIPS", conflict=False)
    await play.score("elena", "PORTS", "16", "64")
    ships, pages = play.applications["SHIPS"], []
    nora = await browse(play.people["nora"])
    for who, other in (("erik", "emma"), ("emma", "erik")):
        await play.act("ada", lambda tx, who=who: assessing.assign(tx, ships, play.people[who]), DECIDED)  # type: ignore[misc]
        pages.append({path: _plain(await nora.get(path)) for path in _paths(play)})
        await play.act(
            "ada",
            lambda tx, who=who: take_off(tx, ships, play.people[who], "Ill."),  # type: ignore[misc]
            DECIDED,
        )
        assert other
    seen = {path: text for path, (status, text) in pages[0].items() if status == 200}
    differing = {
        path: [
            pair
            for pair in zip(text.splitlines(), pages[1][path][1].splitlines(), strict=False)
            if pair[0] != pair[1]
        ]
        for path, text in seen.items()
        if text != pages[1][path][1]
    }
    assert differing == {}
    assert f"/evaluation/{play.id}" in seen
    assert f"/evaluation/{play.id}/assignment" not in seen


def _paths(play: Found) -> list[str]:
    call = play.id
    return [
        "/",
        *(f"/waiting/{key}" for key in KINDS),
        *("/search?q=Erik", "/search?q=SHIPS", "/evaluation", "/applications/received"),
        *(f"/evaluation/{call}{rest}" for rest in ("", "/committee", "/conflicts", "/assignment", "/scores")),
        *(f"/evaluation/{call}/{rest}" for rest in ("ranking", "ranking.csv", "report.pdf")),
        f"/staff/calls/{call}",
        f"/applications/{play.applications['SHIPS']}",
        "/applications/received/list.csv",
    ]


def _plain(page: Any) -> tuple[int, str]:
    """Without what differs from page to page by itself: tokens, and what the clock says."""
    return page.status_code, re.sub(
        r'(value|content|data-[a-z-]+)="[^"]*"|\bseen=\d+|sse-[a-z]+="[^"]*"', "", page.text
    )


async def _become(play: Found, who: str, role: Role) -> None:
    async def change(tx: Tx) -> None:
        about = {"person": play.people[who], "role": role.value}
        await tx.session.execute(
            text("INSERT INTO person_role (person_id, role) VALUES (:person, :role)"), about
        )

    await play.act(None, change)


async def test_looking_twice_finds_nothing_new(play: Found) -> None:
    await play.person("home", institution_id=play.institutions["RS"])
    await play.close()
    assert await play.act(None, lambda tx: look(tx, play.id)) is False


async def test_a_late_conflict_takes_the_scores_out_tells_the_chair_and_asks_for_somebody_else(
    play: Found, browse: Browsers
) -> None:
    await play.close()
    for who in ("elena", "erik"):
        await play.score(who, "SHIPS", "16", "64")
    key = play.applications["SHIPS"]
    await play.act("elena", lambda tx: assessing.declare_conflict(tx, key, conflict=True, reason="A cousin."))
    async with play.db.reader() as connection:
        counted = await connection.execute(
            text(f"SELECT count(*) FROM assessment JOIN application ON id = application_id WHERE {counts()}")
        )
        assert counted.scalar_one() == 1
        mails = await connection.execute(
            text("SELECT to_address FROM mail WHERE template = 'evaluation/late_conflict'")
        )
        assert list(mails.scalars()) == ["cora@example.org"]
    cora, vera = await browse(play.people["cora"]), await browse(play.people["vera"])
    page = (await cora.get(f"/evaluation/{play.id}/conflicts")).text
    assert "Was sent, no longer counts" in page
    assert "A cousin." not in page
    replaced = "assessors-with-a-conflict-of-interests-whom-the-secretariat-replaces"
    assert replaced in work(await cora.get("/"))
    assert "assessors-with-a-conflict-of-interests-to-replace" in work(await vera.get("/"))
    await play.act("ada", lambda tx: assessing.assign(tx, key, play.people["emma"]))
    assert replaced not in work(await cora.get("/"))
    assert "assessors-with-a-conflict-of-interests-to-replace" not in work(await vera.get("/"))
