"""Where an application stands: the same steps for staff and, told less before the decision, for lead and partners."""

import re
from datetime import date, datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy import text

from facility import clock
from facility.admission.service.admissibility import check_admissibility
from facility.applications.queries.tracker import tracker
from facility.applications.service.confirmations import use_party_link
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import withdraw
from facility.calls.models.standing import HEAR_BY_SQL
from facility.db import Database
from facility.outbox.links import make_link, path_of
from facility.web import filters
from tests.applications.conftest import Stage, Times, party_id
from tests.applications.pages.test_submission import close, complete, open_up, submitted  # noqa: F401 - fixtures
from tests.browser import Browser, Browsers, states


def steps(page: httpx.Response) -> list[tuple[str, str]]:
    """Each step and how far it is, as the page says it."""
    return re.findall(r'<li class="stage--(\w+)"[^>]*><span class="stage-label">([^<]+)', page.text)


async def test_parties_are_told_less_before_the_decision(
    db: Database,
    stage: Stage,
    times: Times,
    submitted: UUID,  # noqa: F811
    omar: Browser,
    browse: Browsers,
) -> None:
    here = f"/applications/{submitted}"
    vesa, sara = await browse(stage.vesa), await browse(stage.sara)
    before = [
        ("done", "Received"),
        ("now", "Opened"),
        ("later", "Assessed"),
        ("later", "Decided"),
        ("later", "Delivered"),
    ]
    async with db.reader() as connection:
        hear_by = (await tracker(connection, submitted, staff=False)).hear_by
    assert hear_by is not None
    for browser in (omar, vesa):
        page = await browser.get(here)
        assert steps(page) == before
        assert "unread" in states(page)
        assert filters.day(hear_by) in page.text
    sealed = await sara.get(here)
    assert [name for _state, name in steps(sealed)] == [
        *("Received", "Opened", "Checked", "Assessed", "Decided", "Delivered"),
    ]
    await open_up(db, stage, times)
    assert steps(await sara.get(here))[1:3] == [("done", "Opened"), ("now", "Checked")]
    async with db.transaction(now=clock.now(), actor=stage.sara) as tx:
        await check_admissibility(tx, submitted, admissible=True, reason="In order")
    assert steps(await sara.get(here))[2:4] == [("done", "Checked"), ("now", "Assessed")]
    assessed = await omar.get(here)
    assert steps(assessed)[1:3] == [("done", "Opened"), ("now", "Assessed")]
    assert "being-assessed" in states(assessed)


async def test_the_history_names_the_partner_also_where_it_came_by_a_link(
    submitted: UUID,  # noqa: F811
    omar: Browser,
) -> None:
    page = (await omar.get(f"/applications/{submitted}")).text
    assert re.search(r"A partner confirmed version \d+ \(Kosovo\* Police\)", page)


async def test_what_has_ended_is_under_way_nowhere(
    db: Database,
    stage: Stage,
    submitted: UUID,  # noqa: F811
    omar: Browser,
) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await withdraw(tx, submitted)
    page = await omar.get(f"/applications/{submitted}")
    assert steps(page) == [("done", "Received")]
    assert page.text.index("Withdrawn on") < page.text.index('class="tracker"')
    assert not {"unread", "to-be-opened", "being-assessed"} & {*states(page)}


async def test_applicants_hear_with_the_last_second_of_the_day_that_the_call_keeps(db: Database) -> None:
    last = {"2027-07-15": "2027-07-15T21:59:59+00:00", "2027-03-01": "2027-03-01T22:59:59+00:00"}
    async with db.reader() as connection:
        for day, by in last.items():
            query = text(
                f"SELECT {HEAR_BY_SQL} FROM (SELECT CAST(:day AS date) AS inform_by,"
                " now() AS closes_at, CAST(NULL AS int) AS decide_within_hours) AS call"
            )
            heard = await connection.scalar(query, {"day": date.fromisoformat(day)})
            assert heard == datetime.fromisoformat(by)


async def test_one_statement_more_for_all_steps(db: Database, submitted: UUID) -> None:  # noqa: F811
    async with db.reader() as connection:
        staff = await tracker(connection, submitted, staff=True)
        parties = await tracker(connection, submitted, staff=False)
    assert [len(staff.steps), len(parties.steps)] == [6, 5]
    assert staff.steps[3].of == 1
    assert {stage.of for stage in parties.steps} == {None}


async def test_a_partners_link_goes_on_after_the_confirmation(
    db: Database,
    stage: Stage,
    times: Times,
    complete: UUID,  # noqa: F811
    browse: Browsers,
) -> None:
    stranger = await browse()
    async with db.transaction(now=times.now) as tx:
        party = await party_id(tx, complete)
        path = path_of(await make_link(tx, "partner", party))
        await use_party_link(tx, path.rsplit("/", 1)[1])
    page = await stranger.get(path)
    assert page.status_code == 200
    assert "Three days" in page.text, "what was confirmed"
    assert (await stranger.get(f"{path}/receipt.pdf")).status_code == 409
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await submit(tx, complete, received_at=times.now)
    page = await stranger.get(path)
    assert steps(page)[0] == ("done", "Received")
    for name in ("receipt", "application"):
        paper = await stranger.get(f"{path}/{name}.pdf")
        assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
        assert "no-store" in paper.headers["cache-control"]
    async with db.transaction(now=times.now + timedelta(hours=1)) as tx:
        await make_link(tx, "partner", party)  # the address was corrected
    assert (await stranger.get(f"{path}/receipt.pdf")).status_code == 409
    assert "Three days" not in (await stranger.get(path)).text


async def test_a_partners_link_says_first_that_the_application_was_withdrawn(
    db: Database,
    stage: Stage,
    times: Times,
    complete: UUID,  # noqa: F811
    browse: Browsers,
) -> None:
    async with db.transaction(now=times.now) as tx:
        party = await party_id(tx, complete)
        answered = path_of(await make_link(tx, "partner", party))
        await use_party_link(tx, answered.rsplit("/", 1)[1])
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await submit(tx, complete, received_at=times.now)
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await withdraw(tx, complete)
    stranger = await browse()
    page = await stranger.get(answered)
    assert (states(page)[:2], 'class="done"' in page.text) == (["confirmed", "withdrawn"], False)
    assert ("Three days" in page.text) is True
    async with db.transaction(now=times.now + timedelta(hours=1)) as tx:
        newer = path_of(await make_link(tx, "partner", party))
    page = await stranger.get(newer)
    assert (states(page)[:2], 'class="done"' in page.text) == (["confirmed", "withdrawn"], False)
    assert ("Three days" in page.text) is False
