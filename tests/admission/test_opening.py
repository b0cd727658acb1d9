"""Sealed until two people have opened the call together, and the minutes of that."""

import asyncio
import io
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text, update

from facility import clock
from facility.admission.checks import openings, sealed
from facility.admission.models.opening import OpeningSession
from facility.admission.rules.opening import SESSION
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, minutes_hash, start_opening
from facility.applications.models.application import Application, LateAttempt
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import take_up_again, withdraw
from facility.calls.models.call import Call
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.events.log import history
from facility.refused import Refused
from facility.web.deadlines import deadlines_of
from tests.admission.review import alone
from tests.applications.conftest import CLOSES, NOW, Stage, open_call
from tests.browser import Browsers, gives_reason, states

LATER = CLOSES + timedelta(hours=3)


@pytest.fixture
async def submitted(db: Database, stage: Stage, confirmed: UUID) -> UUID:
    """The application, handed in; the call closed."""
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        await submit(tx, confirmed, received_at=NOW)
    async with db.transaction(now=CLOSES) as tx:
        await close_call(tx, stage.call, due_at=CLOSES)
    return confirmed


async def codes(db: Database, actor: UUID, what: str, stage: Stage, at: object = LATER) -> tuple[str, ...]:
    """What a step is refused for; () where it is done."""
    command = start_opening if what == "start" else confirm_opening
    try:
        async with db.transaction(now=at, actor=actor) as tx:  # type: ignore[arg-type]
            await command(tx, stage.call)
    except Refused as refused:
        return refused.codes
    return ()


async def test_two_different_people_open_it_while_the_session_lasts(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    assert await codes(db, stage.anna, "confirm", stage) == ("opening_not_started",)
    assert await codes(db, stage.sara, "start", stage) == ()
    assert await codes(db, stage.sara, "confirm", stage) == ("same_person",)
    assert await codes(db, stage.anna, "start", stage) == ("opening_under_way",)
    over = LATER + SESSION + timedelta(microseconds=1)
    assert await codes(db, stage.anna, "confirm", stage, over) == ("opening_ended",)
    assert await codes(db, stage.anna, "start", stage, over) == ()
    assert await codes(db, stage.sara, "confirm", stage, over + SESSION) == ()
    assert await codes(db, stage.anna, "start", stage, over) == ("already_opened",)
    assert await codes(db, stage.anna, "confirm", stage, over) == ("already_opened",)
    async with db.transaction(now=LATER) as tx:
        call = await tx.get(Call, stage.call)
        application = await tx.get(Application, submitted)
        session = (await tx.session.scalars(select(OpeningSession).order_by(OpeningSession.number))).all()[1]
    assert call.opened_at == application.opened_at == session.confirmed_at == over + SESSION
    async with db.reader() as connection:
        kinds = [type(recorded.event).__name__ for recorded in await history(connection, stage.call)]
        last = (await history(connection, stage.call))[0].event
        assert await openings(connection) == await sealed(connection) == []
    assert kinds[:3] == ["CallOpened", "OpeningStarted", "OpeningStarted"]
    assert session.minutes is not None
    assert last.minutes == minutes_hash(session.minutes)  # type: ignore[attr-defined]


async def test_an_open_call_is_not_opened(db: Database, stage: Stage) -> None:
    assert await codes(db, stage.sara, "start", stage, NOW) == ("call_not_closed",)


async def test_what_is_withdrawn_meanwhile_makes_the_session_begin_anew(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    assert await codes(db, stage.sara, "start", stage) == ()
    async with db.transaction(now=LATER, actor=stage.omar) as tx:
        await withdraw(tx, submitted)
    assert await codes(db, stage.anna, "confirm", stage) == ("changed_since_shown",)
    assert await codes(db, stage.sara, "start", stage) == ()
    assert await codes(db, stage.anna, "confirm", stage) == ()
    async with db.transaction(now=LATER) as tx:
        minutes = (
            await tx.session.scalars(select(OpeningSession.minutes).order_by(OpeningSession.number))
        ).all()[1]
    assert minutes is not None
    assert [row["withdrawn_at"] is not None for row in minutes["listed"]["received"]] == [True]


async def test_two_who_begin_or_confirm_at_once_make_one_session_and_one_opening(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    begun = await asyncio.gather(codes(db, stage.sara, "start", stage), codes(db, stage.anna, "start", stage))
    assert sorted(begun) == [(), ("opening_under_way",)]
    starter = stage.sara if begun[0] == () else stage.anna
    second = stage.anna if starter == stage.sara else stage.sara
    done = await asyncio.gather(codes(db, second, "confirm", stage), codes(db, stage.carl, "confirm", stage))
    assert sorted(done) == [(), ("already_opened",)]
    async with db.transaction(now=LATER) as tx:
        assert len((await tx.session.scalars(select(OpeningSession))).all()) == 1


async def test_nothing_is_judged_or_taken_in_against_the_seal(
    db: Database, stage: Stage, submitted: UUID, draft: UUID
) -> None:
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=LATER, actor=stage.sara) as tx:
            await check_admissibility(tx, submitted, admissible=True)
    assert refused.value.codes == ("not_opened",)
    await open_call(db, stage, LATER)
    async with db.transaction(now=LATER, actor=stage.sara) as tx:
        await check_admissibility(tx, submitted, admissible=True)
    # In time, but its turn comes only when the call has been opened: the list of the minutes stays whole.
    async with db.transaction(now=LATER) as tx:
        await tx.session.execute(
            update(Application)
            .where(Application.id == submitted)
            .values(status="draft", received_at=None, fingerprint=None, opened_at=None)
        )
    with pytest.raises(Refused) as refused:
        async with db.transaction(now=LATER, actor=stage.omar) as tx:
            await submit(tx, submitted, received_at=CLOSES)
    assert refused.value.codes == ("call_opened",)


async def test_what_is_taken_up_again_is_sealed_again(db: Database, stage: Stage, confirmed: UUID) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        application = await submit(tx, confirmed, received_at=NOW)
        application.opened_at = NOW
        await withdraw(tx, confirmed)
        assert (await take_up_again(tx, confirmed)).opened_at is None


async def hand_in_late(db: Database, stage: Stage, submitted: UUID, browse: Browsers) -> None:
    """The application, a draft again, is handed in after the deadline and refused."""
    async with db.transaction(now=LATER) as tx:
        await tx.session.execute(
            update(Application)
            .where(Application.id == submitted)
            .values(status="draft", received_at=None, fingerprint=None)
        )
        version = (await tx.get(Application, submitted)).version
    omar = await browse(stage.omar)
    form = {"signatory_name": "Omar Hoxha", "signatory_function": "Head", "version": str(version)}
    declared = ("true_and_complete", "mandate", "no_double_funding", "nothing_classified")
    late = await omar.send_form(f"/applications/{submitted}/submit", form | dict.fromkeys(declared, "yes"))
    assert late.status_code == 409
    assert gives_reason(late, "late")


async def test_a_late_submission_leaves_a_trace(
    db: Database, stage: Stage, submitted: UUID, browse: Browsers
) -> None:
    before = clock.now()
    await hand_in_late(db, stage, submitted, browse)
    async with db.transaction(now=LATER) as tx:
        trace = (await tx.session.scalars(select(LateAttempt))).one()
        assert (await tx.get(Application, submitted)).status == "draft"
    assert trace.at >= before
    assert "late" in trace.reasons
    async with db.reader() as connection:
        event = (await history(connection, submitted))[0].event
    assert (type(event).__name__, event.at) == ("LateSubmissionRefused", trace.at)  # type: ignore[attr-defined]


async def test_two_open_on_one_page_and_what_came_too_late_stands_in_the_minutes(
    db: Database, stage: Stage, submitted: UUID, browse: Browsers
) -> None:
    await hand_in_late(db, stage, submitted, browse)
    sara, anna, carl = await browse(stage.sara), await browse(stage.anna), await browse(stage.carl)
    here = f"/openings/{stage.call}"
    assert (await carl.send_form(f"{here}/start")).status_code == 403
    assert "Begin the opening" not in (await carl.get(here)).text
    assert (await carl.get(f"{here}/minutes.pdf")).status_code == 404
    begun = await sara.send_form(f"{here}/start")
    assert begun.headers["location"] == here
    assert "Confirm and open" not in (await sara.get(here)).text
    page = (await anna.get(here)).text
    assert "Confirm and open" in page
    assert gives_reason(page, "late")
    async with db.transaction(now=LATER) as tx:
        session = (await tx.session.scalars(select(OpeningSession.id))).one()
    assert (await sara.send_form(f"{here}/confirm", {"session": str(session)})).status_code == 403
    assert (await anna.send_form(f"{here}/confirm", {"session": str(stage.call)})).status_code == 409
    assert (await anna.send_form(f"{here}/confirm", {"session": str(session)})).status_code == 303
    opened = (await carl.get(here)).text
    assert "opened" in states(opened)
    assert opened.index("Sara Lind") < opened.index("Anna Weiss")
    assert 'href="/applications/received?call=TAF-2021-01"' in opened
    assert (await carl.get("/applications/received?call=TAF-2021-01")).status_code == 200
    paper = await carl.get(f"{here}/minutes.pdf")
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    for phrase in (
        "TAF-2021-01/OPENING-1",
        "Sara Lind",
        "Anna Weiss",
        "Brussels time",
        "TAF-2021-01/001",
        "(late)",
    ):
        assert phrase in words
    assert "Firearms" not in words


async def test_reconcile_sees_what_was_opened_behind_the_log(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    await open_call(db, stage, LATER)
    async with db.transaction(now=LATER) as tx:
        await tx.session.execute(text('UPDATE opening_session SET minutes = minutes || \'{"call": "X"}\''))
        await tx.session.execute(
            text("UPDATE application SET opened_at = NULL, status = 'admissible' WHERE id = :id"),
            {"id": submitted},
        )
    async with db.reader() as connection:
        assert await openings(connection) == [f"call {stage.call}: its opening is not what the log tells"]
        assert await sealed(connection) == [
            "application TAF-2021-01/001: read before it was opened, or opened before it came in"
        ]


async def test_applicants_to_inform_are_those_of_the_competition(
    db: Database, stage: Stage, submitted: UUID
) -> None:
    """An exception for a single beneficiary is decided on its own."""
    await alone(db, stage)
    async with db.reader() as connection:
        (inform,) = await deadlines_of(connection, stage.call, CLOSES.date())
    assert (inform.number, inform.of) == (0, 1)
