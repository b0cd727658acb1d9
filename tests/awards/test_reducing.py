"""A partner that leaves after the award: one proposes to take its part off, an authorising officer decides, the reserve is served."""

import asyncio
import random
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from facility.applications.models.application import Party
from facility.awards.models.award import Award, AwardReduction
from facility.awards.queries.bundle import bundle
from facility.awards.queries.reducing import parts
from facility.awards.service.consequences import of_reducing
from facility.awards.service.ending import withdraw_award
from facility.awards.service.reducing import propose_reduction, settle_reduction
from facility.db import Database, Tx, new_id
from facility.events.reconcile import reconcile
from facility.proposals import Settlement
from facility.refused import Refused
from tests.awards.reading import by_donor, codes, leave
from tests.browser import Browsers, marked, states, work
from tests.calls.reading import mails, refused
from tests.judging import DECIDED, Judging
from tests.prepared import built_once

REASON = "Its workshops fall away."


@built_once
async def play(db: Database) -> Judging:
    """EUR 100: A has them, of which 60 are Albania's, 20 Kosovo's and 20 Montenegro's; B waits for 15."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00")
    await made.apply("A", "60.00", each="20.00")
    await made.apply("B", "15.00")
    await made.close()
    await made.score("elena", "A", "16", "70")
    await made.score("elena", "B", "16", "60")
    await made.decide()
    assert await made.statuses() == {"A": "awarded", "B": "reserve"}
    return made


async def party(play: Judging, code: str = "XK") -> UUID:
    query = select(Party.id).filter_by(application_id=play.applications["A"], beneficiary_code=code)
    async with play.db.reader() as connection:
        return (await connection.execute(query)).scalar_one()


async def proposed(play: Judging, code: str = "XK") -> tuple[UUID, UUID]:
    """The award, and Ada's proposal to take this partner's part off it."""
    key, left = (await play.award("A")).id, await party(play, code)
    made = await play.act("ada", lambda tx: propose_reduction(tx, key, left, reason=REASON))
    return key, made.id


async def settled(play: Judging, proposal: UUID, outcome: Settlement, answer: str = "") -> list[UUID]:
    """What Paul says to it."""
    key = (await play.award("A")).id
    return await play.act("paul", lambda tx: settle_reduction(tx, key, proposal, outcome, answer=answer))


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def test_the_part_of_a_partner_that_left_serves_the_reserve(play: Judging, db: Database) -> None:
    async with db.reader() as connection:
        before = await bundle(connection, play.calls["TAF-2021-01"])
    await leave(play, "A", "XK", days=1)
    key, proposal = await proposed(play)
    assert (await proposed(play))[1] == proposal
    assert (await play.award("A")).amount == Decimal("100.00")  # it is only proposed
    assert await mails(db, "awards/reduction_proposed") == [
        ("awards/reduction_proposed", f"{name}@example.org") for name in ("ines", "paul")
    ]
    assert await codes(
        play, "vera", partial(propose_reduction, award_id=key, party_id=await party(play), reason="!")
    ) == ("reduction_proposed",)
    agree = partial(settle_reduction, award_id=key, reduction_id=proposal, outcome=Settlement.AGREED)
    assert await codes(play, "ada", agree) == ("same_person",)
    assert await settled(play, proposal, Settlement.AGREED) == [play.applications["B"]]
    award = await play.award("A")
    assert (award.amount, award.committed) == (Decimal("80.00"), Decimal("80.00"))
    assert sum((await by_donor(play, "A")).values()) == Decimal("80.00")
    assert await play.statuses() == {"A": "awarded", "B": "awarded"}
    assert await play.free() == Decimal("5.00")
    assert await mails(db, "awards/reduced") == [("awards/reduced", "omar@example.org")]
    assert await mails(db, "awards/proposal_decided") == [("awards/proposal_decided", "ada@example.org")]
    assert await codes(play, "ines", agree) == ("proposal_settled",)
    async with db.reader() as connection:
        assert [(part.amount, part.taken_off) for part in await parts(connection, key)] == [
            (Decimal("60.00"), False),
            (Decimal("20.00"), True),
            (Decimal("20.00"), False),
        ]
        assert (await bundle(connection, play.calls["TAF-2021-01"]))["root"] == before["root"]
    await clean(db)


async def test_a_part_is_taken_off_once(play: Judging, db: Database) -> None:
    await leave(play, "A", "XK", days=1)
    key, proposal = await proposed(play)
    await settled(play, proposal, Settlement.AGREED)
    assert await codes(
        play, "ada", partial(propose_reduction, award_id=key, party_id=await party(play), reason=REASON)
    ) == ("reduced",)
    row = await play.row(AwardReduction, proposal)
    names = ("award_id", "party_id", "amount", "reason", "proposed_by", "proposed_at")
    again = AwardReduction(id=new_id(), **{name: getattr(row, name) for name in names})

    async def around(tx: Tx) -> None:
        tx.add(again)
        await tx.flush()

    with pytest.raises(IntegrityError, match="uq_award_reduction_party"):
        await play.act("ada", around)


async def test_it_is_refused_for_a_reason_or_taken_back(play: Judging, db: Database) -> None:
    await leave(play, "A", "XK", days=1)
    key, proposal = await proposed(play)
    assert await refused(
        play, "paul", lambda tx: settle_reduction(tx, key, proposal, Settlement.REFUSED), DECIDED
    ) == [("reason_missing", "answer")]
    await settled(play, proposal, Settlement.REFUSED, "The others do its work.")
    _key, second = await proposed(play)
    await play.act("ada", lambda tx: settle_reduction(tx, key, second, Settlement.TAKEN_BACK))
    rows = [await play.row(AwardReduction, proposal_id) for proposal_id in (proposal, second)]
    assert [row.outcome for row in rows] == ["refused", "taken back"]
    assert ((await play.award("A")).amount, await play.free()) == (Decimal("100.00"), Decimal("0.00"))
    await clean(db)


async def test_only_who_left_after_the_award_frees_something(play: Judging, db: Database) -> None:
    key = (await play.award("A")).id

    async def refusal(code: str) -> tuple[str, ...]:
        left = await party(play, code)
        return await codes(play, "ada", lambda tx: propose_reduction(tx, key, left, reason=REASON))

    assert await refusal("AL") == await refusal("XK") == ("no_part_to_take_off",)
    await leave(play, "A", "XK")  # at the instant of the decision: the award was made without it
    assert await refusal("XK") == ("no_part_to_take_off",)
    await leave(play, "A", "ME", days=1)  # now too few beneficiaries take part
    assert await refusal("ME") == ("not_an_award",)
    await clean(db)


async def test_the_end_of_the_award_ends_the_proposal(play: Judging, db: Database) -> None:
    await leave(play, "A", "XK", days=1)
    key, proposal = await proposed(play)
    async with db.reader() as connection:
        seen = (await of_reducing(connection, key, Decimal("20.00"))).fingerprint
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["B"], "No staff."))
    agree = partial(settle_reduction, award_id=key, reduction_id=proposal, outcome=Settlement.AGREED)
    assert await codes(play, "paul", partial(agree, seen=seen)) == ("changed_since_shown",)
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff."))
    assert (await play.row(AwardReduction, proposal)).outcome == "lapsed"
    await clean(db)


@pytest.mark.parametrize("seed", range(5))
async def test_no_interleaving_overspends(play: Judging, db: Database, seed: int) -> None:
    """Two partners' parts are decided on while the award is closed or withdrawn and a partner leaves, all at once."""
    order = random.Random(seed)
    await leave(play, "A", "XK", days=1)
    key, first = await proposed(play)
    agree = partial(settle_reduction, award_id=key, reduction_id=first, outcome=Settlement.AGREED)
    steps = [
        play.act("paul", lambda tx: agree(tx)),
        play.act("ines", lambda tx: agree(tx)),
        play.end("A", "90.00"),
        play.withdraw_award("A", "No mandate."),
        play.enlarge("110.00"),
        play.act("omar", lambda tx: withdraw_award(tx, play.applications["B"], "No staff.")),
        leave(play, "A", "ME", days=2),
    ]
    order.shuffle(steps)
    at_once = order.randint(2, len(steps))
    for some in (steps[:at_once], steps[at_once:]):
        for outcome in await asyncio.gather(*some, return_exceptions=True):
            assert outcome is None or isinstance(outcome, list | Refused), outcome
    async with db.transaction(now=DECIDED) as tx:
        spent = await tx.session.scalar(select(func.sum(Award.committed)))
        held = await tx.session.scalar(text("SELECT amount FROM envelope"))
    assert Decimal(spent or 0) <= held
    await clean(db)


async def test_the_pages_lead_from_the_partner_that_left_to_the_award(
    play: Judging, db: Database, browse: Browsers
) -> None:
    ada, paul, carl, omar = [await browse(play.people[name]) for name in ("ada", "paul", "carl", "omar")]
    key = (await play.award("A")).id
    here = f"/awards/{key}/parts/{await party(play)}"
    assert (await ada.get(here)).status_code == 409
    await leave(play, "A", "XK", days=1)
    start = (await ada.get("/")).text
    assert here in start
    assert "EUR 20.00" in start
    assert here in (await ada.get(f"/awards/{key}")).text
    assert (await paul.get(here)).status_code == 409  # nothing is proposed yet
    assert (await ada.send_form(here, {"reason": " "})).status_code == 422
    assert (await ada.send_form(here, {"reason": REASON})).headers["location"] == here
    assert "awards-that-you-propose-to-reduce" in work((await ada.get("/")).text)
    assert "awards-that-a-colleague-proposes-to-reduce" in work((await paul.get("/")).text)
    page = (await paul.get(here)).text
    assert REASON in page
    assert "Joint work B" in page
    assert (await carl.get(here)).status_code == 403
    async with db.reader() as read:
        proposal = await read.scalar(select(AwardReduction.id))
        seen = (await of_reducing(read, key, Decimal("20.00"))).fingerprint
    form = {"proposal": str(proposal), "seen": seen}
    assert (await ada.send_form(f"{here}/agree", form)).status_code == 403
    assert (
        await paul.send_form(f"{here}/refuse", {"proposal": form["proposal"], "answer": ""})
    ).status_code == 422
    assert (await paul.send_form(f"{here}/agree", {**form, "seen": "another"})).status_code == 409
    made = await paul.send_form(f"{here}/agree", form)
    assert made.headers["location"] == f"/awards/{key}"
    page = (await carl.get(f"/awards/{key}")).text
    assert "part-taken-off" in states(page)
    assert "Joint work B" in page
    result = await omar.get(f"/applications/{play.applications['A']}/result")
    assert "20.00" in marked(result, "part-taken-off")
    assert "awards-to-reduce-since-a-partner-left" not in work((await ada.get("/")).text)
    assert (await paul.get(here)).status_code == 409
