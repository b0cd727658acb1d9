"""Accepting an award: in time, late, refused, silent; and the reserve list that is served by it, while it is valid."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text, update

from facility import clock
from facility.awards.models.award import AwardAcceptance, AwardWithdrawal
from facility.awards.models.decision import ReserveEntry
from facility.awards.pages.acceptance import NOT_ACCEPTED
from facility.awards.service.acceptance import remind_of_acceptances
from facility.awards.service.accepting import accept_award
from facility.awards.service.consequences import of_withdrawing
from facility.awards.service.ending import withdraw_award
from facility.awards.service.signing import record_signature
from facility.awards.service.withdrawal import propose_withdrawal, settle_withdrawal
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database
from facility.events.models import EventRow
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all
from facility.letters.models import Letter
from facility.outbox.models import Mail, MailState
from facility.proposals import Settlement
from facility.refused import Refused
from tests.browser import Browsers, says, states, work
from tests.calls.reading import mails, refused
from tests.judging import DECIDED, Judging
from tests.prepared import built_once

RULES = AfterDecision(accept_days=14, reserve_days=60)
LAST = date(2021, 9, 15)
"""Fourteen days after the decision."""
REMINDED = datetime(2021, 9, 10, 6, tzinfo=UTC)
"""Three days before is a Sunday: the Friday before it, at 08:00 in Brussels."""
LATE = datetime(2021, 9, 16, 8, tzinfo=UTC)
SIGNS = {"signatory": "Drita Hoxha", "signatory_function": "Director"}


async def two(db: Database, rules: AfterDecision, at: datetime = DECIDED) -> Judging:
    """EUR 100: A has an award of 80, B waits for 60."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="100.00", after_decision=rules)
    await made.apply("A", "80.00")
    await made.apply("B", "60.00")
    await made.close()
    await made.score("elena", "A", "16", "70")
    await made.score("elena", "B", "16", "60")
    await made.decide(at=at)
    return made


@built_once
async def play(db: Database) -> Judging:
    """Decided in the past."""
    return await two(db, RULES)


@built_once
async def today(db: Database) -> Judging:
    """Decided now, so that pages and clocks agree."""
    return await two(db, RULES, clock.now())


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def acceptance(play: Judging, name: str = "A") -> AwardAcceptance:
    return await play.row(AwardAcceptance, (await play.award(name)).id)


async def letter(play: Judging, name: str, kind: str) -> dict[str, object]:
    async with play.db.reader() as read:
        query = select(Letter.data).where(
            Letter.application_id == play.applications[name], Letter.kind == kind
        )
        data: dict[str, object] = (await read.execute(query)).scalar_one()
        return data


async def sign(play: Judging, name: str, at: datetime = DECIDED) -> None:
    key = (await play.award(name)).id
    await play.act("ada", lambda tx: record_signature(tx, key, signed_on=at.date(), subject="Workshops"), at)


async def lapses(play: Judging, at: datetime = LATE, by: str = "ada") -> tuple[UUID, UUID]:
    """The award, and the proposal that it lapses."""
    key = (await play.award("A")).id
    made = await play.act(by, lambda tx: propose_withdrawal(tx, key, reason="Silence.", lapse=True), at)
    return key, made.id


async def test_the_lead_accepts_and_names_who_signs(play: Judging, db: Database) -> None:
    pending = await acceptance(play)
    assert (pending.accept_by, pending.remind_at, pending.outcome) == (LAST, REMINDED, None)
    stated = await letter(play, "A", "award")
    assert (stated["accept_by"], stated["valid_until"]) == ("2021-09-15", None)
    key = play.applications["A"]
    assert await refused(
        play, "omar", lambda tx: accept_award(tx, key, signatory=" ", signatory_function=""), DECIDED
    ) == [("who_signs_missing", "signatory"), ("who_signs_missing", "signatory_function")]
    assert await refused(
        play,
        "ada",
        lambda tx: record_signature(tx, pending.award_id, signed_on=DECIDED.date(), subject="W."),
        DECIDED,
    ) == [("award_not_accepted", None)]
    await play.act("omar", lambda tx: accept_award(tx, key, **SIGNS))
    settled = await acceptance(play)
    assert (settled.outcome, settled.signatory, settled.signatory_function, settled.settled_by) == (
        *("accepted", "Drita Hoxha", "Director"),
        play.people["omar"],
    )
    assert await mails(db, "awards/accepted") == [
        ("awards/accepted", f"{name}@example.org") for name in ("ada", "vera")
    ]
    assert await refused(play, "omar", lambda tx: accept_award(tx, key, **SIGNS), DECIDED) == [
        ("nothing_to_accept", None)
    ]
    await sign(play, "A")
    await clean(db)


async def test_a_refused_award_serves_the_reserve_at_once_and_asks_the_next(
    play: Judging, db: Database
) -> None:
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff."))
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded"}
    assert ((await acceptance(play)).outcome, (await acceptance(play, "B")).accept_by) == ("refused", LAST)
    assert (await letter(play, "B", "award"))["accept_by"] == "2021-09-15"
    await clean(db)


async def test_who_does_not_answer_is_reminded_once_and_two_people_let_the_award_lapse(
    play: Judging, db: Database
) -> None:
    assert await remind_of_acceptances(db, REMINDED - timedelta(seconds=1)) == 0
    assert [await remind_of_acceptances(db, REMINDED) for _ in range(2)] == [1, 0]
    await deliver_all(db, lambda: REMINDED)
    assert await mails(db, "awards/accept_reminder") == [("awards/accept_reminder", "omar@example.org")]
    key = (await play.award("A")).id
    in_time = datetime(2021, 9, 15, 21, 59, tzinfo=UTC)
    assert await refused(
        play, "ada", lambda tx: propose_withdrawal(tx, key, reason="Silence.", lapse=True), in_time
    ) == [("still_time_to_accept", None)]
    _key, proposal = await lapses(play)
    assert await mails(db, "awards/withdrawal_proposed") == [
        ("awards/withdrawal_proposed", f"{name}@example.org") for name in ("ines", "paul")
    ]
    for outcome in (Settlement.AGREED, Settlement.REFUSED):
        assert await refused(
            play,
            "ada",
            lambda tx, outcome=outcome: settle_withdrawal(
                tx, key, proposal, outcome, answer="No.", lapse=True
            ),  # type: ignore[misc]
            LATE,
        ) == [("same_person", None)]
    served = await play.act(
        "paul", lambda tx: settle_withdrawal(tx, key, proposal, Settlement.AGREED, lapse=True), LATE
    )
    assert served == [play.applications["B"]]
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded"}
    assert (await acceptance(play)).outcome == "lapsed"
    assert (await acceptance(play, "B")).accept_by == date(2021, 9, 30)
    async with db.reader() as read:
        settled = select(EventRow.data).where(EventRow.kind == "AcceptanceSettled")
        (data,) = (await read.execute(settled)).scalars()
    assert (data["outcome"], data["late"]) == ("lapsed", True)
    await clean(db)


async def test_a_late_acceptance_counts_until_it_is_decided_and_ends_the_proposal(
    play: Judging, db: Database
) -> None:
    key, proposal = await lapses(play)
    await play.act("omar", lambda tx: accept_award(tx, play.applications["A"], **SIGNS), LATE)
    assert (await play.row(AwardWithdrawal, proposal)).outcome == "lapsed"
    assert await refused(
        play,
        "paul",
        lambda tx: settle_withdrawal(tx, key, proposal, Settlement.AGREED, lapse=True),
        LATE,
    ) == [("proposal_settled", None)]
    assert await refused(
        play, "ada", lambda tx: propose_withdrawal(tx, key, reason="Silence.", lapse=True), LATE
    ) == [("nothing_to_accept", None)]
    assert await play.statuses() == {"A": "awarded", "B": "reserve"}
    await clean(db)


async def test_of_accepting_and_letting_lapse_at_once_one_happens(play: Judging, db: Database) -> None:
    key, proposal = await lapses(play)
    outcomes = await asyncio.gather(
        play.act("omar", lambda tx: accept_award(tx, play.applications["A"], **SIGNS), LATE),
        play.act(
            "paul", lambda tx: settle_withdrawal(tx, key, proposal, Settlement.AGREED, lapse=True), LATE
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    became = (await acceptance(play)).outcome
    statuses = {"accepted": ("awarded", "reserve"), "lapsed": ("withdrawn", "awarded")}
    assert tuple((await play.statuses()).values()) == statuses[str(became)]
    await clean(db)


async def test_an_award_that_ends_otherwise_asks_nobody_any_more(play: Judging, db: Database) -> None:
    await play.withdraw_award("A", "The institution was dissolved.")
    assert (await acceptance(play)).outcome == "ended"
    assert await remind_of_acceptances(db, REMINDED) == 1  # B, who got the award, on the same days
    await clean(db)


async def test_reconcile_names_an_acceptance_that_its_award_contradicts(play: Judging, db: Database) -> None:
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff."))
    await clean(db)
    key = (await play.award("A")).id
    for broken, mistake in (
        ("outcome = NULL, settled_at = NULL", "its acceptance is open, and it withdrawn"),
        ("outcome = 'ended', settled_at = now()", None),
    ):
        async with db.transaction(now=DECIDED) as tx:
            await tx.session.execute(
                text(f"UPDATE award_acceptance SET {broken} WHERE award_id = :key"), {"key": key}
            )
        wrong = (await reconcile(db))["awards: acceptances and awards"]
        assert wrong == ([f"award {key}: {mistake}"] if mistake else [])


async def test_a_call_that_says_nothing_asks_nothing(db: Database) -> None:
    play = await two(db, AfterDecision())
    async with db.reader() as read:
        assert (await read.execute(select(AwardAcceptance.award_id))).all() == []
        assert (await read.execute(select(ReserveEntry.valid_until))).scalars().all() == [None]
    stated = await letter(play, "A", "award")
    assert (stated["accept_by"], stated.get("complain_until")) == (
        None,
        None,
    )
    await sign(play, "A")
    far = DECIDED + timedelta(days=4000)
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff."), far)
    assert (await play.statuses())["B"] == "awarded"


async def test_nobody_is_served_once_the_reserve_list_has_ended(play: Judging, db: Database) -> None:
    ends = date(
        2021, 11, 3
    )  # sixty days lead to a Sunday, then come two holidays and a Monday that is no third
    entry = await play.row(ReserveEntry, play.applications["B"])
    stated = await letter(play, "B", "reserve")
    assert (entry.valid_until, stated["valid_until"]) == (ends, ends.isoformat())
    last = datetime(2021, 11, 3, 22, 59, tzinfo=UTC)
    key = (await play.award("A")).id
    for at, expected in ((last, ["B"]), (last + timedelta(minutes=1), [])):
        async with db.reader() as read:
            consequence = await of_withdrawing(read, key, at)
        assert [served.reference for served in consequence.served] == expected
    after = last + timedelta(minutes=1)
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff."), after)
    assert await play.statuses() == {"A": "withdrawn", "B": "reserve"}
    assert await play.enlarge("300.00", at=after) == []
    assert await play.free() == Decimal("300.00")
    await clean(db)


async def test_the_pages_of_the_lead(today: Judging, browse: Browsers) -> None:
    here = f"/applications/{today.applications['A']}/result"
    omar, arta, ada = [await browse(today.people[name]) for name in ("omar", "arta", "ada")]
    assert "awards-to-accept" in work(await omar.get("/"))
    assert "awards-to-accept" not in work(await arta.get("/"))
    assert "awards-whose-agreement-is-to-be-signed" not in work(await ada.get("/"))
    assert "awards-that-leads-have-to-accept" in work(await ada.get("/"))
    page = (await omar.get(here)).text
    assert ("Accept the award" in page, "Refuse the award" in page) == (True, True)
    assert "Accept the award" not in (await arta.get(here)).text
    assert (await arta.send_form(f"{here}/accept", SIGNS)).status_code in (403, 404)
    wrong = await omar.send_form(f"{here}/accept", {**SIGNS, "signatory": ""})
    assert (wrong.status_code, 'value="Director"' in wrong.text) == (422, True)
    assert (await omar.send_form(f"{here}/accept", SIGNS)).status_code == 303
    assert "Signs: Drita Hoxha, Director" in (await omar.get(here)).text
    assert "Signs: Drita Hoxha, Director" in (await ada.get(f"/awards/{(await today.award('A')).id}")).text
    assert "awards-to-accept" not in work(await omar.get("/"))
    assert "awards-whose-agreement-is-to-be-signed" in work(await ada.get("/"))
    assert "awards-that-leads-have-to-accept" not in work(await ada.get("/"))
    waiting = (await omar.get(f"/applications/{today.applications['B']}/result")).text
    assert "Reserve list valid until" in waiting


async def unasked(play: Judging) -> UUID:
    """An award of a call that asks nobody to accept."""
    await play.envelope("Other", amount="100.00")
    await play.call("OTHER", amount="100.00", envelope="Other")
    await play.apply("O", "50.00", call="OTHER")
    await play.close("OTHER")
    await play.score("elena", "O", "16", "70")
    await play.decide("OTHER")
    return (await play.award("O")).id


async def test_the_pages_of_a_lapse(db: Database, browse: Browsers) -> None:
    play = await two(db, RULES, clock.now() - timedelta(days=20))
    key = (await play.award("A")).id
    here = f"/awards/{key}/lapse"
    ada, vera, paul, omar = [await browse(play.people[name]) for name in ("ada", "vera", "paul", "omar")]
    assert "awards-that-were-not-accepted-in-time" in work(await ada.get("/"))
    result = f"/applications/{play.applications['A']}/result"
    assert "acceptance-overdue" in states(await omar.get(result))
    proposing = await ada.get(here)
    assert (says(proposing, NOT_ACCEPTED), states(proposing)) == (True, [])
    async with db.transaction(now=clock.now()) as tx:
        failed = update(Mail).where(Mail.template == "awards/award")
        await tx.session.execute(failed.values(error="550 unknown", state=MailState.PARKED))
    assert states(await ada.get(here)) == ["letter-undelivered"]
    assert (await ada.send_form(here, {"reason": ""})).status_code == 422
    other = f"/awards/{await unasked(play)}/lapse"
    assert [(await ada.get(other)).status_code, (await ada.send_form(other)).status_code] == [409, 409]
    sent = await ada.send_form(here, {"reason": "No answer, no phone."})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{here}/proposal")
    assert "awards-that-were-not-accepted-in-time" not in work(await vera.get("/"))
    assert "awards-that-are-proposed-to-lapse" in work(await paul.get("/"))
    assert (await vera.get(f"/awards/{key}/withdrawal")).status_code == 409
    assert "authorising-officer-decides" in states(await vera.get(f"{here}/proposal"))
    page = (await paul.get(f"{here}/proposal")).text
    assert "Joint work B" in page
    async with db.reader() as read:
        proposal = (await read.execute(select(AwardWithdrawal.id))).scalar_one()
        seen = (await of_withdrawing(read, key)).fingerprint
    form = {"proposal": str(proposal), "seen": seen}
    assert (await vera.send_form(f"{here}/proposal/agree", form)).status_code == 403
    assert (await vera.send_form(f"/awards/{key}/withdrawal/agree", form)).status_code == 404
    assert (
        await paul.send_form(f"{here}/proposal/refuse", {"proposal": form["proposal"], "answer": ""})
    ).status_code == 422
    assert (await paul.send_form(f"{here}/proposal/agree", form)).status_code == 303
    assert await play.statuses() == {"A": "withdrawn", "B": "awarded", "O": "awarded"}
    assert "Lapsed: not accepted in time" in (await ada.get(f"/awards/{key}")).text
