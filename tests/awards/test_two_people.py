"""Withdrawing an award on the facility's side and enlarging an envelope take two people; a lead's own withdrawal takes one."""

import asyncio
from decimal import Decimal
from functools import partial
from uuid import UUID

from sqlalchemy import text

from facility.awards.models.award import AwardWithdrawal
from facility.awards.service.consequences import of_enlarging, of_withdrawing
from facility.awards.service.ending import withdraw_award
from facility.awards.service.enlargement import agree_to_enlargement
from facility.awards.service.withdrawal import agree_to_withdrawal, propose_withdrawal, settle_withdrawal
from facility.contracts.models import Envelope, EnvelopeEnlargement
from facility.contracts.service.enlargement import propose_enlargement, settle_enlargement
from facility.contracts.service.money import lower_envelope
from facility.db import Database
from facility.events.reconcile import reconcile
from facility.proposals import Settlement
from facility.refused import Refused
from tests.browser import Browser, Browsers, gives_reason, work
from tests.calls.reading import mails, refused
from tests.judging import DECIDED, Judging
from tests.prepared import built_once

REASON = "The lead does not answer."


@built_once
async def play(db: Database) -> Judging:
    """EUR 100: A has an award of 80, B waits for 60."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00")
    await made.apply("A", "80.00")
    await made.apply("B", "60.00")
    await made.close()
    await made.score("elena", "A", "16", "70")
    await made.score("elena", "B", "16", "60")
    await made.decide()
    assert await made.statuses() == {"A": "awarded", "B": "reserve"}
    return made


async def proposed(play: Judging, by: str = "ada") -> tuple[UUID, UUID]:
    """The award, and the proposal to withdraw it."""
    key = (await play.award("A")).id
    return key, (await play.act(by, lambda tx: propose_withdrawal(tx, key, reason=REASON))).id


async def enlarging(play: Judging, amount: str = "140.00", by: str = "ada") -> tuple[UUID, UUID]:
    """The envelope, and the proposal to enlarge it."""
    key = play.envelopes["Facility"]
    made = await play.act(by, lambda tx: propose_enlargement(tx, key, Decimal(amount), reason="More came."))
    return key, made.id


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def test_an_award_is_withdrawn_by_two(play: Judging, db: Database) -> None:
    key, proposal = await proposed(play)
    assert await play.statuses() == {"A": "awarded", "B": "reserve"}  # it is only proposed
    assert await mails(db, "awards/withdrawal_proposed") == [
        ("awards/withdrawal_proposed", f"{name}@example.org") for name in ("ines", "paul", "vera")
    ]
    again = await play.act("ada", lambda tx: propose_withdrawal(tx, key, reason=REASON))
    assert again.id == proposal
    assert await refused(play, "vera", lambda tx: propose_withdrawal(tx, key, reason="Other."), DECIDED) == [
        ("withdrawal_proposed", None)
    ]
    for settlement in (Settlement.AGREED, Settlement.REFUSED):
        settle = partial(
            settle_withdrawal, award_id=key, withdrawal_id=proposal, outcome=settlement, answer="No."
        )
        assert await refused(play, "ada", settle, DECIDED) == [("same_person", None)]
    assert await refused(
        play, "vera", lambda tx: settle_withdrawal(tx, key, proposal, Settlement.TAKEN_BACK), DECIDED
    ) == [("not_your_proposal", None)]
    served = await play.act("vera", lambda tx: settle_withdrawal(tx, key, proposal, Settlement.AGREED))
    assert served == [play.applications["B"]]
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded"}
    assert await mails(db, "awards/proposal_decided") == [("awards/proposal_decided", "ada@example.org")]
    assert await refused(
        play, "vera", lambda tx: settle_withdrawal(tx, key, proposal, Settlement.AGREED), DECIDED
    ) == [("proposal_settled", None)]
    await clean(db)


async def test_it_is_refused_for_a_reason_or_taken_back(play: Judging, db: Database) -> None:
    key, proposal = await proposed(play)
    assert await refused(
        play, "paul", lambda tx: settle_withdrawal(tx, key, proposal, Settlement.REFUSED), DECIDED
    ) == [("reason_missing", "answer")]
    await play.act(
        "paul",
        lambda tx: settle_withdrawal(tx, key, proposal, Settlement.REFUSED, answer="They did answer."),
    )
    _key, second = await proposed(play, "vera")
    await play.act("vera", lambda tx: settle_withdrawal(tx, key, second, Settlement.TAKEN_BACK))
    rows = [await play.row(AwardWithdrawal, proposal_id) for proposal_id in (proposal, second)]
    assert [(row.outcome, row.answer) for row in rows] == [
        ("refused", "They did answer."),
        ("taken back", ""),
    ]
    assert await play.statuses() == {"A": "awarded", "B": "reserve"}
    assert await mails(db, "awards/proposal_decided") == [("awards/proposal_decided", "ada@example.org")]
    await clean(db)


async def test_a_leads_own_withdrawal_takes_one_and_ends_the_proposal(play: Judging, db: Database) -> None:
    _key, proposal = await proposed(play)
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff."))
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded"}
    assert (await play.row(AwardWithdrawal, proposal)).outcome == "lapsed"
    await clean(db)


async def test_an_envelope_is_enlarged_by_two(play: Judging, db: Database) -> None:
    await play.call("TAF-2021-02", amount="100.00")
    await play.apply("C", "30.00", call="TAF-2021-02")
    await play.close("TAF-2021-02")
    await play.score("elena", "C", "16", "60")
    await play.decide("TAF-2021-02")
    assert (await play.statuses())["C"] == "reserve"
    key, proposal = await enlarging(play, "120.00")
    assert (await play.row(Envelope, key)).amount == Decimal("100.00")
    assert await mails(db, "awards/enlargement_proposed") == [
        ("awards/enlargement_proposed", f"{name}@example.org") for name in ("ines", "paul", "vera")
    ]
    assert await refused(play, "ada", lambda tx: agree_to_enlargement(tx, key, proposal), DECIDED) == [
        ("same_person", None)
    ]
    for more in (Decimal("100.01"), Decimal(120)):
        assert await refused(play, "ada", lambda tx, more=more: lower_envelope(tx, key, more), DECIDED) == [  # type: ignore[misc]
            ("enlarging_takes_two", "amount")
        ]
    served = await play.act("paul", lambda tx: agree_to_enlargement(tx, key, proposal))
    assert served == [play.applications["C"]]
    assert (await play.row(Envelope, key)).amount == Decimal("120.00")
    assert await play.free() == Decimal("10.00")
    await clean(db)


async def test_a_proposal_on_another_amount_is_made_anew(play: Judging, db: Database) -> None:
    key, proposal = await enlarging(play)
    await play.act("vera", lambda tx: lower_envelope(tx, key, Decimal("90.00")))  # one person may
    assert await refused(play, "paul", lambda tx: agree_to_enlargement(tx, key, proposal), DECIDED) == [
        ("computed_on_another", None)
    ]
    assert (await play.row(EnvelopeEnlargement, proposal)).outcome is None
    await play.act("ada", lambda tx: settle_enlargement(tx, key, proposal, Settlement.TAKEN_BACK))
    await enlarging(play, "95.00")
    await clean(db)


async def test_what_is_shown_is_what_is_done(play: Judging, db: Database) -> None:
    key, _proposal = await proposed(play)
    async with db.reader() as read:
        consequence = await of_withdrawing(read, key)
    assert [(served.reference, served.amount) for served in consequence.served] == [("B", Decimal("60.00"))]
    assert (consequence.free, consequence.more, consequence.left) == (Decimal(20), Decimal(80), Decimal(40))
    # Meanwhile B gives up its place: what was shown is no longer true.
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["B"], "No staff."))
    assert await refused(
        play, "paul", lambda tx: agree_to_withdrawal(tx, key, seen=consequence.fingerprint), DECIDED
    ) == [("changed_since_shown", None)]
    async with db.reader() as read:
        consequence = await of_withdrawing(read, key)
    assert await play.act("paul", lambda tx: agree_to_withdrawal(tx, key, seen=consequence.fingerprint)) == []
    async with db.reader() as read:
        more = await of_enlarging(read, play.envelopes["Facility"], Decimal(100), Decimal(140))
    assert (more.free, more.more, more.served) == (Decimal(100), Decimal(40), ())


async def test_of_several_who_decide_at_once_one_does(play: Judging, db: Database) -> None:
    key, proposal = await proposed(play)
    outcomes = await asyncio.gather(
        *(
            play.act(name, lambda tx: settle_withdrawal(tx, key, proposal, Settlement.AGREED))
            for name in ("vera", "paul", "ines")
        ),
        play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff.")),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 3
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded"}
    await clean(db)


async def waiting(browser: Browser) -> str:
    return (await browser.get("/")).text


async def test_the_pages_of_a_withdrawal(play: Judging, browse: Browsers) -> None:
    key = (await play.award("A")).id
    here = f"/awards/{key}/withdrawal"
    ada, paul, carl = [await browse(play.people[name]) for name in ("ada", "paul", "carl")]
    assert (await ada.get(here)).status_code == 409
    assert (await ada.send_form(f"/awards/{key}/withdraw", {"reason": ""})).status_code == 422
    sent = await ada.send_form(f"/awards/{key}/withdraw", {"reason": REASON})
    assert (sent.status_code, sent.headers["location"]) == (303, here)
    assert "Take the proposal back" in (await ada.get(here)).text
    assert "awards-that-a-colleague-proposes-to-withdraw" not in work(await waiting(ada))
    assert here in await waiting(paul)
    assert (await carl.get(here)).status_code == 403
    page = (await paul.get(here)).text
    assert REASON in page
    assert "Joint work B" in page
    assert "60.00" in page
    form = await _hidden(play, key)
    assert (
        await paul.send_form(f"{here}/refuse", {"proposal": form["proposal"], "answer": ""})
    ).status_code == 422
    assert (await ada.send_form(f"{here}/agree", form)).status_code == 403
    assert (await paul.send_form(f"{here}/take-back", {"proposal": form["proposal"]})).status_code == 403
    for seen in ({"seen": "another"}, {"seen": ""}):
        assert (await paul.send_form(f"{here}/agree", {**form, **seen})).status_code == 409
    assert (await paul.send_form(f"{here}/agree", form)).status_code == 303
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded"}


async def _hidden(play: Judging, award: UUID) -> dict[str, str]:
    """What the form of agreeing hands back."""
    async with play.db.reader() as read:
        proposal = (
            await read.execute(text("SELECT id FROM award_withdrawal WHERE outcome IS NULL"))
        ).scalar_one()
        return {"proposal": str(proposal), "seen": (await of_withdrawing(read, award)).fingerprint}


async def test_the_pages_of_an_enlargement(play: Judging, browse: Browsers) -> None:
    key = play.envelopes["Facility"]
    path = f"/contracts/CA%20Facility/envelopes/{key}"
    ada, vera = [await browse(play.people[name]) for name in ("ada", "vera")]
    wrong = await ada.send_form(path, {"amount": "140.00", "reason": ""})
    assert wrong.status_code == 422
    assert "#f-reason" in wrong.text
    sent = await ada.send_form(path, {"amount": "140.00", "reason": "More came."})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{path}/enlargement")
    assert "Look at the proposal" in (await vera.get(path)).text
    second = await vera.send_form(path, {"amount": "150.00", "reason": "Even more came."})
    assert (second.status_code, gives_reason(second, "enlargement_proposed")) == (409, True)
    assert f"/envelopes/{key}/enlargement" in await waiting(vera)
    page = (await vera.get(f"{path}/enlargement")).text
    assert "More came." in page
    assert "140.00" in page
    async with play.db.reader() as read:
        proposal = (await read.execute(text("SELECT id FROM envelope_enlargement"))).scalar_one()
        seen = (await of_enlarging(read, key, Decimal(100), Decimal(140))).fingerprint
    form = {"proposal": str(proposal), "seen": seen}
    refused_twice = await ada.send_form(f"{path}/enlargement/agree", form)
    assert (refused_twice.status_code, gives_reason(refused_twice, "same_person")) == (403, True)
    assert (await vera.send_form(f"{path}/enlargement/agree", form)).status_code == 303
    assert (await play.row(Envelope, key)).amount == Decimal("140.00")
    assert (await vera.get(f"{path}/enlargement")).status_code == 409
    assert (await ada.send_form(path, {"amount": "100.00"})).status_code == 303  # smaller: one person
