"""Before the opening of a call nobody learns from the machinery who has applied: not by the outbox, nor by the log."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from facility.accounts.service.people import invite
from facility.applications.service.answers import start_application
from facility.db import Database, Tx
from facility.outbox.models import Mail
from facility.web.access import Role
from tests.browser import Browser, Browsers, errors
from tests.judging import CLOSES, Judging, judging
from tests.prepared import built_once

NAMES = re.compile(r"Omar|Hoxha|omar@|Petra|partner-xk|Albanian|Kosovo\*|CHARLIE|Joint work", re.I)


@built_once
async def play(db: Database) -> Judging:
    """Omar's application came in, with two partners that confirmed; the call is closed and not opened."""
    made = await judging(db)
    await made.apply("CHARLIE", "10000.00")
    await made.act("omar", lambda tx: _draft(tx, made), CLOSES)
    return made


async def _draft(tx: Tx, play: Judging) -> None:
    """Something else of Omar's that is still written."""
    await start_application(
        tx,
        call_id=play.calls["TAF-2021-01"],
        lead_institution_id=play.institutions["AL"],
        title="Joint work in the making",
        track="joint",
        reference="DRAFT",
    )


async def mails(play: Judging) -> dict[str, UUID]:
    """The mails about applications, by template."""
    async with play.db.reader() as connection:
        rows = await connection.execute(
            select(Mail.template, Mail.id).where(Mail.template.startswith("applications/"))
        )
        return {row.template: row.id for row in rows}


def rows_of(page: str) -> str:
    """The table of the page, without what stands around it."""
    match = re.search(r"<table.*</table>", page, re.S)
    return match[0] if match else ""


@pytest.mark.parametrize("who", ["ada", "root"])
async def test_mails_about_a_sealed_application_name_nobody(
    play: Judging, browse: Browsers, who: str
) -> None:
    browser = await browse(play.people[who])
    about = await mails(play)
    assert "applications/receipt" in about
    listed = rows_of((await browser.get("/operations/outbox")).text)
    assert NAMES.findall(listed) == []
    assert listed.count("Sealed until the opening") >= len(about)
    for template, key in about.items():
        page = (await browser.get(f"/operations/outbox/{key}")).text
        assert NAMES.findall(page) == [], template
        assert template in page


async def test_an_address_does_not_find_what_is_sealed(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    answer = await ada.send_form("/operations/outbox", {"email": "omar@example.org"})
    assert (answer.status_code, errors(answer)) == (422, ["email"])
    receipt = (await mails(play))["applications/receipt"]
    same = await ada.get(f"/operations/outbox?same={receipt}")
    assert rows_of(same.text) == ""


async def test_after_the_opening_they_are_there(play: Judging, browse: Browsers) -> None:
    await play.close()
    ada = await browse(play.people["ada"])
    receipt = (await mails(play))["applications/receipt"]
    assert "omar@example.org" in (await ada.get(f"/operations/outbox/{receipt}")).text
    answer = await ada.send_form("/operations/outbox", {"email": "omar@example.org"})
    assert answer.status_code == 303


async def test_a_sealed_mail_that_failed_is_sent_again_by_an_administrator_who_sees_no_name(
    play: Judging, browse: Browsers
) -> None:
    receipt = (await mails(play))["applications/receipt"]
    async with play.db.transaction(now=CLOSES) as tx:
        values = {"state": "parked", "attempts": 8, "error": "PermanentFailure"}
        await tx.session.execute(update(Mail).where(Mail.id == receipt).values(values))
    root = await browse(play.people["root"])
    page = (await root.get(f"/operations/outbox/{receipt}")).text
    assert "Send again" in page
    assert "PermanentFailure" in page
    assert NAMES.findall(page) == []
    again = await root.send_form(f"/operations/outbox/{receipt}/again")
    assert again.status_code == 303
    assert NAMES.findall((await root.get("/operations/outbox?fate=parked")).text) == []


async def test_the_log_withholds_who_writes_and_who_submits(play: Judging, browse: Browsers) -> None:
    root = await browse(play.people["root"])
    listed = rows_of((await root.get("/operations/log?subject=application")).text)
    assert re.findall("Omar Hoxha", listed) == []
    assert "withheld until the opening" in listed
    mine = await root.get(f"/operations/log?actor={play.people['omar']}")
    assert "CHARLIE" not in rows_of(mine.text)
    assert "DRAFT" not in rows_of(mine.text)
    for reference in ("CHARLIE", "DRAFT"):
        async with play.db.reader() as connection:
            query = text("SELECT id FROM application WHERE reference = :reference")
            key = (await connection.execute(query, {"reference": reference})).scalar_one()
        assert "Omar Hoxha" not in rows_of((await root.get(f"/operations/log/{key}")).text)


async def test_what_is_about_accounts_is_shown_as_before(play: Judging, browse: Browsers) -> None:
    async def ask(tx: Tx) -> None:
        await invite(tx, name="Nora New", email="nora@example.org", roles=[Role.ASSESSOR])

    await play.act("ada", ask, CLOSES)
    browser: Browser = await browse(play.people["ada"])
    assert "nora@example.org" in rows_of((await browser.get("/operations/outbox")).text)
