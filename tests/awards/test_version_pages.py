"""Pages on which a later version is proposed, decided and read."""

import re

from sqlalchemy import select, text

from facility import clock
from facility.awards.models.complaint import Complaint
from facility.awards.service.verification import verify
from facility.calls.rules.after_decision import AfterDecision
from facility.db import Database
from tests.awards.complaining import complain, judged
from tests.awards.later_versions import CALL, assessed
from tests.browser import Browsers, errors, marked, work
from tests.judging import Judging
from tests.prepared import built_once


@built_once
async def today(db: Database) -> Judging:
    """Decided now, so that pages and clocks agree; C complains."""
    made = await judged(db, AfterDecision(complaint_days=14, answer_days=30), clock.now())
    await complain(made, "C", "not_funded", clock.now())
    return made


async def test_the_pages(today: Judging, browse: Browsers) -> None:
    call = today.calls[CALL]
    ada, vera, paul, omar = [await browse(today.people[name]) for name in ("ada", "vera", "paul", "omar")]
    assert (await vera.get(f"/evaluation/{call}/again")).headers["location"] == f"/evaluation/{call}/ranking"
    async with today.db.reader() as read:
        complaint = (await read.execute(select(Complaint.id))).scalar_one()
    decides = f"/complaints/{complaint}/decide"
    wrong = await ada.send_form(decides, {"outcome": "others", "reason": ""})
    assert (wrong.status_code, len(errors(wrong))) == (422, 1)
    assert (await ada.send_form(decides, {"outcome": "others", "reason": "Misread."})).status_code == 303
    page = await vera.get(f"/evaluation/{call}/again")
    assert "C1" in page.text
    assert "Being assessed" in page.text
    await assessed(today, "C", "75", at=clock.now())
    page = await vera.get(f"/evaluation/{call}/again")
    assert "Award at once" in page.text
    assert "new-versions-of-rankings-to-propose" in work(await vera.get("/"))
    page = await vera.send_form(f"/evaluation/{call}/again/propose", {})
    assert page.status_code < 400
    await vera.send_form(f"/evaluation/{call}/again/propose", {})
    async with today.db.reader() as read:
        once = "SELECT count(*) FROM event WHERE kind = 'VersionProposed'"
        assert (await read.execute(text(once))).scalar_one() == 1, "the same is not proposed twice"
    page = await paul.send_form(f"/evaluation/{call}/again/send-back", {"reason": ""})
    assert page.status_code == 422
    assert errors(page)
    page = await paul.send_form(f"/evaluation/{call}/again/decide", {"seen": "0" * 32})
    assert page.status_code == 409
    seen = re.findall(r'name="seen" value="(\w+)"', (await paul.get(f"/evaluation/{call}/again")).text)
    page = await paul.send_form(f"/evaluation/{call}/again/decide", {"seen": seen[0]})
    assert page.status_code < 400
    for path in ("ranking", "versions/1", "versions/2"):
        page = await paul.get(f"/evaluation/{call}/{path}")
        assert "Version 1" in page.text
        assert ("TAF-2021-01/C1" in marked(page, "later-version")) is (path != "versions/1")
    for number in (1, 2):
        exported = await paul.get(f"/evaluation/{call}/versions/{number}/bundle.json")
        assert verify(exported.content).differences == []
        assert (await paul.get(f"/evaluation/{call}/versions/{number}/report.pdf")).content[:4] == b"%PDF"
    assert (await paul.get(f"/evaluation/{call}/versions/3")).status_code == 404
    assert (await omar.get(f"/evaluation/{call}/again")).status_code in (403, 404)
