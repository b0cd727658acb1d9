"""Mission reports after the last day, and the feedback of both sides."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.deployments.models.report import MissionReport
from facility.deployments.rules.report import period
from facility.deployments.service.reporting import (
    ask_for_reports,
    end_report_periods,
    give_feedback,
    remind_of_reports,
    send_report,
)
from facility.drafting.models import UnsavedText
from facility.events.relay import deliver_all
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.refused import Refused
from tests.browser import Browsers, errors, states, work
from tests.deployments.conftest import AHEAD, Sending, expert, sound

AFTER = datetime(2021, 10, 9, 6, tzinfo=UTC)
DAY = timedelta(days=1)
REPORT = {"done": "We trained twelve investigators.", "results": "A manual.", "recommendations": "Repeat it."}
ON_ACTIVITY = {"preparation": "4", "cooperation": "", "prospects": "5", "comment": "The room was cold."}
ON_EXPERT = {"knowledge": "5", "cooperation": "2", "benefit": "4", "comment": "Came late each day."}


@pytest.fixture
async def over(sending: Sending) -> Sending:
    """X1 was booked for a request with reports within 14 days, and the last day is over."""
    await sending.pool(expert("X1", available=[AHEAD]))
    key = await sending.asking(report_days=14)
    await sending.accept(key, "X1")
    assert await ask_for_reports(sending.db, AFTER - DAY) == 0
    assert await ask_for_reports(sending.db, AFTER) == 1
    await deliver(sending, AFTER)
    return sending


async def deliver(sending: Sending, at: datetime) -> None:
    await deliver_all(sending.db, lambda: at)


async def report_of(sending: Sending) -> MissionReport:
    async with sending.db.transaction(now=AFTER) as tx:
        return (await tx.session.scalars(select(MissionReport))).one()


async def link_of(sending: Sending) -> str:
    async with sending.db.transaction(now=AFTER) as tx:
        return path_of((await tx.session.scalars(select(Link).where(Link.purpose == "mission_report"))).one())


async def write(sending: Sending, at: datetime, **changes: Any) -> MissionReport:
    row = await report_of(sending)
    return await sending.play.act(None, lambda tx: send_report(tx, row.id, REPORT | changes), at)


async def sent(sending: Sending) -> list[tuple[str, str]]:
    return [
        (mail.template.removeprefix("deployments/"), mail.to_address)
        for mail in await sending.mails("report")
    ]


async def test_an_expert_is_asked_reminded_before_and_after_and_can_still_report(
    over: Sending, browse: Browsers
) -> None:
    assert await ask_for_reports(over.db, AFTER) == 0
    assert await remind_of_reports(over.db, AFTER + 11 * DAY) == 0
    assert await remind_of_reports(over.db, AFTER + 12 * DAY) == 1
    assert await remind_of_reports(over.db, AFTER + 12 * DAY) == 0
    await deliver(over, AFTER + 12 * DAY)
    assert await end_report_periods(over.db, AFTER + 13 * DAY) == 0
    ada = await browse(over.play.people["ada"])
    assert "mission-reports-that-are-late" not in work(await ada.get("/"))
    assert await end_report_periods(over.db, AFTER + 14 * DAY) == 1
    await deliver(over, AFTER + 14 * DAY)
    assert [template for template, _to in await sent(over)] == ["report", "report_again", "report_late"]
    assert {to for _template, to in await sent(over)} == {"x1@example.org"}
    assert "mission-reports-that-are-late" in work(await ada.get("/"))
    await write(over, AFTER + 20 * DAY)
    assert "mission-reports-that-are-late" not in work(await ada.get("/"))
    with pytest.raises(Refused) as refused:
        await write(over, AFTER + 21 * DAY, done="Again")
    assert (refused.value.codes, (await report_of(over)).done) == (("report_sent",), REPORT["done"])
    await sound(over)


async def test_the_link_shows_and_only_the_button_sends(over: Sending, browse: Browsers) -> None:
    path, anybody = await link_of(over), await browse()
    for _scan in range(2):
        assert "What was done" in (await anybody.get(path)).text
    assert (await report_of(over)).state == "open"
    long = await anybody.send_form(path, REPORT | ON_ACTIVITY | {"done": "x" * 4001})
    assert (long.status_code, "We trained" in long.text, "A manual." in long.text) == (422, False, True)
    wrong = await anybody.send_form(path, REPORT | ON_ACTIVITY | {"preparation": "6"})
    assert wrong.status_code in (400, 422)
    assert (await anybody.send_form(path, REPORT | ON_ACTIVITY)).status_code == 303
    page = (await anybody.get(path)).text
    assert ("Thank you for your report" in page, "A manual." in page, "cold" in page) == (True, True, False)
    assert (await anybody.send_form(path, REPORT | ON_ACTIVITY)).status_code == 409
    row = await report_of(over)
    assert (row.preparation, row.cooperation, row.prospects) == (4, None, 5)


async def test_what_is_typed_is_kept_until_it_is_sent(over: Sending, browse: Browsers) -> None:
    path, anybody = await link_of(over), await browse()
    typed = REPORT | ON_ACTIVITY | {"done": "", "results": "Half a manual."}
    assert (await anybody.send_form(f"{path}/copy", typed)).status_code == 303
    page = (await anybody.get(path)).text
    assert ("Half a manual." in page, 'data-state="unsaved"' in page) == (True, True)
    assert (await report_of(over)).state == "open"
    resumed = dict(re.findall(r'name="(sitting|resumed|resumed_at)" value="([^"]+)"', page))
    assert set(resumed) == {"sitting", "resumed", "resumed_at"}
    refused = await anybody.send_form(path, resumed | typed | {"results": "Most of a manual."})
    assert (refused.status_code, errors(refused)) == (422, ["done"])
    assert "Most of a manual." in (await (await browse()).get(path)).text
    assert (await anybody.send_form(path, REPORT | ON_ACTIVITY)).status_code == 303
    async with over.db.reader() as connection:
        assert (await connection.execute(select(UnsavedText.subject_id))).all() == []
    assert (await anybody.send_form(f"{path}/copy", typed)).status_code == 409


async def test_a_late_report_is_waived_with_a_reason(over: Sending, browse: Browsers) -> None:
    row, ada = await report_of(over), await browse(over.play.people["ada"])
    waive = f"/deployments/{row.deployment_id}/reports/{row.id}/waive"
    assert (await ada.send_form(waive, {"reason": "Ill."})).status_code == 409
    await end_report_periods(over.db, AFTER + 14 * DAY)
    await deliver(over, AFTER + 14 * DAY)
    assert waive in (await ada.get(f"/deployments/{row.deployment_id}")).text
    assert errors(await ada.send_form(waive, {"reason": " "})) == ["reason"]
    assert (await ada.send_form(waive, {"reason": "Long ill."})).status_code == 303
    await deliver(over, clock.now())
    assert [template for template, _to in await sent(over)] == ["report", "report_late", "report_waived"]
    assert "mission-reports-that-are-late" not in work(await ada.get("/"))
    page = (await ada.get(f"/deployments/{row.deployment_id}")).text
    assert ("Long ill." in page, "No report needed" in page) == (True, True)
    path, anybody = await link_of(over), await browse()
    assert "waived" in states(await anybody.get(path))
    late = await anybody.send_form(path, REPORT | ON_ACTIVITY)
    assert (late.status_code, "A manual." in late.text) == (409, True)
    assert (await report_of(over)).done == ""
    await sound(over)


async def test_who_reads_what(over: Sending, browse: Browsers) -> None:
    answers = {"preparation": 4, "cooperation": None, "prospects": 5, "comment": "The room was cold."}
    await write(over, AFTER + DAY, **answers)
    await deliver(over, AFTER + DAY)
    assert [template for template, _to in await sent(over)] == ["report", "report_there"]
    row = await report_of(over)
    application = over.play.applications["A"]
    own = f"/applications/{application}/missions/{row.invitation_id}"
    lead = await browse(over.play.people["omar"])
    assert own in (await lead.get("/")).text
    page = (await lead.get(own)).text
    assert ("A manual." in page, "cold" in page) == (True, False)
    incomplete = await lead.send_form(own, ON_EXPERT | {"benefit": ""})
    assert (incomplete.status_code, "Came late each day." in incomplete.text) == (422, True)
    assert (await lead.send_form(own, ON_EXPERT)).status_code == 303
    page = (await lead.get(own)).text
    assert ("feedback-given" in states(page), "Came late" in page) == (True, False)
    assert (await lead.send_form(own, ON_EXPERT)).status_code == 409
    assert own not in (await lead.get("/")).text
    seen = {}
    for name in ("ada", "greta", "paul"):
        page = (await (await browse(over.play.people[name])).get(f"/deployments/{row.deployment_id}")).text
        seen[name] = ("A manual." in page, "cold" in page, "Came late" in page)
        assert "Report sent" in page
    assert seen["ada"] == (True, True, True)
    assert seen["paul"] == (False, False, False)
    assert not seen["greta"][1]
    assert not seen["greta"][2]


async def test_a_mission_of_another_application_is_missing(over: Sending, browse: Browsers) -> None:
    row = await report_of(over)
    other = over.play.applications["B"]
    values = {"knowledge": 5, "cooperation": 5, "benefit": 5, "comment": ""}
    with pytest.raises(Refused) as refused:
        await over.play.act("omar", partial(_say, other, row.invitation_id, values), AFTER + DAY)
    assert refused.value.kind == "missing"
    assert (
        await (await browse(over.play.people["omar"])).get(
            f"/applications/{other}/missions/{row.invitation_id}"
        )
    ).status_code == 404


async def _say(application: UUID, invitation: UUID, values: dict[str, Any], tx: Any) -> Any:
    return await give_feedback(tx, application, invitation, values)


async def test_a_request_without_reports_asks_for_none(sending: Sending) -> None:
    await sending.pool(expert("X1", available=[AHEAD]))
    await sending.accept(await sending.asking(), "X1")
    assert (await ask_for_reports(sending.db, AFTER), await sent(sending)) == (0, [])


async def test_the_invitation_says_that_a_report_is_due(sending: Sending, browse: Browsers) -> None:
    await sending.pool(expert("X1", available=[AHEAD]))
    key = await sending.soon(report_days=14)
    await deliver(sending, sending.at)
    assert "14 days after the last day" in (await (await browse()).get(await sending.link(key, "X1"))).text


def test_the_period_ends_with_the_last_of_its_days() -> None:
    due = period(AFTER, 14)
    assert due.ends_at == datetime(2021, 10, 22, 21, 59, 59, tzinfo=UTC)
    assert due.remind_at == due.ends_at - 2 * DAY
    assert period(AFTER, 1).ends_at == AFTER + DAY
    assert AFTER.date() == date(2021, 10, 9)
