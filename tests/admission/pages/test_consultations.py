"""Consultations on their pages, and a consultee's link: who sees what, and that looking changes nothing."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from facility import clock
from facility.admission.models.consultation import Consultation
from facility.admission.service.consultations import end_consultations_due
from facility.applications.service.submission import submit
from facility.calls.service.closing import close_call
from facility.db import Database
from facility.events.relay import deliver_all
from facility.forms.checks import Answers
from tests.admission.review import alone, consult, link_to, offices
from tests.applications.conftest import Stage, Times, open_call
from tests.browser import Browsers, states, work
from tests.statements import count_statements

SECRET_ORIGIN = "A case that nobody else may know of"


@pytest.fixture
async def request_id(db: Database, stage: Stage, times: Times) -> UUID:
    """An exception that was handed in; its casework is confidential."""
    answers: dict[str, Answers] = {
        "ask": {"summary": "Analysts learn from each other.", "plan": "Two weeks in Rome."},
        "casework": {"casework_origin": SECRET_ORIGIN},
    }
    return await alone(db, stage, times.now, answers)


async def row_of(db: Database, key: UUID) -> Consultation:
    async with db.transaction(now=clock.now()) as tx:
        return await tx.get(Consultation, key)


async def events(db: Database) -> int:
    async with db.reader() as connection:
        return await connection.scalar(text("SELECT count(*) FROM event")) or 0


async def test_the_secretariat_asks_and_others_only_look(
    db: Database, stage: Stage, request_id: UUID, browse: Browsers
) -> None:
    sara, anna, carl = await browse(stage.sara), await browse(stage.anna), await browse(stage.carl)
    here = f"/applications/{request_id}/consultations"
    assert "There is nobody to consult yet" in (await sara.get(here)).text
    made = await sara.send_form(
        "/consultees", {"name": "EU Delegation", "kind": "delegation", "email": "d@example.org"}
    )
    assert made.status_code == 303
    consultee = re.search(r"/consultees/([0-9a-f-]{36})", (await sara.get("/consultees")).text)
    assert consultee is not None
    wrong = await sara.send_form(here, {"days": "0", "more_days": "x", "question": "Anything?"})
    assert wrong.status_code == 422
    assert "Anything?" in wrong.text
    sent = await sara.send_form(
        here, {"consultees": consultee[1], "days": "5", "more_days": "5", "question": "Does it duplicate?"}
    )
    assert sent.status_code == 303
    for browser in (anna, carl):
        page = (await browser.get(here)).text
        assert "EU Delegation" in page
        assert '/cancel"' not in page
        assert (await browser.send_form(here, {})).status_code == 403
    assert "EU Delegation" in (await sara.get("/consultations")).text
    assert "EU Delegation" in (await sara.get(f"/applications/{request_id}")).text


async def test_a_consultee_is_corrected_and_retired(db: Database, stage: Stage, browse: Browsers) -> None:
    sara = await browse(stage.sara)
    (key,) = await offices(db, 1)
    wrong = await sara.send_form(f"/consultees/{key}", {"name": "", "kind": "x", "email": "y"})
    assert wrong.status_code == 422
    form = {
        "name": "Unit for the region",
        "kind": "geographic_unit",
        "email": "unit@example.org",
        "beneficiary": "AL",
    }
    assert (await sara.send_form(f"/consultees/{key}", form)).status_code == 303
    page = (await sara.get("/consultees")).text
    assert "Retired" in page
    assert "Unit for the region" in page
    assert (await sara.get(f"/consultees/{stage.call}")).status_code == 404


async def test_looking_at_the_link_changes_nothing_and_shows_nothing_confidential(
    db: Database, stage: Stage, request_id: UUID, browse: Browsers
) -> None:
    (key,) = await consult(db, stage, request_id, await offices(db, 1), clock.now())
    path = await link_to(db, key)
    nobody = await browse()
    before = await events(db)
    for _ in range(3):
        page = await nobody.get(path)
        assert page.status_code == 200
    assert "Two weeks in Rome." in page.text
    assert SECRET_ORIGIN not in page.text
    assert "omar@example.org" not in page.text
    assert "We wrote to the Delegation" not in page.text
    assert (await events(db), (await row_of(db, key)).state) == (before, "open")
    assert (await nobody.get("/link/consultation/never-was")).status_code == 404
    assert (
        await nobody.send_form("/link/consultation/never-was", {"answer": "no_objection", "name": "E"})
    ).status_code == 404


async def test_a_consultee_takes_more_time_and_objects(
    db: Database, stage: Stage, request_id: UUID, browse: Browsers
) -> None:
    (key,) = await consult(db, stage, request_id, await offices(db, 1), clock.now())
    path = await link_to(db, key)
    nobody, sara = await browse(), await browse(stage.sara)
    first = (await row_of(db, key)).ends_at
    assert (await nobody.send_form(f"{path}/more")).status_code == 303
    assert (await row_of(db, key)).ends_at > first
    assert "Take more time" not in (await nobody.get(path)).text
    assert (await nobody.send_form(f"{path}/more")).status_code == 409
    wrong = await nobody.send_form(path, {"answer": "objection", "reason": "", "name": ""})
    assert wrong.status_code == 422
    sent = await nobody.send_form(path, {"answer": "objection", "reason": "R3 does this.", "name": "Eva"})
    assert sent.status_code == 303
    done = (await nobody.get(path)).text
    assert "your objection is saved" in done
    assert "Two weeks in Rome." not in done  # what was asked is not needed any more
    again = {"answer": "objection", "reason": "And R4, too.", "name": "Eva"}
    twice = await nobody.send_form(path, again)
    assert (twice.status_code, "And R4, too.</textarea>" in twice.text) == (409, True)  # to copy
    await deliver_all(db, clock.now)
    here = f"/applications/{request_id}/consultations"
    assert "R3 does this." in (await sara.get(here)).text
    assert "answers-of-consultees-to-check" in work(await sara.get("/"))
    answer = f"{here}/{key}/answer"
    assert (await sara.send_form(answer, {"answer": ""})).status_code == 422
    assert (await sara.send_form(answer, {"answer": "R3 ends in June."})).status_code == 303
    assert "R3 ends in June." in (await sara.get(here)).text
    assert "answers-of-consultees-to-check" not in work(await sara.get("/"))


async def test_after_the_period_the_link_says_so_and_takes_a_late_answer(
    db: Database, stage: Stage, request_id: UUID, browse: Browsers
) -> None:
    (key,) = await consult(db, stage, request_id, await offices(db, 1), clock.now() - timedelta(days=30))
    path = await link_to(db, key)
    nobody, sara = await browse(), await browse(stage.sara)
    assert "late" in states(await nobody.get(path))
    assert (await row_of(db, key)).state == "open"  # looking ends nothing; the scheduler does
    assert await end_consultations_due(db, clock.now()) == 1
    sent = await nobody.send_form(path, {"answer": "objection", "reason": "Too late?", "name": "Eva"})
    assert sent.status_code == 303
    assert "late_answered" in states(await nobody.get(path))
    here = f"/applications/{request_id}/consultations"
    assert "Answered late: an objection" in (await sara.get(here)).text
    assert (await sara.send_form(f"{here}/{key}/late")).status_code == 303
    assert (await row_of(db, key)).state == "objection"
    assert (await sara.send_form(f"{here}/{key}/late")).status_code == 409


async def test_consultations_are_called_off(
    db: Database, stage: Stage, request_id: UUID, browse: Browsers
) -> None:
    (key,) = await consult(db, stage, request_id, await offices(db, 1), clock.now())
    sara, nobody = await browse(stage.sara), await browse()
    path = await link_to(db, key)
    assert (await sara.send_form(f"/applications/{stage.call}/consultations/{key}/cancel")).status_code == 404
    assert (await sara.send_form(f"/applications/{request_id}/consultations/{key}/cancel")).status_code == 303
    assert "cancelled" in states(await nobody.get(path))
    assert (await nobody.send_form(path, {"answer": "no_objection", "name": "E"})).status_code == 409


async def test_joint_applications_stay_sealed(
    db: Database, stage: Stage, times: Times, confirmed: UUID, browse: Browsers
) -> None:
    sara = await browse(stage.sara)
    async with db.transaction(now=times.now) as tx:
        await submit(tx, confirmed, received_at=times.now)
    here = f"/applications/{confirmed}/consultations"
    assert (await sara.get(here)).status_code == 409
    async with db.transaction(now=times.closes + timedelta(seconds=1)) as tx:
        await close_call(tx, stage.call, due_at=times.closes)
    assert (await sara.get(here)).status_code == 409
    await open_call(db, stage, times.closes + timedelta(seconds=1))
    assert (await sara.get(here)).status_code == 200


async def test_lists_cost_the_same_for_one_row_and_three(
    db: Database, stage: Stage, request_id: UUID, browse: Browsers
) -> None:
    sara = await browse(stage.sara)
    counts = []
    for known, number in ((0, 1), (1, 3)):
        await consult(db, stage, request_id, (await offices(db, number))[known:], clock.now())
        for path in ("/consultations", f"/applications/{request_id}/consultations", "/consultees"):
            with count_statements(db) as statements:
                await sara.get(path)
            counts.append(len(statements))
    assert counts == [2, 4, 4] * 2


async def test_the_list_of_running_ones_goes_on_where_it_ended(
    db: Database, stage: Stage, request_id: UUID, browse: Browsers
) -> None:
    sara = await browse(stage.sara)
    await consult(db, stage, request_id, await offices(db, 27), clock.now())
    first = await sara.get("/consultations")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older is not None
    second = await sara.get(older[1].replace("&amp;", "&"))
    assert [page.text.count('<th scope="row">') for page in (first, second)] == [25, 2]
