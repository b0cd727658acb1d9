"""What the pages and letters promise is what the code does: each period on the privacy page is one that is carried out."""

import re
from datetime import timedelta

import pytest

from facility.drafting.service import KEPT_FOR
from facility.files.kept import AFTER_REMOVAL, UNREFERENCED
from facility.operations.service.collecting import EVERY
from facility.web.render import TEMPLATES
from tests.browser import Browsers

PERIOD = re.compile(r"\b(\d+|one|two|three|six) (hours?|days?|months?|years?)\b")


@pytest.mark.as_worded
async def test_the_privacy_page_names_only_periods_that_something_carries_out(browse: Browsers) -> None:
    page = (await (await browse()).get("/privacy")).text
    carried_out: set[timedelta] = {KEPT_FOR, AFTER_REMOVAL, UNREFERENCED + EVERY}
    assert {" ".join(period) for period in PERIOD.findall(page)} == {
        f"{kept.days} days" for kept in carried_out
    }


def test_no_letter_names_a_period_of_its_own() -> None:
    """What it says of days comes from the data that it states."""
    sources = [path.read_text() for path in (TEMPLATES / "letters").glob("*.html")]
    assert [PERIOD.findall(source) for source in sources if PERIOD.search(source)] == []
