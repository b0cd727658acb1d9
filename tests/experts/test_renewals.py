"""Whose place in the pool ends is asked whether to stay: once, by a link that only a POST answers; silence ends it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database
from facility.events.relay import deliver_all
from facility.experts.models.profile import Expert
from facility.experts.models.renewal import Renewal
from facility.experts.service.pool import change_expert, register_expert, seed_themes
from facility.experts.service.renewals import ask_to_renew
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from tests.browser import Browsers, states
from tests.cast import Cast
from tests.experts.test_service import like
from tests.mails import IN_ORDER

ENTERED = datetime(2026, 1, 5, 9, tzinfo=UTC)
LAST = date(2026, 6, 30)
ASKED_AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
async def rossi(db: Database, cast: Cast) -> UUID:
    """In the pool until 30 June 2026."""
    async with db.transaction(now=ENTERED, actor=cast.ada) as tx:
        await seed_themes(tx)
        return (await register_expert(tx, like(valid_until=LAST))).id


async def step(db: Database, at: datetime) -> list[str]:
    """The scheduler's step and the reactions at this instant; the templates of all mails so far."""
    await ask_to_renew(db, at)
    await deliver_all(db, lambda: at)
    async with db.transaction(now=at) as tx:
        return list((await tx.session.scalars(select(Mail.template).order_by(*IN_ORDER))).all())


async def row[Row](db: Database, table: type[Row]) -> Row:
    async with db.transaction(now=ASKED_AT) as tx:
        return (await tx.session.scalars(select(table))).one()


async def link(db: Database, monkeypatch: pytest.MonkeyPatch, at: datetime) -> str:
    monkeypatch.setattr(clock, "now", lambda: at)
    async with db.transaction(now=at) as tx:
        return path_of((await tx.session.scalars(select(Link).where(Link.purpose == "renewal"))).one())


async def test_who_is_asked_stays(
    db: Database, rossi: UUID, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await step(db, ASKED_AT - timedelta(days=10)) == []
    assert await step(db, ASKED_AT) == ["experts/renew"]
    assert await step(db, ASKED_AT + timedelta(days=1)) == ["experts/renew"]
    late = datetime(2026, 6, 18, 9, tzinfo=UTC)
    assert await step(db, late) == ["experts/renew", "experts/renew_again"]
    path, nobody = await link(db, monkeypatch, late), await browse()
    assert "30 June 2026" in (await nobody.get(path)).text
    assert (await row(db, Renewal)).state == "open"
    assert (await nobody.send_form(path, {"answer": "stay"})).status_code == 303
    expert = await row(db, Expert)
    assert (expert.valid_until, expert.notice is not None) == (date(2028, 6, 30), True)
    twice = await nobody.send_form(path, {"answer": "leave"})
    assert (twice.status_code, "renewed" in states(twice)) == (409, True)
    assert (await row(db, Expert)).active


async def test_who_leaves_is_in_the_pool_no_more(
    db: Database, rossi: UUID, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await step(db, ASKED_AT)
    path, nobody = await link(db, monkeypatch, ASKED_AT), await browse()
    assert (await nobody.send_form(path, {"answer": "leave"})).status_code == 303
    expert = await row(db, Expert)
    assert (expert.active, expert.valid_until) == (False, LAST)


async def test_silence_ends_it_and_an_answer_is_then_too_late(
    db: Database, rossi: UUID, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await step(db, ASKED_AT)
    over = datetime(2026, 7, 1, 9, tzinfo=UTC)
    await step(db, over)
    renewal = await row(db, Renewal)
    assert (renewal.state, renewal.ended_at) == ("lapsed", datetime(2026, 6, 30, 22, tzinfo=UTC))
    path, nobody = await link(db, monkeypatch, over), await browse()
    late = await nobody.send_form(path, {"answer": "stay"})
    assert (late.status_code, (await row(db, Expert)).valid_until) == (409, LAST)


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({"valid_until": None}, "experts/renewal_cancelled"),
        ({"email": "rossi@example.org"}, "experts/renew"),
    ],
)
async def test_what_the_secretariat_changes_is_heeded(
    db: Database, cast: Cast, rossi: UUID, changes: dict[str, Any], written: str
) -> None:
    await step(db, ASKED_AT)
    async with db.transaction(now=ASKED_AT + timedelta(hours=1), actor=cast.ada) as tx:
        await change_expert(tx, rossi, like(**{"valid_until": LAST, **changes}))
    assert await step(db, ASKED_AT + timedelta(hours=2)) == ["experts/renew", written]
