"""Declarations of those who don't assess: signed before anything opens where a call has a committee; their conflicts act as assessors' do."""

from typing import Any

import pytest
from sqlalchemy import text

from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import start_opening
from facility.awards.service.deciding import decide, propose
from facility.db import Database, Tx
from facility.evaluation.service.assessing import assign, sign_declaration
from facility.refused import Refused
from tests.awards.test_exceptional import excepted
from tests.browser import Browsers, errors, gives_reason, marked, states, work
from tests.evaluation.test_committee import Play
from tests.judging import CLOSES, DECIDED
from tests.prepared import built_once

TO_SIGN = "declarations-to-sign-for-a-call"


@built_once
async def begun(db: Database) -> Play:
    play = Play(db)
    await play.tell()
    await play.fill()
    await play.judged()
    return play


@pytest.fixture
async def play(begun: Play) -> Play:
    return begun


async def refused(play: Play, who: str, command: Any) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        await play.act(who, command, DECIDED)
    return caught.value.codes


async def _unsign(tx: Tx) -> None:
    """As for an officer who has not signed."""
    await tx.session.execute(text("DELETE FROM declaration"))


async def test_nothing_is_opened_checked_assigned_proposed_or_decided_before_the_declaration(
    play: Play, browse: Browsers
) -> None:
    await play.act(None, _unsign)
    key = play.applications["SHIPS"]
    for who, command in (
        ("ada", lambda tx: start_opening(tx, play.id)),
        ("ada", lambda tx: check_admissibility(tx, key, admissible=True, reason="")),
        ("ada", lambda tx: assign(tx, key, play.people["erik"])),
        ("vera", lambda tx: propose(tx, play.id)),
        ("paul", lambda tx: decide(tx, play.id)),
    ):
        assert await refused(play, who, command) == ("not_signed_here",)
    vera = await browse(play.people["vera"])
    assert TO_SIGN in work(await vera.get("/"))
    here = f"/evaluation/{play.id}/declaration"
    assert errors(await vera.send_form(here, {})) == ["agreed"]
    assert (await vera.send_form(here, {"agreed": "yes"})).status_code == 303
    assert TO_SIGN not in work(await vera.get("/"))
    await play.act("vera", lambda tx: propose(tx, play.id))
    paul, decision = await browse(play.people["paul"]), f"/evaluation/{play.id}/decision"
    page = await paul.get(decision)
    assert gives_reason(marked(page, "not-by-you"), "not_signed_here")
    assert (f'href="{here}"' in page.text, f'action="{decision}"' in page.text) == (True, False)
    unsigned = await paul.send_form(decision, {"seen": ""})
    assert (unsigned.status_code, f'href="{here}"' in unsigned.text) == (403, True)


async def test_a_call_without_a_committee_asks_for_none(play: Play, browse: Browsers) -> None:
    call = await play.call("TAF-2021-02")
    await play.apply("ROADS", "100.00", call="TAF-2021-02")
    await play.close("TAF-2021-02")
    vera = await browse(play.people["vera"])
    assert "TAF-2021-02" not in (await vera.get(f"/waiting/{TO_SIGN}")).text
    assert (await vera.get(f"/evaluation/{call}/declaration")).status_code == 200


async def test_an_officer_chair_or_decider_with_a_conflict_is_shut_out_as_an_assessor_is(
    play: Play, browse: Browsers
) -> None:
    key = play.applications["SHIPS"]
    for who in ("paul", "sara", "cora"):
        browser = await browse(play.people[who])
        here = f"/evaluation/applications/{key}/own-conflict"
        assert str(key) in (await browser.get(f"/evaluation/{play.id}/declaration")).text
        assert errors(await browser.send_form(here, {"reason": ""})) == ["reason"]
        assert (await browser.send_form(here, {"reason": "My brother leads it."})).status_code == 303
        page = (await browser.get(f"/evaluation/{play.id}/declaration")).text
        assert (str(key) in page, "recused" in states(page)) == (False, True)
        assert (await browser.send_form(here, {"reason": "Again."})).status_code == 403
    await play.act("vera", lambda tx: propose(tx, play.id))
    await play.sign("elena", "erik", "emma")
    assert await refused(play, "paul", lambda tx: decide(tx, play.id)) == ("shut_out",)
    paul = await browse(play.people["paul"])
    for path in ("ranking", "decision", "report.pdf"):
        assert (await paul.get(f"/evaluation/{play.id}/{path}")).status_code == 403
    await play.act("ines", lambda tx: decide(tx, play.id))
    async with play.db.reader() as connection:
        attempts = await connection.execute(
            text("SELECT count(*) FROM event WHERE kind = 'RecusedAttempt' AND subject_id = :id"), {"id": key}
        )
        assert attempts.scalar_one() >= 6
        mails = await connection.execute(
            text("SELECT count(*) FROM mail WHERE template = 'evaluation/recused'")
        )
        assert mails.scalar_one() == 0, "they were not to assess it: nobody is to be assigned instead"


async def test_what_is_still_sealed_is_no_matter_of_conflicts_yet(play: Play, browse: Browsers) -> None:
    await play.call("TAF-2021-03")
    sealed = await play.apply("ROADS", "100.00", call="TAF-2021-03")
    vera = await browse(play.people["vera"])
    here = f"/evaluation/applications/{sealed}/own-conflict"
    assert (await vera.get(here)).status_code == 404
    assert (await vera.send_form(here, {"reason": "A brother."})).status_code == 404


async def test_only_those_who_take_part_declare(play: Play, browse: Browsers) -> None:
    key = play.applications["SHIPS"]
    for who, status in (("omar", 403), ("eva", 403), ("erik", 200), ("vera", 200), ("ines", 200)):
        browser = await browse(play.people[who])
        assert (await browser.get(f"/evaluation/{play.id}/declaration")).status_code == status
        assert (await browser.get(f"/evaluation/applications/{key}/own-conflict")).status_code == status
    with pytest.raises(Refused):
        await play.act("vera", lambda tx: sign_declaration(tx, play.id), CLOSES)


async def test_an_exception_is_closed_to_whoever_declares_a_conflict_on_it_too(
    play: Play, browse: Browsers
) -> None:
    call = await play.call("TAF-2021-04")
    key = await excepted(play, "ALONE", "100.00", call="TAF-2021-04")
    paul = await browse(play.people["paul"])
    here = f"/evaluation/applications/{key}/own-conflict"
    assert here in (await paul.get(f"/applications/{key}/exception")).text
    assert here in (await paul.get(f"/evaluation/{call}/declaration")).text
    assert errors(await paul.send_form(here, {"reason": ""})) == ["reason"]
    assert (await paul.send_form(here, {"reason": "My brother leads it."})).status_code == 303
    assert (await paul.get(f"/applications/{key}/exception")).status_code == 403
    assert "recused" in states(await paul.get(f"/evaluation/{call}/declaration"))


async def test_the_page_for_conflicts_is_found_in_a_call_without_committee_or_finding(
    play: Play, browse: Browsers
) -> None:
    call = await play.call("TAF-2021-02")
    await play.close("TAF-2021-02")
    vera = await browse(play.people["vera"])
    assert f'href="/evaluation/{call}/conflicts"' in (await vera.get(f"/evaluation/{call}")).text
    assert f"/evaluation/{call}/declaration" in (await vera.get(f"/evaluation/{call}/conflicts")).text
