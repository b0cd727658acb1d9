"""An award on an approved exception: proposed by one, decided by another, out of the envelope; never ranked, never for 10.1."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from facility.activities.queries.counting import counting_of
from facility.activities.service.activities import ActivityDraft, plan_activity
from facility.admission.rules.consultation import ConsulteeKind
from facility.admission.service.consultations import answer_consultation, start_consultations
from facility.admission.service.consultees import ConsulteeData, add_consultee
from facility.admission.service.exceptions import decide_exception
from facility.applications.rules.activities import ActivityKind
from facility.applications.service.documents import record_consultation
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.awards.models.award import Award, ExceptionalAward
from facility.awards.service.ending import withdraw_award
from facility.awards.service.exceptional import propose_exceptional, settle_exceptional
from facility.db import Database, Tx
from facility.events.reconcile import reconcile
from facility.events.relay import follow
from facility.monitoring.queries.lists import calls
from facility.monitoring.service.indicators import seed
from facility.proposals import Settlement
from facility.story.drafts import write_draft
from facility.web.pictures import overview_of
from tests.browser import Browsers, states, work
from tests.calls.reading import mails, refused
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import built_once

REASON = "The team works with all neighbours."


async def excepted(play: Judging, name: str, requested: str, *, call: str = "TAF-2021-01") -> UUID:
    """An exception of Albania's police, handed in."""

    async def enter(tx: Tx) -> UUID:
        own = play.part("AL", "lead", requested)
        call_id = play.calls[call]
        draft = await write_draft(tx, call_id, f"Alone {name}", own, [], reference=name, track="exception")
        await record_consultation(tx, draft.id, "We wrote to the Delegation in June.")
        await submit(tx, draft.id, received_at=CLOSES - timedelta(days=1))
        return draft.id

    play.applications[name] = await play.act("omar", enter, CLOSES - timedelta(days=1))
    return play.applications[name]


async def approve(play: Judging, key: UUID) -> None:
    """Vera consults, and Paul approves it."""

    async def consult(tx: Tx) -> UUID:
        office = ConsulteeData(
            name=f"Office on {key}", kind=ConsulteeKind.DELEGATION, email="office@example.org"
        )
        (made,) = await start_consultations(tx, key, [(await add_consultee(tx, office)).id], days=5)
        return made.id

    consultation = await play.act("vera", consult)
    await play.act(None, lambda tx: answer_consultation(tx, consultation, objects=False, name="Eva"))
    await play.act("paul", lambda tx: decide_exception(tx, key, approved=True, reason="Urgent."))


@built_once
async def play(db: Database) -> Judging:
    """EUR 100, of which the call gives 80: A has them, and B waits for 15; E and F, asking for 20 and for 10, are approved as
    exceptions."""
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="80.00")
    await made.apply("A", "80.00")
    await made.apply("B", "15.00")
    exceptions = [
        await excepted(made, name, requested) for name, requested in (("E", "20.00"), ("F", "10.00"))
    ]
    await made.close()
    await made.score("elena", "A", "16", "70")
    await made.score("elena", "B", "16", "60")
    await made.decide()
    for key in exceptions:
        await approve(made, key)
    return made


async def proposed(play: Judging, name: str = "E") -> tuple[UUID, UUID]:
    """The application, and Ada's proposal to award it."""
    key = play.applications[name]
    return key, (await play.act("ada", lambda tx: propose_exceptional(tx, key, reason=REASON))).id


async def settled(
    play: Judging, key: UUID, proposal: UUID, outcome: Settlement, answer: str = ""
) -> Award | None:
    """What Paul says to it."""
    return await play.act("paul", lambda tx: settle_exceptional(tx, key, proposal, outcome, answer=answer))


async def clean(db: Database) -> None:
    assert {name: wrong for name, wrong in (await reconcile(db)).items() if wrong} == {}


async def value(db: Database, statement: str, key: UUID) -> object:
    async with db.reader() as connection:
        return await connection.scalar(text(statement), {"key": key})


async def test_one_proposes_another_makes_the_award(play: Judging, db: Database) -> None:
    key, proposal = await proposed(play)
    assert (await proposed(play))[1] == proposal
    assert await mails(db, "awards/exceptional_proposed") == [
        ("awards/exceptional_proposed", f"{name}@example.org") for name in ("ines", "paul")
    ]

    async def agree(tx: Tx) -> None:
        await settle_exceptional(tx, key, proposal, Settlement.AGREED)

    for name in ("ada", "vera"):  # the one proposed it, the other held a consultation
        assert await refused(play, name, agree, DECIDED) == [("same_person", None)]
    made = await settled(play, key, proposal, Settlement.AGREED)
    assert made is not None
    assert (await play.statuses())["E"] == "awarded"
    award = await play.row(Award, made.id)
    assert (award.amount, award.committed, award.exceptional) == (Decimal(20), Decimal(20), True)
    assert await refused(play, "ines", agree, DECIDED) == [("wrong_status", None)]
    ranked = "SELECT count(*) FROM ranking_entry WHERE application_id = :key"
    letter = "SELECT data ->> 'amount' FROM letter WHERE application_id = :key AND kind = 'exceptional_award'"
    assert (await value(db, ranked, key), await value(db, letter, key)) == (0, "20.00")
    assert await mails(db, "awards/exceptional") == [("awards/exceptional", "omar@example.org")]
    assert await mails(db, "awards/proposal_decided") == [("awards/proposal_decided", "ada@example.org")]
    await clean(db)


async def test_what_asks_by_way_of_exception_is_counted_apart_at_every_step(
    play: Judging, db: Database, browse: Browsers
) -> None:
    competing = [2, 2, 2, 1]
    await play.act(None, seed)  # the indicators, without which there is no page of the Commission
    carl = await browse(play.people["carl"])
    here, pages = play.calls["TAF-2021-01"], ("/commission", "/commission/calls")
    assert await drawn(play) == (competing, [2, 2, 0])
    assert await counted(play) == ((2, 1, Decimal(80)), (2, 0, Decimal(0)))
    assert {*states((await carl.get(pages[0])).text)} & APART == {"exceptions-received"}
    key, proposal = await proposed(play)
    await settled(play, key, proposal, Settlement.AGREED)
    await play.act("omar", lambda tx: withdraw_award(tx, play.applications["A"], "No staff."))
    assert await drawn(play) == ([2, 2, 2, 2], [2, 2, 1])
    assert await counted(play) == ((2, 2, Decimal(15)), (2, 1, Decimal(20)))
    for page in pages:
        text = (await carl.get(page)).text
        assert {*states(text)} & APART == APART
        for track in ("joint", "exception"):
            assert f"/applications/received?call=TAF-2021-01&amp;track={track}" in text
    assert "20.00" in (await carl.get("/commission/exports/calls.csv")).text
    assert (await carl.get(f"/staff/calls/{here}")).text.count('class="bars"') == 4 + 3 + 2
    await play.act("omar", lambda tx: withdraw_award(tx, key, "No staff."))
    assert await drawn(play) == ([2, 2, 2, 2], [2, 2, 1])
    assert await counted(play) == ((2, 2, Decimal(15)), (2, 1, Decimal(0)))
    await clean(db)


APART = {"exceptions-received", "exceptions-awarded", "exceptions-committed"}


async def drawn(play: Judging) -> tuple[list[int], list[int]]:
    """The steps in the call's overview: of what competes, and of exceptions."""
    async with play.db.reader() as connection:
        overview = await overview_of(connection, play.calls["TAF-2021-01"], play.people["carl"])
    competing, exceptions = (
        [number for _, number in steps] for steps in (overview.levels, overview.exceptions)
    )
    return competing, exceptions


async def counted(play: Judging) -> tuple[tuple[int, int, Decimal], tuple[int, int, Decimal]]:
    """Received, awarded and committed on the Commission's page, likewise."""
    await follow(play.db)
    async with play.db.reader() as connection:
        ((line,), _) = await calls(connection)
    apart = (line.exceptions_received, line.exceptions_awarded, line.exceptions_committed)
    return (line.received, line.awarded, line.committed), apart


async def test_an_exception_withdrawn_before_its_award_did_not_come_in(db: Database) -> None:
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="100.00")
    await made.call(amount="80.00")
    key = await excepted(made, "E", "20.00")
    assert (await drawn(made), (await counted(made))[1][0]) == (([0], [1, 0, 0]), 1)
    await made.act("omar", lambda tx: withdraw(tx, key), CLOSES)
    assert (await drawn(made), (await counted(made))[1][0]) == (([0], [0, 0, 0]), 0)
    await made.act("omar", lambda tx: take_up_again(tx, key), CLOSES)
    assert await counted(made) == ((0, 0, Decimal(0)), (0, 0, Decimal(0)))
    await clean(db)


async def test_the_envelope_cannot_be_overspent(play: Judging, db: Database) -> None:
    key, proposal = await proposed(play)
    other, first = await proposed(play, "F")
    await settled(play, other, first, Settlement.AGREED)
    assert await refused(
        play, "paul", lambda tx: settle_exceptional(tx, key, proposal, Settlement.AGREED), DECIDED
    ) == [("too_little_money", None)]
    assert (await play.row(ExceptionalAward, proposal)).outcome is None
    await clean(db)


async def test_it_is_refused_for_a_reason_or_taken_back(play: Judging, db: Database) -> None:
    key, proposal = await proposed(play)
    assert await refused(
        play, "paul", lambda tx: settle_exceptional(tx, key, proposal, Settlement.REFUSED), DECIDED
    ) == [("reason_missing", "answer")]
    await settled(play, key, proposal, Settlement.REFUSED, answer="Next year.")
    _key, second = await proposed(play)
    await play.act("ada", lambda tx: settle_exceptional(tx, key, second, Settlement.TAKEN_BACK))
    rows = [await play.row(ExceptionalAward, proposal_id) for proposal_id in (proposal, second)]
    assert [row.outcome for row in rows] == ["refused", "taken back"]
    assert (await play.statuses())["E"] == "exception_approved"
    await clean(db)


async def test_its_activities_never_count_and_its_end_frees_the_envelope(play: Judging, db: Database) -> None:
    key, proposal = await proposed(play)
    await settled(play, key, proposal, Settlement.AGREED)
    day = (DECIDED + timedelta(days=40)).date()
    draft = ActivityDraft(
        application_id=key,
        kind=ActivityKind.WORKSHOP,
        title="Alone",
        place="Tirana",
        starts_on=day,
        ends_on=day,
    )
    planned = await play.act("omar", lambda tx: plan_activity(tx, draft))
    async with db.reader() as connection:
        assert await counting_of(connection) == {planned.id: "exceptional"}
    served = await play.act("omar", lambda tx: withdraw_award(tx, key, "No staff."))
    assert served == []
    assert await play.free() == Decimal("20.00")
    await clean(db)


async def test_the_pages_lead_from_the_approval_to_the_plan(
    play: Judging, db: Database, browse: Browsers
) -> None:
    key = play.applications["E"]
    here = f"/applications/{key}/exceptional-award"
    ada, paul, omar = [await browse(play.people[name]) for name in ("ada", "paul", "omar")]
    assert "approved-exceptions-without-an-award" in work(await ada.get("/"))
    assert here in (await ada.get(f"/applications/{key}")).text
    assert (await ada.send_form(here, {"reason": " "})).status_code == 422
    assert (await ada.send_form(here, {"reason": REASON})).headers["location"] == here
    assert "awards-on-exceptions-that-you-propose" in work(await ada.get("/"))
    assert "awards-on-exceptions-that-a-colleague-proposes" in work(await paul.get("/"))
    page = await paul.get(here)
    assert REASON in page.text
    proposal = await value(db, "SELECT id FROM exceptional_award WHERE application_id = :key", key)
    changed = await paul.send_form(f"{here}/agree", {"proposal": str(proposal), "seen": "19.00"})
    assert changed.status_code == 409
    made = await paul.send_form(f"{here}/agree", {"proposal": str(proposal), "seen": "20.00"})
    assert made.headers["location"] == f"/applications/{key}/result"
    assert "20.00" in (await omar.get(f"/applications/{key}/result")).text
    assert f"/applications/{key}/activities/new" in (await omar.get(f"/applications/{key}")).text
    assert (await paul.get(here)).status_code == 409
    await clean(db)
