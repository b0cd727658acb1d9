"""Who proposes a ranking sees when it can be done, and hears what was decided about it."""

import re

import pytest
from sqlalchemy import select, text

from facility import clock
from facility.admission.service.admissibility import check_admissibility
from facility.awards.models.decision import TO_PROPOSE_SQL, ReturnedProposal
from facility.awards.queries.money import earlier_batch_open
from facility.awards.rules.awards import may_propose
from facility.awards.service.deciding import decide, propose, send_back, take_back
from facility.calls.models.call import Call
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.evaluation.queries.standing import applicants, is_sealed
from facility.evaluation.rules.ranking import stand
from facility.evaluation.service import assessing as evaluation
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.outbox.models import Mail
from facility.refused import Refused, passes
from tests.awards.reading import leave
from tests.browser import Browser, Browsers, errors, notices, work
from tests.judging import CLOSES, DECIDED, GRID, Judging, judging
from tests.mails import IN_ORDER
from tests.prepared import built_once

CALL = "TAF-2021-01"
TASK = "rankings-to-propose"


@built_once
async def play(db: Database) -> Judging:
    """A gets the money, B waits, C is below a threshold; all are scored, nothing is proposed."""
    made = await judging(db)
    await made.apply("A", "35427.70")
    await made.apply("B", "47250.00", partners=("BA",))
    await made.apply("C", "52000.00", partners=("RS",))
    await made.close()
    await made.score("elena", "A", "16", "64.6")
    await made.score("elena", "B", "14", "60.5")
    await made.score("elena", "C", "11.6", "60.6")
    return made


async def mails(play: Judging) -> list[Mail]:
    async with play.db.transaction(now=DECIDED) as tx:
        query = select(Mail).where(Mail.template == "awards/ranking_decided").order_by(*IN_ORDER)
        return list(await tx.session.scalars(query))


async def to_propose(play: Judging) -> bool:
    """Whether the call is in the list of rankings to propose; the rule says the same."""
    key = play.calls[CALL]
    async with play.db.transaction(now=DECIDED) as tx:
        query = text(f"SELECT {TO_PROPOSE_SQL} FROM call WHERE id = :id")
        listed = (await tx.session.execute(query, {"id": key})).scalar_one()
        call = await tx.get(Call, key)
        proposed = text("SELECT EXISTS (SELECT FROM award_decision WHERE call_id = :id)")
        allowed = not (await tx.session.execute(proposed, {"id": key})).scalar_one() and passes(
            may_propose,
            stand(await applicants(tx.session, key), GRID, call.min_beneficiaries),
            call.state,
            decided=call.decided_at is not None,
            sealed=await is_sealed(tx.session, key),
            earlier=await earlier_batch_open(tx.session, call),
        )
    assert listed == allowed
    return bool(listed)


async def tasks(browser: Browser) -> list[str]:
    """Where the start page leads for this kind of work."""
    return re.findall(f'data-work="{TASK}"><a href="([^"]+)"', (await browser.get("/")).text)


async def admit(play: Judging, name: str) -> None:
    key = play.applications[name]
    await play.act("ada", lambda tx: check_admissibility(tx, key, admissible=True, reason=""), CLOSES)


async def test_a_ranking_can_be_proposed_once_nothing_is_open_any_more(db: Database) -> None:
    play = await judging(db)
    for name, partner in (("A", "XK"), ("B", "BA"), ("C", "RS"), ("D", "ME")):
        await play.apply(name, "1000.00", partners=(partner,))
    key, steps = play.calls[CALL], []
    steps.append(("open", await to_propose(play)))
    await play.act(None, lambda tx: close_call(tx, key, due_at=CLOSES), CLOSES)
    steps.append(("sealed", await to_propose(play)))
    await play.teller.open(key, CLOSES)
    steps.append(("unchecked", await to_propose(play)))
    for name in "ABC":
        await admit(play, name)
    await play.act(
        "ada",
        lambda tx: check_admissibility(tx, play.applications["D"], admissible=False, reason="Late."),
        CLOSES,
    )
    await play.score("elena", "A", "16", "64")
    steps.append(("scores missing", await to_propose(play)))
    await play.act("ada", lambda tx: evaluation.set_aside(tx, play.applications["B"], "Nobody is free."))
    steps.append(("one more missing", await to_propose(play)))
    await leave(play, "C", "RS")
    steps.append(("the last has lost its partner", await to_propose(play)))
    await play.act("vera", lambda tx: propose(tx, key))
    steps.append(("proposed", await to_propose(play)))
    await play.act("vera", lambda tx: take_back(tx, key))
    await play.declare("erik", "A")
    await play.act(
        "elena",
        lambda tx: evaluation.declare_conflict(tx, play.applications["A"], conflict=True, reason="Kin."),
    )
    steps.append(("a score counts no more", await to_propose(play)))
    assert [step for step, listed in steps if listed] == ["the last has lost its partner"]
    assert len(steps) == 8


async def test_the_start_page_leads_the_secretariat_to_a_ranking_that_can_be_proposed(
    play: Judging, browse: Browsers
) -> None:
    ada, paul = await browse(play.people["ada"]), await browse(play.people["paul"])
    there = f"/evaluation/{play.calls[CALL]}/ranking"
    assert (await tasks(ada), TASK in work(await paul.get("/"))) == ([there], False)
    assert "Propose this ranking" in (await ada.get(there)).text
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    assert await tasks(ada) == []


async def test_who_proposed_a_ranking_hears_what_was_decided(play: Judging) -> None:
    await play.decide()
    (mail,) = await mails(play)
    assert mail.to_address == "vera@example.org"
    assert mail.context == {
        "call": CALL,
        "decided": True,
        "awards": 1,
        "committed": "35\u00a0427.70",
        "reserve": 1,
        "carried": 0,
        "others": 1,
        "changed": False,
        "path": f"/awards/calls/{play.calls[CALL]}",
    }


async def test_who_proposed_a_ranking_hears_that_the_decision_differs(play: Judging) -> None:
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    await leave(play, "A", "XK")
    await leave(play, "A", "ME")
    await play.act("paul", lambda tx: decide(tx, play.calls[CALL]))
    (mail,) = await mails(play)
    assert (mail.context["changed"], mail.context["awards"]) == (True, 1)
    assert await play.statuses() == {"A": "ineligible", "B": "awarded", "C": "below_threshold"}


async def test_who_proposed_a_ranking_hears_that_a_colleague_took_the_proposal_back(play: Judging) -> None:
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    await play.act("ada", lambda tx: take_back(tx, play.calls[CALL]))
    (mail,) = await mails(play)
    assert (mail.to_address, mail.context["decided"]) == ("vera@example.org", False)
    assert mail.context["path"] == f"/evaluation/{play.calls[CALL]}"
    await play.act("vera", lambda tx: propose(tx, play.calls[CALL]))
    await play.act("vera", lambda tx: take_back(tx, play.calls[CALL]))
    assert len(await mails(play)) == 1  # it was her own


async def test_whoever_decides_sends_a_proposal_back_with_what_is_to_be_corrected(
    play: Judging, browse: Browsers, db: Database
) -> None:
    key, why = play.calls[CALL], "B counts its travel twice.\nPlease check."
    ada, paul = await browse(play.people["ada"]), await browse(play.people["paul"])
    await play.act("vera", lambda tx: propose(tx, key))
    empty = await paul.send_form(f"/evaluation/{key}/send-back", {"reason": " "})
    assert (empty.status_code, errors(empty)) == (422, ["reason"])
    sent = await paul.send_form(f"/evaluation/{key}/send-back", {"reason": why})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/evaluation/{key}/ranking")
    async with db.transaction(now=DECIDED) as tx:
        (returned,) = await tx.session.scalars(select(ReturnedProposal))
        names = (returned.proposed_by, returned.returned_by, returned.reason)
        assert names == (play.people["vera"], play.people["paul"], why)
    page = await ada.get(f"/evaluation/{key}/ranking")
    assert ("B counts its travel twice." in page.text, notices(page)[0]) == (True, "info")
    assert "wait" in notices(page)
    # It can be proposed again, and the note goes.
    assert await tasks(ada) == [f"/evaluation/{key}/ranking"]
    await play.act("ada", lambda tx: propose(tx, key))
    assert "B counts its travel twice." not in (await ada.get(f"/evaluation/{key}/ranking")).text
    await deliver_all(db, clock.now)
    async with db.transaction(now=DECIDED) as tx:
        (mail,) = await tx.session.scalars(select(Mail).where(Mail.template == "awards/ranking_sent_back"))
        assert (mail.to_address, mail.context["reason"]) == ("vera@example.org", why)
        assert CALL in mail.subject
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def test_who_may_send_a_proposal_back(play: Judging, browse: Browsers) -> None:
    key = play.calls[CALL]

    async def refused(name: str) -> list[str]:
        with pytest.raises(Refused) as caught:
            await play.act(name, lambda tx: send_back(tx, key, "Because."))
        return list(caught.value.codes)

    assert await refused("paul") == ["not_proposed"]
    await play.act("paul", lambda tx: propose(tx, key))
    assert await refused("paul") == ["same_person"]
    ada = await browse(play.people["ada"])
    assert (await ada.send_form(f"/evaluation/{key}/send-back", {"reason": "Because."})).status_code == 403
    await play.act("ines", lambda tx: send_back(tx, key, "Because."))
    await play.decide()
    assert await refused("ines") == ["already_decided"]


@pytest.mark.as_worded  # the word alone would be the fault
async def test_a_partner_is_promised_no_letters(play: Judging, browse: Browsers) -> None:
    omar, arta = await browse(play.people["omar"]), await browse(play.people["arta"])
    here = f"/applications/{play.applications['A']}"
    assert "letter" not in (await arta.get(f"{here}/result")).text
    await play.decide()
    links = []
    for browser in (omar, arta):
        page = (await browser.get(here)).text
        label = page.split(f'href="{here}/result">')[1].split("<")[0]
        links.append(("letter" in label, "/letters/" in (await browser.get(f"{here}/result")).text))
    assert links == [(True, True), (False, False)]
