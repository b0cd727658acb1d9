"""Complaints in the search and in the export of a call, as roles may read them."""

import csv
import io

from sqlalchemy import select

from facility import clock
from facility.awards.models.complaint import Complaint
from tests.awards.complaining import SAYS, complain, today
from tests.browser import Browsers
from tests.judging import Judging

__all__ = ["today"]


async def test_complaints_are_found_by_reference_and_by_words_by_whoever_may_open_them(
    today: Judging, browse: Browsers
) -> None:
    await complain(today, "C", "not_funded", at=clock.now())
    async with today.db.reader() as read:
        key = (await read.execute(select(Complaint.id))).scalar_one()
    staff, lead = f"/complaints/{key}", f"/applications/{today.applications['C']}/complaint"
    seen = {}
    for name in ("ada", "paul", "greta", "carl", "omar", "arta", "elena"):
        browser = await browse(today.people[name])
        pages = [
            (await browser.get("/search", params={"q": words})).text for words in ("taf-2021-01/c1", "work")
        ]
        seen[name] = tuple(tuple(href in page for page in pages) for href in (staff, lead))
    never, always = (False, False), (True, True)
    assert seen == {
        **dict.fromkeys(("ada", "paul", "greta"), (always, never)),
        **dict.fromkeys(("carl", "arta", "elena"), (never, never)),
        "omar": (never, always),
    }


async def test_the_export_of_a_call_has_its_complaints_without_what_was_written(
    today: Judging, browse: Browsers
) -> None:
    at = clock.now()
    for name, kind in (("C", "not_funded"), ("B", "reserve")):
        await complain(today, name, kind, at=at)
    path = f"/awards/calls/{today.calls['TAF-2021-01']}/complaints.csv"
    greta = await browse(today.people["greta"])
    content = (await greta.get(path)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [(row["Complaint"], row["Application"], row["State"]) for row in rows] == [
        ("TAF-2021-01/C1", "C", "Open"),
        ("TAF-2021-01/C2", "B", "Open"),
    ]
    assert not any(text in content for text in SAYS.values())
    assert (await (await browse(today.people["carl"])).get(path)).status_code == 403
