"""What was given to an assessor at once: one mail, a day by which it is due, and where it stands in their work."""

from datetime import timedelta

from sqlalchemy import select

from facility import clock
from facility.db import Database
from facility.evaluation.models.assignment import Assignment
from facility.events.relay import drain
from facility.outbox.models import Mail
from facility.web.filters import day
from facility.zone import BRUSSELS
from tests.browser import Browsers, errors
from tests.judging import Judging, judging
from tests.prepared import built_once


@built_once
async def play(db: Database) -> Judging:
    """Two applications to be assessed."""
    made = await judging(db)
    await made.apply("A", "10000.00")
    await made.apply("B", "10000.00")
    await made.close()
    return made


async def test_two_applications_are_one_mail_with_a_day(play: Judging, browse: Browsers) -> None:
    ada, call = await browse(play.people["ada"]), play.calls["TAF-2021-01"]
    due = clock.now().astimezone(BRUSSELS).date() + timedelta(days=5)
    form = {
        "applications": [str(key) for key in play.applications.values()],
        "assessors": [str(play.people["elena"]), str(play.people["erik"])],
    }
    gone = await ada.send_form(
        f"/evaluation/{call}/assign", {**form, "due_on": (due - timedelta(days=6)).isoformat()}
    )
    assert (gone.status_code, errors(gone)) == (422, ["due_on"])
    assert (
        await ada.send_form(f"/evaluation/{call}/assign", {**form, "due_on": due.isoformat()})
    ).status_code == 303
    await drain(play.db, clock.now)
    async with play.db.reader() as connection:
        query = select(Mail.__table__).where(Mail.template == "evaluation/assigned").order_by(Mail.to_address)
        mails = (await connection.execute(query)).all()
        days = (await connection.scalars(select(Assignment.due_on))).all()
    assert [mail.to_address for mail in mails] == ["elena@example.org", "erik@example.org"]
    assert {(mail.subject[:2], mail.subject[-11:]) for mail in mails} == {("2 ", "TAF-2021-01")}
    assert mails[0].context == {
        "call": "TAF-2021-01",
        "call_title": "Joint initiatives",
        "application": "A and B",
        "many": True,
        "due": day(due),
    }
    assert set(days) == {due}
    elena = await browse(play.people["elena"])
    listed = (await elena.get("/assessments")).text
    assert listed.count(f"by {day(due)}") == 2
    assert f"by {day(due)}" in (await ada.get(f"/evaluation/{call}")).text
    start = (await elena.get("/")).text
    assert "Assess A" in start
    assert "Later" not in start, "both are due this week"
