"""How often partners are asked and reminded, and when their lead learns who is missing."""

from datetime import datetime, timedelta
from uuid import UUID

from facility.applications.queries.lists import calls, own
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.applications.service.reminders import remind_partners, tell_leads
from facility.db import Database
from facility.events.log import history
from facility.events.relay import drain
from facility.web.filters import instant
from tests.applications.asking import asking_draft
from tests.applications.conftest import CLOSES, NOW, Stage, Times
from tests.applications.partners.conftest import mails, parties, refused


async def reminded(db: Database, at: datetime) -> int:
    """How many partners a step of the scheduler reminds."""
    done = await remind_partners(db, at)
    await drain(db, lambda: at)
    return done


async def test_partners_are_reminded_before_the_deadline(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
        await invite_party(tx, montenegro.id)
    days = [10, 7, 6.9, 2, 1.9]
    assert [await reminded(db, CLOSES - timedelta(days=n)) for n in days] == [0, 2, 0, 2, 0]
    async with db.transaction(now=CLOSES - timedelta(days=1.5)) as tx:
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
    assert [await reminded(db, CLOSES - timedelta(days=n)) for n in (1, 0.5, 0, -1)] == [1, 0, 0, 0]
    letters = [mail for mail in await mails(db) if mail.template == "applications/reminder"]
    assert [letter.to_address for letter in letters].count("milena@example.org") == 3
    assert [letter.to_address for letter in letters].count("vesa@example.org") == 2
    assert all("Firearms" not in letter.subject for letter in letters)


async def test_after_an_outage_only_the_latest_reminder_goes(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
    at = CLOSES - timedelta(hours=5)
    assert [await reminded(db, at), await reminded(db, at + timedelta(hours=1))] == [1, 0]
    async with db.reader() as connection:
        recorded = (await history(connection, trio))[0]
    assert (recorded.due_at, recorded.recorded_at) == (CLOSES - timedelta(days=1), at)


async def test_in_a_rolling_call_the_next_cut_off_counts(db: Database, stage: Stage, times: Times) -> None:
    first = CLOSES - timedelta(days=12)
    application = await asking_draft(db, stage, times, (first, CLOSES))
    lead, kosovo = await parties(db, application)
    async with db.transaction(now=NOW) as tx:
        await invite_party(tx, kosovo.id)
        page = await own(await tx.session.connection(), lead.institution_id)
        choice = next(
            call for call in await calls(await tx.session.connection(), closes_after=NOW) if call.cut_offs
        )
    assert (page.lines[0].submit_by(NOW), choice.submit_by(first), choice.submit_by(CLOSES)) == (
        first,
        first,
        CLOSES,
    )
    days = [9, 7, 2, 1, 0, -4, -5]
    assert [await reminded(db, first - timedelta(days=n)) for n in days] == [0, 1, 1, 1, 0, 0, 1]
    assert [await tell_leads(db, at - timedelta(days=n)) for at in (first, CLOSES) for n in (3, 2)] == [
        0,
        1,
        0,
        1,
    ]
    await drain(db, lambda: CLOSES - timedelta(days=2))
    letters = {mail.template: mail for mail in await mails(db)}
    assert (
        letters["applications/ask"].context["closes"],
        letters["applications/ask"].context["rolling"],
    ) == (
        instant(first),
        True,
    )
    assert letters["applications/reminder"].context["closes"] == instant(CLOSES)
    assert letters["applications/missing"].context["closes"] == instant(CLOSES)


async def test_the_lead_learns_once_who_is_missing(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await confirm_party(tx, kosovo.id, signatory_name="V", signatory_function="D")
    counts = [await tell_leads(db, CLOSES - timedelta(days=n)) for n in (3, 2, 1, 0)]
    assert counts == [0, 1, 0, 0]
    await drain(db, lambda: CLOSES - timedelta(days=2))
    letter = next(mail for mail in await mails(db) if mail.template == "applications/missing")
    assert letter.context["institutions"] == ["Supreme State Prosecutor's Office"]


async def test_a_partner_is_asked_three_times_a_day_at_most(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    for _time in range(3):
        async with db.transaction(now=NOW) as tx:
            await invite_party(tx, kosovo.id)
    assert await refused(db, invite_party, kosovo.id) == ("asked_enough",)
    async with db.transaction(now=NOW + timedelta(days=1, seconds=1)) as tx:
        await invite_party(tx, kosovo.id)
