"""What is left of the money is offered to the first application that it is not enough for: asked, answered, silent, overtaken."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from facility import clock
from facility.applications.service.withdrawal import leave
from facility.awards.models.offer import PartialOffer
from facility.awards.queries.bundle import bundle
from facility.awards.queries.offers import offer_on
from facility.awards.queries.reducing import parts
from facility.awards.rules.bundle import canonical
from facility.awards.service.ending import withdraw_award
from facility.awards.service.offers import answer_offer, end_offers_due, remind_of_offers
from facility.awards.service.verification import verify
from facility.calls.rules.after_decision import AfterDecision
from facility.contracts.models import Envelope
from facility.contracts.service.money import lower_envelope
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.letters.models import Letter
from facility.outbox.links import token_of
from facility.outbox.models import Link, Mail, MailState
from facility.refused import Refused
from tests.browser import Browsers, gives_reason, marked, notices, states, work
from tests.calls.reading import mails, refused
from tests.judging import DECIDED, Judging
from tests.prepared import built_once

RULES = AfterDecision(offer_days=14, offer_percent=30)
LAST = datetime(2021, 9, 15, 22, tzinfo=UTC)
"""Midnight in Brussels after fourteen days from the decision."""
LEFT = Decimal("20.00")


async def judged(
    db: Database, rules: AfterDecision = RULES, *, skip: bool = False, at: datetime = DECIDED
) -> Judging:
    """EUR 100: A gets 80, B asks for 60 and C for 15; decided."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00", after_decision=rules, skip_unaffordable=skip)
    for name, asks, each in (("A", "80.00", "0.00"), ("B", "30.00", "15.00"), ("C", "15.00", "0.00")):
        await made.apply(name, asks, each=each)
    await made.close()
    for name, relevance in (("A", "70"), ("B", "65"), ("C", "60")):
        await made.score("elena", name, "16", relevance)
    await made.decide(at=at)
    return made


@built_once
async def play(db: Database) -> Judging:
    """The reserve list is served from its top."""
    return await judged(db)


@built_once
async def skipping(db: Database) -> Judging:
    """What fits is served before what does not."""
    return await judged(db, skip=True)


@built_once
async def today(db: Database) -> Judging:
    """Decided now, so that pages and clocks agree."""
    return await judged(db, at=clock.now())


async def test_the_shares_add_up_to_what_is_offered(db: Database) -> None:
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00", after_decision=RULES)
    for name, asks, each in (("A", "80.00", "0.00"), ("B", "20.00", "20.00")):
        await made.apply(name, asks, each=each)
    await made.close()
    for name, relevance in (("A", "70"), ("B", "65")):
        await made.score("elena", name, "16", relevance)
    await made.decide()
    shares = [Decimal("6.68"), Decimal("6.66"), Decimal("6.66")]
    async with db.reader() as connection:
        shown = await offer_on(connection, made.applications["B"])
    assert [share.offered for share in shown.shares] == shares
    await answer(made, accepts=True)
    async with db.reader() as connection:
        own = await parts(connection, (await made.award("B")).id)
    assert [part.amount for part in own] == shares
    await clean(made)


async def offer(play: Judging) -> PartialOffer:
    async with play.db.transaction(now=DECIDED) as tx:
        return (await tx.session.scalars(select(PartialOffer))).one()


async def answer(
    play: Judging, *, accepts: bool, at: datetime = DECIDED, name: str = "Omar, head"
) -> list[UUID]:
    key = (await offer(play)).id
    return await play.act("omar", lambda tx: answer_offer(tx, key, accepts=accepts, name=name), at)


async def money(play: Judging) -> tuple[Decimal, Decimal]:
    """What the envelope has committed, and what it holds."""
    row = await play.row(Envelope, play.envelopes["Facility"])
    return row.committed, row.held


async def clean(play: Judging) -> None:
    assert {name: wrong for name, wrong in (await reconcile(play.db)).items() if wrong} == {}


async def letter(play: Judging, name: str, kind: str) -> dict[str, Any]:
    async with play.db.reader() as read:
        query = select(Letter.data).filter_by(application_id=play.applications[name], kind=kind)
        data: dict[str, Any] = (await read.execute(query)).scalar_one()
        return data


async def link_to(play: Judging) -> str:
    async with play.db.reader() as read:
        query = select(Link.id, Link.nonce).filter_by(purpose="partial_offer", revoked_at=None)
        row = (await read.execute(query)).one()
    return f"/link/partial_offer/{token_of(row.id, row.nonce)}"


async def test_the_first_that_does_not_fit_is_offered_what_is_left(play: Judging) -> None:
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "reserve"}
    made = await offer(play)
    assert (made.application_id, made.amount, made.requested, made.state, made.ends_at) == (
        *(play.applications["B"], LEFT, Decimal("60.00"), "open", LAST),
    )
    assert await money(play) == (Decimal("80.00"), LEFT)
    stated = await letter(play, "B", "reserve")
    assert (stated["place"], stated["offered"], stated["answer_by"]) == (1, "20.00", "2021-09-15")
    assert (await letter(play, "C", "reserve"))["offered"] is None
    assert len(await mails(play.db, "awards/partial_offer")) == 1
    envelope = play.envelopes["Facility"]
    below = await refused(play, "ada", lambda tx: lower_envelope(tx, envelope, Decimal("90.00")), DECIDED)
    assert below == [("below_committed", "amount")]
    await clean(play)


async def test_who_agrees_gets_an_award_of_the_part(play: Judging) -> None:
    await answer(play, accepts=True)
    award = await play.award("B")
    assert (award.amount, award.committed, award.from_reserve) == (LEFT, LEFT, True)
    assert await money(play) == (Decimal("100.00"), Decimal("0.00"))
    assert await play.statuses() == {"A": "awarded", "B": "awarded", "C": "reserve"}
    stated = await letter(play, "B", "award")
    assert (stated["amount"], stated["requested"], stated["partial"]) == ("20.00", "60.00", True)
    key = (await offer(play)).id
    again = await refused(play, "omar", lambda tx: answer_offer(tx, key, accepts=True, name="O"), DECIDED)
    assert again == [("offer_over", None)]
    # A partner's part of it is in proportion: a third of what it requests.
    async with play.db.reader() as read:
        amounts = {part.institution: part.amount for part in await parts(read, award.id)}
        key = (
            await read.execute(text("SELECT id FROM party WHERE NOT is_lead AND amount = 15 LIMIT 1"))
        ).scalar_one()
    assert sorted(amounts.values()) == [Decimal("5.00"), Decimal("5.00"), Decimal("10.00")]
    await clean(play)


@pytest.mark.parametrize("silent", [True, False])
async def test_without_a_yes_the_line_goes_on(skipping: Judging, *, silent: bool) -> None:
    play = skipping
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "reserve"}
    if silent:
        assert await end_offers_due(play.db, LAST) == 0
        assert await end_offers_due(play.db, LAST + timedelta(minutes=1)) == 1
        await deliver_all(play.db, lambda: LAST + timedelta(minutes=1))
    else:
        await answer(play, accepts=False)
    assert (await offer(play)).state == ("expired" if silent else "declined")
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "awarded"}
    assert await money(play) == (Decimal("95.00"), Decimal("0.00"))
    assert len(await mails(play.db, "awards/partial_offer_ended")) == 1
    await clean(play)


async def test_a_list_served_from_its_top_waits_for_all_that_is_requested(play: Judging) -> None:
    await answer(play, accepts=False)
    assert await play.statuses() == {"A": "awarded", "B": "reserve", "C": "reserve"}
    await play.end("A", "40.00")
    assert await play.statuses() == {"A": "closed", "B": "awarded", "C": "reserve"}
    assert (await play.award("B")).amount == Decimal("60.00")
    await clean(play)


async def test_money_that_comes_free_while_it_is_open_goes_to_the_whole(play: Judging) -> None:
    await play.end("A", "50.00")
    assert (await offer(play)).state == "open", "20 are held and 30 free: not all of 60"
    await play.enlarge("120.00")
    assert (await offer(play)).state == "open", "the call may not award more than 100"
    await answer(play, accepts=True)
    assert (await play.award("B")).amount == LEFT
    assert await play.statuses() == {"A": "closed", "B": "awarded", "C": "awarded"}
    await clean(play)


async def test_an_offer_ends_when_all_can_be_awarded_or_the_place_is_given_up(play: Judging) -> None:
    await play.end("A", "40.00")
    assert (await offer(play)).state == "cancelled"
    assert (await play.award("B")).amount == Decimal("60.00")
    assert await money(play) == (Decimal("100.00"), Decimal("0.00"))
    assert len(await mails(play.db, "awards/partial_offer_cancelled")) == 1
    await clean(play)


async def test_what_was_held_for_who_withdraws_serves_the_next(play: Judging) -> None:
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["B"], "No staff."))
    assert (await offer(play)).state == "cancelled"
    assert await play.statuses() == {"A": "awarded", "B": "withdrawn", "C": "awarded"}
    assert await money(play) == (Decimal("95.00"), Decimal("0.00"))
    await clean(play)


async def test_a_partner_that_leaves_can_end_it(play: Judging) -> None:
    async with play.db.reader() as read:
        query = "SELECT id FROM party WHERE application_id = :id AND NOT is_lead"
        rows = (await read.execute(text(query), {"id": play.applications["B"]})).scalars().all()
    for party_id in rows:
        await play.act("arta", lambda tx, key=party_id: leave(tx, key, reason="Reorganised."))  # type: ignore[misc]
    assert (await play.statuses())["B"] == "ineligible"
    assert (await offer(play)).state == "cancelled"
    await clean(play)


async def test_all_at_once_neither_overspends_nor_answers_twice(skipping: Judging) -> None:
    play, key = skipping, (await offer(skipping)).id

    async def quietly(command: Any, who: str | None, at: datetime) -> None:
        try:
            async with play.db.transaction(now=at, actor=play.people[who] if who else None) as tx:
                await command(tx)
        except Refused:
            return

    award = await play.award("A")

    async def yes(tx: Tx) -> None:
        await answer_offer(tx, key, accepts=True, name="Omar")

    async def no(tx: Tx) -> None:
        await answer_offer(tx, key, accepts=False, name="Omar")

    async def gone(tx: Tx) -> None:
        await withdraw_award(tx, award.application_id, "No staff.")

    await asyncio.gather(
        *(quietly(command, "omar", DECIDED) for command in (yes, no, gone)),
        end_offers_due(play.db, LAST + timedelta(minutes=1)),
    )
    committed, held = await money(play)
    assert committed <= 100
    assert held == 0
    assert (await offer(play)).state != "open"
    await clean(play)


async def test_the_ranking_can_be_verified_with_its_offer(play: Judging) -> None:
    call_id = play.calls["TAF-2021-01"]
    async with play.db.reader() as read:
        document = await bundle(read, call_id)
    assert (document["version"], document["call"]["offers"], document["line"]["offered"]) == (
        *(4, {"percent": 30, "least": "1.00"}, {"B": "20.00"}),
    )
    assert verify(canonical(document)).differences == []
    await answer(play, accepts=True)
    async with play.db.reader() as read:
        assert (await bundle(read, call_id))["root"] == document["root"], (
            "it stands whatever the lead answers"
        )
    changed = json.loads(canonical(document))
    changed["line"]["offered"] = {"C": "20.00"}
    assert any("offered" in str(line.path) for line in verify(canonical(changed)).differences)


async def test_a_call_that_offers_nothing_has_a_bundle_as_before(db: Database) -> None:
    play = await judged(db, AfterDecision())
    async with db.reader() as read:
        document = await bundle(read, play.calls["TAF-2021-01"])
        assert (await read.execute(select(PartialOffer.id))).all() == []
    assert (document["version"], "offers" in document["call"], "offered" in document["line"]) == (
        1,
        False,
        False,
    )
    assert await money(play) == (Decimal("80.00"), Decimal("0.00"))


async def test_the_lead_answers_by_the_link_or_on_its_page(today: Judging, browse: Browsers) -> None:
    play, nobody = today, await browse(None)
    page = f"/applications/{play.applications['B']}/offer"
    omar, arta = await browse(play.people["omar"]), await browse(play.people["arta"])
    assert work(await omar.get("/")).count("offers-of-a-part-to-answer") == 1
    response = await omar.get(page)
    assert [figure in response.text for figure in ("60.00", "20.00", "33 %")] == [True] * 3
    assert re.findall(r"\d+", marked(response, "if-declined")) == ["1"]  # the place that it keeps
    assert (await arta.get(page)).status_code == 404
    assert (await (await browse(play.people["ada"])).get(page)).status_code == 200
    link = await link_to(play)
    opened = await nobody.get(link)
    assert (opened.status_code, (await offer(play)).state) == (200, "open")
    assert (await nobody.send_form(link, {"answer": "accept", "name": ""})).status_code == 422
    assert (await nobody.send_form(link, {"answer": "accept", "name": "Omar, head"})).status_code == 303
    assert (await offer(play)).state == "accepted"
    answered = await nobody.get(link)
    assert ("Omar, head" in marked(answered, "offer-accepted"), notices(answered)) == (True, ["ok", "ok"])
    late = await omar.send_form(page, {"answer": "decline", "name": "Omar"})
    assert (late.status_code, gives_reason(late, "offer_over")) == (409, True)
    paul = await browse(play.people["paul"])
    award = await play.award("B")
    for path in (f"/awards/{award.id}", f"/awards/calls/{award.call_id}", "/awards", page):
        text_ = (await paul.get(path)).text
        assert ("60.00" in text_, "20.00" in text_) == (True, True), path


async def test_an_offer_whose_mail_fails_is_sent_again(today: Judging, browse: Browsers) -> None:
    play, ada = today, await browse(today.people["ada"])
    before = (await offer(play)).ends_at
    async with play.db.transaction(now=clock.now()) as tx:
        failed = update(Mail).where(Mail.template == "awards/partial_offer")
        await tx.session.execute(failed.values(state=MailState.PARKED, error="SMTPRecipientsRefused"))
    assert "offers-of-a-part-that-did-not-arrive" in work(await ada.get("/"))
    assert await end_offers_due(play.db, before + timedelta(days=30)) == 0
    assert await remind_of_offers(play.db, before - timedelta(days=1)) == 0
    page = f"/applications/{play.applications['B']}/offer"
    assert "offer-undelivered" in states(await ada.get(page))
    assert (await ada.send_form(f"{page}/again", {"email": "other@example.org"})).status_code == 303
    await deliver_all(play.db, clock.now)
    async with play.db.reader() as read:
        query = select(Mail.to_address).filter_by(template="awards/partial_offer", state=MailState.WAITING)
        assert (await read.execute(query)).scalars().all() == ["other@example.org"]
    assert "offers-of-a-part-that-did-not-arrive" not in work(await ada.get("/"))
    twice = await ada.send_form(f"{page}/again", {"email": "other@example.org"})
    assert (twice.status_code, gives_reason(twice, "mail_got_through")) == (409, True)
