"""What the pages say of the time that is left: two minutes before the deadline, and after it."""

from datetime import timedelta
from uuid import UUID

import pytest

from facility import clock
from facility.db import Database
from facility.outbox.links import make_link, path_of
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browsers, states


@pytest.fixture
def times(request: pytest.FixtureRequest) -> Times:
    """A call that opened eight days ago and closes so long from now."""
    now = clock.now()
    return Times(
        now - timedelta(days=9), now - timedelta(days=8), now - timedelta(days=7), now + request.param
    )


@pytest.mark.parametrize("times", [timedelta(minutes=2)], indirect=True)
async def test_every_page_of_a_draft_shows_the_time_left(
    db: Database, times: Times, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar, vesa, here = await browse(stage.omar), await browse(stage.vesa), f"/applications/{draft}"
    left = f'data-deadline="{times.closes.isoformat()}"'
    for path in ("", "/answers/ask", "/documents", "/partners", "/partners/add", "/check"):
        page = await omar.get(here + path)
        assert (path, page.status_code, left in page.text) == (path, 200, True)
    async with db.transaction(now=times.now) as tx:
        link = path_of(await make_link(tx, "partner", await party_id(tx, draft)))
    for page in (await vesa.get(here), await (await browse()).get(link)):
        assert (left in page.text, "Confirm by" in page.text) == (True, True)
    assert "can-submit-again" in states(await omar.get(here))


MENDS = (
    'class="needs"',
    ">Fill it in<",
    ">Begin<",
    ">Needs correction<",
    ">Change<",
    "Ask for confirmation",
    "Ask again",
    "Send the mail again",
    "Remind or correct the address",
    "Add a partner",
    "/partners/add",
    ">Your answer<",
    'name="answer"',
    "To do",
    "Please confirm",
)


@pytest.mark.parametrize("times", [timedelta(minutes=-2)], indirect=True)
async def test_after_it_nobody_is_asked_to_mend_or_to_answer(
    db: Database, times: Times, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar, vesa, here = await browse(stage.omar), await browse(stage.vesa), f"/applications/{draft}"
    async with db.transaction(now=times.now) as tx:
        link = path_of(await make_link(tx, "partner", await party_id(tx, draft)))
    for browser, path in (
        (omar, here),
        (omar, f"{here}/check"),
        (omar, f"{here}/partners"),
        (vesa, here),
        (await browse(), link),
    ):
        page = await browser.get(path)
        assert (path, page.status_code, [words for words in MENDS if words in page.text]) == (path, 200, [])
        assert "deadline--over" in page.text


@pytest.mark.parametrize("times", [timedelta(minutes=-2)], indirect=True)
async def test_after_it_nothing_leads_on_to_submitting(
    times: Times, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    omar, here = await browse(stage.omar), f"/applications/{confirmed}"
    tasks = (await omar.get(here)).text
    assert "over" in states(tasks)
    leads_on = (
        'data-state="can-submit-again"',
        "Cannot be submitted yet",
        "Continue:",
        "Declare and submit</a>",
        "Read everything first</a>",
    )
    assert [words for words in leads_on if words in tasks] == []
    check = (await omar.get(f"{here}/check")).text
    assert ("over" in states(check), f"{here}/declarations" in check) == (True, False)
    declarations = await omar.get(f"{here}/declarations")
    assert declarations.headers["location"] == f"{here}/check"
