"""Reporting an activity: what is asked for, what is shown before, and the way back until somebody has verified it."""

import asyncio
import re
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from facility import clock
from facility.activities.models import Activity
from facility.activities.service import activities
from facility.activities.service.activities import complete, undo
from facility.activities.service.evidence import AttendanceRow, remove_evidence, set_attendance
from facility.db import Tx
from facility.events.log import history
from facility.events.reconcile import reconcile
from facility.events.relay import drain
from facility.monitoring.models import Headline, JointActivity
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.browser import Browsers, gives_reason, states
from tests.doing import AFTER, FIRST, LAST, attach_all, held, planned
from tests.judging import Judging

DAYS = {"starts_on": FIRST.isoformat(), "ends_on": LAST.isoformat()}
LATER = AFTER + timedelta(hours=1)


def errors(page: Any) -> list[str]:
    return re.findall(r'<a href="#f-([\w-]+)">', page.text.partition("</main>")[0])


def seen(page: Any) -> str:
    """The version that the page shows."""
    version: str = re.findall(r'name="seen" value="([^"]+)"', page.text)[0]
    return version


async def ready(play: Judging) -> UUID:
    """An activity with all that a report needs, not reported."""
    key = await held(play, "A", {"AL": 8, "XK": 8}, report=False)
    await play.act("omar", lambda tx: attach_all(tx, key), AFTER)
    return key


async def reported(play: Judging) -> UUID:
    """The same, reported by its lead."""
    key = await ready(play)
    await play.act("omar", lambda tx: complete(tx, key), AFTER)
    return key


async def kinds(play: Judging, key: UUID) -> list[str]:
    async with play.db.reader() as connection:
        return [type(line.event).__name__ for line in await history(connection, key)]


async def test_a_report_asks_for_what_is_missing(play: Judging, browse: Browsers) -> None:
    key = await planned(play, "A")
    here = f"/activities/{key}/complete"
    omar = await browse(play.people["omar"])
    assert f'href="{here}"' in (await omar.get(f"/activities/{key}")).text
    page = await omar.get(here)
    assert page.status_code == 200
    assert "report-incomplete" in states(page)
    assert "Agenda, Attendance list, Report" in page.text
    assert f'action="{here}"' not in page.text
    refused = await omar.send_form(here, {**DAYS, "seen": "1"})
    assert (refused.status_code, errors(refused)) == (422, ["attendance", "evidence"])
    rows = [
        AttendanceRow(beneficiary_code="AL", expected=8, present=8),
        AttendanceRow(beneficiary_code="XK", expected=8, present=None),
    ]
    await play.act("omar", lambda tx: set_attendance(tx, key, rows), AFTER)
    await play.act("omar", lambda tx: attach_all(tx, key), AFTER)
    assert gives_reason(await omar.get(here), "attendance_not_stated")
    assert (await play.row(Activity, key)).state == "planned"


async def test_what_is_shown_is_what_is_reported(play: Judging, browse: Browsers) -> None:
    key = await ready(play)
    here = f"/activities/{key}/complete"
    omar = await browse(play.people["omar"])
    page = await omar.get(here)
    for words in (f'action="{here}"', 'value="2021-10-05"', "agenda.pdf", "Together"):
        assert words in page.text
    assert (await omar.send_form(here, DAYS)).status_code == 422  # nobody knows what was shown
    form = {**DAYS, "seen": seen(page)}
    removed = re.findall(rf'href="/activities/{key}/evidence/([^"]+)"', page.text)[0]
    await play.act("ada", lambda tx: remove_evidence(tx, UUID(removed)), AFTER)
    stale = await omar.send_form(here, form)
    assert (stale.status_code, gives_reason(stale, "changed_meanwhile")) == (409, True)
    await play.act("omar", lambda tx: attach_all(tx, key), AFTER)
    form["seen"] = seen(await omar.get(here))
    for _ in range(2):  # pressed twice
        assert (await omar.send_form(here, form)).status_code == 303
    row = await play.row(Activity, key)
    assert (row.state, row.reported_by) == ("completed", play.people["omar"])
    assert (await kinds(play, key)).count("ActivityCompleted") == 1
    assert (await omar.get(here)).status_code == 409
    assert (await (await browse(play.people["arta"])).get(here)).status_code == 404


async def test_the_days_on_which_it_was_held_are_reported(play: Judging, browse: Browsers) -> None:
    key = await ready(play)
    here = f"/activities/{key}/complete"
    omar = await browse(play.people["omar"])
    form = {"seen": seen(await omar.get(here))}
    tomorrow = (clock.now().date() + timedelta(days=2)).isoformat()
    for days, wrong in {
        ("2021-10-06", "2021-10-05"): ["ends_on"],
        ("2021-08-31", "2021-09-02"): ["starts_on"],
        ("2021-10-05", tomorrow): ["ends_on"],
        ("", "2021-13-01"): ["starts_on", "ends_on"],
    }.items():
        page = await omar.send_form(here, {**form, "starts_on": days[0], "ends_on": days[1]})
        assert (page.status_code, errors(page)) == (422, wrong)
    reported = {**form, "starts_on": "2021-10-06", "ends_on": "2021-10-08"}
    for _ in range(2):
        assert (await omar.send_form(here, reported)).status_code == 303
    assert (await omar.send_form(here, {**form, **DAYS})).status_code == 409
    row = await play.row(Activity, key)
    assert (row.starts_on, row.ends_on) == (date(2021, 10, 6), date(2021, 10, 8))
    assert (await kinds(play, key))[:2] == ["ActivityCompleted", "ActivityDaysCorrected"]
    await drain(play.db, lambda: AFTER)
    async with play.db.transaction(now=AFTER) as tx:
        unit = (await tx.session.scalars(select(JointActivity).filter_by(activity_id=key))).one()
    assert (unit.starts_on, unit.ends_on, unit.completed) == (row.starts_on, row.ends_on, True)


async def test_the_lead_takes_a_report_back_until_it_is_verified(play: Judging, browse: Browsers) -> None:
    key = await reported(play)
    here = f"/activities/{key}"
    omar, arta = await browse(play.people["omar"]), await browse(play.people["arta"])
    assert f'href="{here}/undo"' in (await omar.get(here)).text
    assert f'href="{here}/undo"' not in (await arta.get(here)).text
    assert (await arta.get(f"{here}/undo")).status_code == 404
    assert "then-planned" in states(await omar.get(f"{here}/undo"))
    assert errors(await omar.send_form(f"{here}/undo", {"seen": "completed", "reason": ""})) == ["reason"]
    for _ in range(2):  # pressed twice
        back = await omar.send_form(f"{here}/undo", {"seen": "completed", "reason": "Wrong list"})
        assert back.status_code == 303
    row = await play.row(Activity, key)
    assert (row.state, row.reported_by, row.reported_at) == ("planned", None, None)
    assert (await kinds(play, key)).count("CompletionUndone") == 1
    assert "Wrong list" in (await omar.get(here)).text
    await play.act("omar", lambda tx: complete(tx, key), AFTER)
    await play.act("vera", lambda tx: activities.verify(tx, key), AFTER)
    verified = (await omar.get(here)).text
    assert (f'href="{here}/undo"' in verified, "Wrong list" in verified) == (False, False)
    late = await omar.get(f"{here}/undo")
    assert (late.status_code, gives_reason(late, "already_verified")) == (403, True)
    forged = await omar.send_form(f"{here}/undo", {"seen": "verified", "reason": "Mine"})
    stale = await omar.send_form(f"{here}/undo", {"seen": "completed", "reason": "Mine"})
    assert (forged.status_code, stale.status_code) == (403, 409)
    assert (await play.row(Activity, key)).state == "verified"


async def test_a_report_that_was_taken_back_leaves_every_figure(play: Judging) -> None:
    key = await reported(play)
    await play.act("omar", lambda tx: undo(tx, key, reason="Wrong list", seen="completed"), LATER)
    await drain(play.db, lambda: LATER)
    async with play.db.transaction(now=LATER) as tx:
        unit = (await tx.session.scalars(select(JointActivity).filter_by(activity_id=key))).one()
        headlines = await tx.session.scalars(select(Headline.kind).order_by(Headline.position))
        assert [line for line in headlines if "Comple" in line] == ["ActivityCompleted", "CompletionUndone"]
    assert (unit.completed, unit.reported_by, unit.reason) == (False, None, "not_completed")
    assert {name: lines for name, lines in (await reconcile(play.db)).items() if lines} == {}


async def test_who_reported_hears_that_somebody_else_took_it_back(play: Judging) -> None:
    key = await reported(play)
    own = partial(undo, activity_id=key, reason="Wrong list", seen="completed")
    await play.act("omar", own, LATER)
    await play.act("omar", lambda tx: complete(tx, key), LATER)
    other = partial(undo, activity_id=key, reason="Confidential words", seen="completed")
    await play.act("vera", other, LATER)
    await drain(play.db, lambda: LATER)
    async with play.db.transaction(now=LATER) as tx:
        mail = (await tx.session.scalars(select(Mail).filter_by(template="activities/taken_back"))).one()
    assert (mail.to_name, mail.subject_id) == ("Omar Hoxha", key)
    assert "Confidential" not in mail.subject + str(mail.context)


async def test_of_taking_back_and_verifying_exactly_one_wins(play: Judging) -> None:
    key = await reported(play)

    async def attempt(actor: str, command: Any) -> str:
        try:
            async with play.db.transaction(now=LATER, actor=play.people[actor]) as tx:
                await command(tx)
        except Refused as refused:
            return refused.codes[0]
        return "done"

    async def verify(tx: Tx) -> None:
        await activities.verify(tx, key, seen=6)

    async def take_back(tx: Tx) -> None:
        await undo(tx, key, reason="Wrong list", seen="completed")

    answers = await asyncio.gather(
        *[attempt("vera", verify) if n % 2 else attempt("omar", take_back) for n in range(6)]
    )
    row = await play.row(Activity, key)
    events = await kinds(play, key)
    assert events.count("ActivityVerified") + events.count("CompletionUndone") == 1
    if row.state == "verified":
        assert answers[1::2].count("done") == 1
        assert answers[0::2] == ["changed_meanwhile"] * 3
    else:
        assert row.state == "planned"
        assert answers[1::2] == ["changed_meanwhile"] * 3
        assert answers[0::2] == ["done"] * 3  # the same again is done already
