"""Lists of applications, one's own and those received: cost, paging, narrowing."""

import re
from datetime import timedelta
from uuid import UUID

from facility.applications.service.answers import start_application
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.applications.service.documents import record_consultation
from facility.applications.service.submission import submit
from facility.db import Database
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browsers, work
from tests.statements import count_statements


async def several(db: Database, stage: Stage, times: Times, count: int, start: int = 0) -> None:
    """So many exceptions that were handed in: they are not sealed."""
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        for number in range(start, start + count):
            application = await start_application(
                tx,
                call_id=stage.call,
                lead_institution_id=stage.police,
                title=f"Number {number:02}",
                track="exception",
            )
            await record_consultation(tx, application.id, "Agreed")
            await submit(tx, application.id, received_at=times.now + timedelta(minutes=number))


async def test_lists_cost_the_same_for_one_row_and_three(
    db: Database, stage: Stage, times: Times, browse: Browsers
) -> None:
    omar, sara = await browse(stage.omar), await browse(stage.sara)
    counts = []
    for more, start in ((1, 0), (2, 1)):
        await several(db, stage, times, more, start)
        for browser, path in ((omar, "/applications"), (sara, "/applications/received")):
            with count_statements(db) as statements:
                page = await browser.get(path)
            assert page.text.count('<th scope="row">') == start + more
            counts.append(len(statements))
    assert counts == [3, 4, 3, 4]


async def test_lists_go_on_where_the_page_before_ended(
    db: Database, stage: Stage, times: Times, browse: Browsers
) -> None:
    await several(db, stage, times, 27)
    for person, path in ((stage.omar, "/applications"), (stage.sara, "/applications/received")):
        browser = await browse(person)
        first = await browser.get(path)
        older = re.search(r'rel="next" href="([^"]+)"', first.text)
        assert older is not None
        second = await browser.get(older[1].replace("&amp;", "&"))
        titles = [re.findall(r"Number \d\d", page.text) for page in (first, second)]
        assert [len(page) for page in titles] == [25, 2]
        assert len({title for page in titles for title in page}) == 27


async def test_staff_narrow_the_list(db: Database, stage: Stage, times: Times, browse: Browsers) -> None:
    await several(db, stage, times, 2)
    sara = await browse(stage.sara)
    counts = {
        query: (await sara.get(f"/applications/received?{query}")).text.count('<th scope="row">')
        for query in (
            "call=TAF-2021-01",
            "call=OTHER",
            "status=submitted",
            "status=awarded",
            "call=TAF-2021-01&status=submitted",
            "status=nonsense",
            "after=nonsense",
        )
    }
    assert counts == {
        "call=TAF-2021-01": 2,
        "call=OTHER": 0,
        "status=submitted": 2,
        "status=awarded": 0,
        "call=TAF-2021-01&status=submitted": 2,
        "status=nonsense": 2,
        "after=nonsense": 2,
    }


async def test_the_start_page_names_what_waits_and_how_long_there_is_time(
    db: Database, stage: Stage, times: Times, draft: UUID, browse: Browsers
) -> None:
    omar, vesa = await browse(stage.omar), await browse(stage.vesa)
    here, wait = f'<a href="/applications/{draft}">', "applications-to-confirm-or-decline"
    clock_of_it = f'data-deadline="{times.closes.isoformat()}"'
    leads = (await omar.get("/")).text
    assert (here in leads, clock_of_it in leads) == (True, True)
    assert (wait in work(leads), here in (await vesa.get("/")).text) == (False, False)
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, draft))
    page = (await vesa.get("/")).text
    assert (work(page) == [wait], here in page, clock_of_it in page) == (True, True, True)
    async with db.transaction(now=times.now) as tx:
        await confirm_party(tx, await party_id(tx, draft), signatory_name="V", signatory_function="D")
    assert work(await vesa.get("/")) == []
