"""Pages of complaints: the lead's, the link in the letter's mail, and those of who decides."""

from sqlalchemy import select

from facility.awards.models.complaint import Complaint
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from tests.awards.complaining import SAYS, letter, today
from tests.browser import Browsers, errors, gives_reason, work
from tests.judging import DECIDED, Judging

__all__ = ["today"]


async def link_of(play: Judging, name: str, kind: str) -> str:
    """The path of the link in the mail with this letter."""
    key = (await letter(play, name, kind)).id
    async with play.db.transaction(now=DECIDED) as tx:
        query = select(Link).join(Mail, Mail.link_id == Link.id).where(Link.subject_id == key)
        return path_of((await tx.session.scalars(query)).one())


async def test_the_lead_complains_on_its_page_and_somebody_who_may_decides(
    today: Judging, browse: Browsers
) -> None:
    application = today.applications["C"]
    here = f"/applications/{application}/complaint"
    omar, arta, ada, vera, carl, greta = [
        await browse(today.people[name]) for name in ("omar", "arta", "ada", "vera", "carl", "greta")
    ]
    assert here in (await omar.get(f"/applications/{application}/result")).text
    assert (await arta.get(here)).status_code == 404
    wrong = await omar.send_form(here, {**SAYS, "text": ""})
    assert (wrong.status_code, errors(wrong), SAYS["name"] in wrong.text) == (422, ["text"], True)
    assert (await omar.send_form(here, SAYS)).status_code == 303
    assert "TAF-2021-01/C1" in (await omar.get(here)).text
    late = await omar.send_form(here, {**SAYS, "text": "Once more."})
    assert (late.status_code, gives_reason(late, "complaint_made")) == (409, True)
    assert "awards-whose-agreement-is-to-be-signed" not in work(await ada.get("/"))
    assert "complaints-to-decide" in work(await ada.get("/"))
    assert "complaints-to-decide" not in work(await vera.get("/"))
    async with today.db.reader() as read:
        key = (await read.execute(select(Complaint.id))).scalar_one()
    there = f"/complaints/{key}"
    for browser, status in ((ada, 200), (vera, 200), (greta, 200), (carl, 403), (omar, 403)):
        assert (await browser.get(there)).status_code == status
        assert (await browser.get("/complaints")).status_code == status
    assert gives_reason(await vera.get(there), "took_part")
    assert "<form" not in (await vera.get(there)).text.partition("<main")[2].partition("</main")[0]
    given = {"outcome": "rejected", "reason": "It was read well.", "follow_up": ""}
    assert (await vera.send_form(f"{there}/decide", given)).status_code == 403
    wrong = await ada.send_form(f"{there}/decide", {**given, "outcome": "upheld", "reason": ""})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason", "follow_up"])
    assert (await ada.send_form(f"{there}/decide", given)).status_code == 303
    assert "It was read well." in (await omar.get(here)).text
    assert "Rejected" in (await greta.get("/complaints")).text
    own = f"/awards/calls/{today.calls['TAF-2021-01']}"
    assert f'href="{own}/complaints"' in (await greta.get(own)).text
    assert f'href="{own}/complaints"' not in (await carl.get(own)).text
    assert "TAF-2021-01/C1" in (await greta.get(f"{own}/complaints")).text


async def test_the_link_in_the_mail_shows_and_registers(today: Judging, browse: Browsers) -> None:
    path = await link_of(today, "B", "reserve")
    anybody = await browse(None)
    page = await anybody.get(path)
    assert (page.status_code, "Joint work B" in page.text) == (200, True)
    assert (await anybody.get("/link/complaint/no-such-token")).status_code == 404
    wrong = await anybody.send_form(path, {**SAYS, "name": ""})
    assert (wrong.status_code, SAYS["text"] in wrong.text) == (422, True)
    assert (await anybody.send_form(path, SAYS)).status_code == 303
    assert "TAF-2021-01/C1" in (await anybody.get(path)).text
    late = await anybody.send_form(path, {**SAYS, "text": "Another thing."})
    assert (late.status_code, "Another thing." in late.text) == (409, True)
    async with today.db.reader() as read:
        row = (await read.execute(select(Complaint.name, Complaint.registered_by))).one()
    assert row == (SAYS["name"], None)
