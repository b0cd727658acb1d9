"""Experts leave the pool by the link to their profile, as easily as they joined: a GET only shows, a POST leaves, a mail confirms it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database
from facility.events.log import history
from facility.events.relay import deliver_all
from facility.experts.events.pool import ExpertLeft
from facility.experts.models.profile import Expert
from facility.experts.models.renewal import Renewal
from facility.experts.service.pool import book, change_expert, register_expert, seed_themes
from facility.experts.service.profile_link import profile_link
from facility.experts.service.renewals import ask_to_renew, leave_pool
from facility.outbox.links import path_of
from facility.outbox.models import Mail
from tests.browser import Browsers, states
from tests.cast import Cast
from tests.experts.test_service import like
from tests.mails import IN_ORDER

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DEPLOYMENT = UUID(int=7)
OUT = ("experts/left", "experts/taken_out")


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
async def rossi(db: Database, cast: Cast) -> UUID:
    """In the pool until 30 June 2026, of which she has been asked whether to stay."""
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await seed_themes(tx)
        key = (await register_expert(tx, like(valid_until=date(2026, 6, 30)))).id
    await ask_to_renew(db, NOW)
    return key


async def leaving(db: Database, expert_id: UUID) -> str:
    async with db.transaction(now=NOW) as tx:
        return f"{path_of(await profile_link(tx, expert_id))}/leave"


async def rows[Row](db: Database, table: type[Row], *order: Any) -> list[Row]:
    async with db.transaction(now=NOW) as tx:
        return list((await tx.session.scalars(select(table).order_by(*order))).all())


async def mails(db: Database) -> list[str]:
    await deliver_all(db, lambda: NOW)
    return [mail.template for mail in await rows(db, Mail, *IN_ORDER)]


async def test_an_expert_leaves_by_the_profile_link(db: Database, rossi: UUID, browse: Browsers) -> None:
    path, nobody = await leaving(db, rossi), await browse()
    profile = path.removesuffix("/leave")
    assert path in (await nobody.get(profile)).text
    assert (await nobody.get(path)).status_code == 200
    assert (await rows(db, Expert))[0].active
    assert (await nobody.send_form(path)).status_code == 303
    (expert,) = await rows(db, Expert)
    assert (expert.active, expert.version) == (False, 2)
    left = await nobody.get(path)
    assert (left.status_code, "left-the-pool" in states(left)) == (200, True)
    assert path not in (await nobody.get(profile)).text
    again = await nobody.send_form(path)
    assert (again.status_code, "left-the-pool" in states(again)) == (409, True)
    async with db.reader() as connection:
        events = [recorded.event for recorded in await history(connection, rossi)]
    assert len([event for event in events if isinstance(event, ExpertLeft)]) == 1


async def test_whoever_leaves_is_no_longer_asked_whether_to_stay(
    db: Database, rossi: UUID, browse: Browsers
) -> None:
    nobody = await browse()
    await nobody.send_form(await leaving(db, rossi))
    assert (await rows(db, Renewal))[0].state == "left"
    assert await mails(db) == ["experts/left"]


async def test_the_mail_about_leaving_names_the_days_that_stay_booked(
    db: Database, rossi: UUID, browse: Browsers
) -> None:
    async with db.transaction(now=NOW) as tx:
        await book(tx, rossi, DEPLOYMENT, date(2026, 5, 11), date(2026, 5, 13))
        await book(tx, rossi, UUID(int=8), date(2026, 4, 1), date(2026, 4, 2))
    path, nobody = await leaving(db, rossi), await browse()
    page = await nobody.get(path)
    assert "11–13 May 2026" in page.text
    assert "1–2 Apr 2026" not in page.text
    await nobody.send_form(path)
    assert "experts/left" in await mails(db)
    (mail,) = [mail for mail in await rows(db, Mail) if mail.template == "experts/left"]
    assert mail.context["booked"] == ["11–13 May 2026"]


async def test_every_way_out_of_the_pool_is_confirmed_by_a_mail_that_says_whose_it_was(
    db: Database, cast: Cast, rossi: UUID
) -> None:
    (renewal,) = await rows(db, Renewal)
    async with db.transaction(now=NOW) as tx:
        await leave_pool(tx, renewal.id)
    assert [mail for mail in await mails(db) if mail in OUT] == ["experts/left"]
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await change_expert(tx, rossi, like(active=True))
    assert [mail for mail in await mails(db) if mail in OUT] == ["experts/left"]
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await book(tx, rossi, DEPLOYMENT, date(2026, 5, 11), date(2026, 5, 13))
        await change_expert(tx, rossi, like(active=False))
    assert [mail for mail in await mails(db) if mail in OUT] == ["experts/left", "experts/taken_out"]
    (mail,) = [mail for mail in await rows(db, Mail) if mail.template == "experts/taken_out"]
    assert mail.context["booked"] == ["11–13 May 2026"]
