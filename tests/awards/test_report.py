"""The evaluation report of a call with a committee: each voting member signs what they may see, and the decision waits for it."""

import html
import io
import re
from typing import Any

import pypdf
import pytest
from sqlalchemy import text

from facility.applications.service.withdrawal import withdraw
from facility.awards.pages.exports import why
from facility.awards.queries.ranking import ranking
from facility.awards.queries.report import report
from facility.awards.rules.evaluation_report import digest_of
from facility.awards.service.deciding import decide, propose
from facility.awards.service.report import sign_report
from facility.db import Database
from facility.evaluation.rules.committee import Function
from facility.evaluation.service.assessing import set_aside
from facility.evaluation.service.committee import end_appointment
from facility.events.reconcile import reconcile
from facility.refused import Refused
from tests.browser import Browsers, gives_reason, marked, states, work
from tests.evaluation.test_committee import Play
from tests.prepared import built_once


@built_once
async def begun(db: Database) -> Play:
    """Three applications, of which Erik has a conflict on the best; the ranking is proposed."""
    play = Play(db)
    await play.tell()
    await play.fill()
    for name in ("SHIPS", "PORTS", "ROADS"):
        await play.apply(name, "10000.00")
    await play.close()
    for name, relevance in (("SHIPS", "70"), ("PORTS", "64"), ("ROADS", "60")):
        await play.score("elena", name, "16", relevance)
    await play.declare("erik", "SHIPS", conflict=True)
    await play.act("vera", lambda tx: propose(tx, play.id))
    return play


@pytest.fixture
async def play(begun: Play) -> Play:
    return begun


async def refused(play: Play, who: str, command: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        await play.act(who, command)
    return caught.value.codes


async def test_the_decision_waits_for_every_signature(play: Play, browse: Browsers) -> None:
    paul, emma = await browse(play.people["paul"]), await browse(play.people["emma"])
    here = f"/evaluation/{play.id}/report"
    assert "evaluation-reports-to-sign" in work(await emma.get("/"))
    assert "proposed-rankings-to-decide" not in work(await paul.get("/"))
    vera = await browse(play.people["vera"])
    for browser in (paul, vera):
        assert "evaluation-reports-that-the-committee-signs" in work(await browser.get("/"))
    assert "rankings-that-you-proposed" not in work(await vera.get("/"))
    await play.sign("elena", "erik")
    there = f"/evaluation/{play.id}/decision"
    page = await paul.get(there)
    assert gives_reason(marked(page, "undecidable"), "report_unsigned", names="Emma Maes")
    assert (f'action="{there}"' in page.text, "send-back" in page.text) == (False, True)
    unsigned = await paul.send_form(f"/evaluation/{play.id}/decision", {"seen": ""})
    assert (unsigned.status_code, gives_reason(unsigned, "report_unsigned", names="Emma Maes")) == (409, True)
    seen = re.findall(r'name="seen" value="(\w{64})"', (await emma.get(here)).text)
    assert (await emma.send_form(here, {"seen": "0" * 64})).status_code == 409
    assert (await emma.send_form(here, {"seen": seen[0]})).status_code == 303
    assert "evaluation-reports-to-sign" not in work(await emma.get("/"))
    assert "proposed-rankings-to-decide" in work(await paul.get("/"))
    assert "rankings-that-you-proposed" in work(await vera.get("/"))
    assert "evaluation-reports-that-the-committee-signs" not in work(await vera.get("/"))
    page = await paul.get(there)
    assert (f'action="{there}"' in page.text, states(page).count("undecidable")) == (True, 0)
    await play.act("paul", lambda tx: decide(tx, play.id))
    async with play.db.reader() as connection:
        rows = (await connection.execute(text("SELECT digest, sheet FROM report_signature"))).all()
    assert not any((await reconcile(play.db)).values())
    assert len(rows) == 3
    assert all(digest_of(row.sheet) == row.digest for row in rows)
    assert (await paul.get(here)).text.count(seen[0]) == 2, "Elena and Emma signed the same, Erik another"


async def test_whoever_is_recused_signs_without_what_could_tell_of_it(play: Play, browse: Browsers) -> None:
    erik = await browse(play.people["erik"])
    page = html.unescape((await erik.get(f"/evaluation/{play.id}/report")).text)
    async with play.db.reader() as connection:
        own = (await report(connection, play.id, play.people["erik"])).sheet
        full = (await report(connection, play.id, play.people["elena"])).sheet
    known = {row["application"] for row in full["ranking"]}
    left = {row["application"] for row in own["ranking"]}
    assert (len(known), len(left), own["whole"], "line" in own) == (3, 2, False, False)
    assert not any("rank" in row for row in own["ranking"])
    (missing,) = known - left
    assert missing not in page
    assert (
        "Award"
        not in re.sub(r"<nav.*?</nav>|ranks and awards", "", page, flags=re.DOTALL).split("Signatures")[0]
    )


async def test_only_voting_members_sign_and_only_once(play: Play) -> None:
    for who in ("cora", "sara", "vera", "eva"):
        command = lambda tx: sign_report(tx, play.id, seen="0" * 64)  # noqa: E731
        assert await refused(play, who, command) == ("not_a_voting_member",)
    await play.sign("elena")
    async with play.db.reader() as connection:
        digest = (await report(connection, play.id, play.people["elena"])).digest
    assert await refused(play, "elena", lambda tx: sign_report(tx, play.id, seen=digest)) == (
        "report_signed",
    )


async def test_a_ranking_that_changed_is_signed_anew(play: Play) -> None:
    await play.sign("elena", "erik", "emma")
    await play.act("omar", lambda tx: withdraw(tx, play.applications["PORTS"]))
    assert await refused(play, "paul", lambda tx: decide(tx, play.id)) == ("report_unsigned",)
    await play.sign("elena", "erik", "emma")
    await play.act("paul", lambda tx: decide(tx, play.id))


async def test_on_paper_it_names_the_committee_and_says_why_an_application_got_nothing(
    db: Database, browse: Browsers
) -> None:
    play = Play(db)
    await play.tell()
    await play.fill()
    for name in ("SHIPS", "PORTS", "ROADS"):
        await play.apply(name, "10000.00")
    await play.close()
    await play.score("elena", "SHIPS", "16", "64")
    await play.score("elena", "PORTS", "5", "60")
    await play.act("ada", lambda tx: set_aside(tx, play.applications["ROADS"], "Nobody is free for it."))
    member = await play.member("erik")
    await play.act("paul", lambda tx: end_appointment(tx, play.id, member, "He moved to another post."))
    await play.appoint("eva", Function.VOTING, "Police of Prague")
    await play.act("vera", lambda tx: propose(tx, play.id))
    paper = await (await browse(play.people["paul"])).get(f"/evaluation/{play.id}/report.pdf")
    pages = pypdf.PdfReader(io.BytesIO(paper.content)).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    seated = ("Cora Staff", "Sara Staff", "Elena Rossi", "Eva Horák", "Emma Maes")
    reasons = ("Nobody is free for it.", "He moved to another post.", "Police of Prague")
    assert [part for part in (*seated, "Erik Dahl", *reasons) if part not in words] == []
    async with play.db.reader() as connection:
        shown = await ranking(connection, play.id)
    below = next(line for line in shown.lines if line.reference == "PORTS")
    assert why(shown.call.grid, below) in words
