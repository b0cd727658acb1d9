"""A stand-by rota of three experts who know its theme, and what tests do with it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

import facility.experts.checks
import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database, Tx
from facility.events.reconcile import CHECKS
from facility.events.relay import deliver_all
from facility.experts.models.profile import Expert, Theme
from facility.experts.models.rota import OnCall, Swap
from facility.experts.service.pool import register_expert, seed_themes
from facility.experts.service.rota import put_on_call, set_rota_themes
from facility.experts.service.swaps import offer_swap
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from tests.cast import Cast
from tests.experts.test_service import like
from tests.mails import IN_ORDER

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
FIRST, SECOND, THIRD, FOURTH, FIFTH = (MONDAY + timedelta(weeks=number) for number in range(5))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
CODE = "OC.CYBER"


class Rota:
    """Experts X1 to X3, who know cyber-attacks, and X4, who does not; the theme has a rota."""

    def __init__(self, db: Database, cast: Cast) -> None:
        self.db, self.cast, self.at = db, cast, NOW
        self.experts: dict[str, UUID] = {}
        self.theme = UUID(int=0)

    async def act[T](self, command: Callable[..., Awaitable[T]], *given: Any, by: UUID | None = None) -> T:
        """Carry out a command a second later, and what follows from it."""
        self.at += timedelta(seconds=1)
        async with self.db.transaction(now=self.at, actor=by or self.cast.ada) as tx:
            done = await command(tx, *given)
        await deliver_all(self.db, lambda: self.at)
        return done

    async def put(self, code: str, first: date, weeks: int = 1) -> None:
        await self.act(put_on_call, self.theme, self.experts[code], first, weeks)

    async def holders(self) -> dict[date, str]:
        """Who is on call, by week."""
        query = select(OnCall.week, Expert.code).join(Expert, Expert.id == OnCall.expert_id)
        async with self.db.transaction(now=self.at) as tx:
            return {row.week: row.code for row in await tx.session.execute(query.order_by(OnCall.week))}

    async def duty(self, week: date) -> UUID:
        async with self.db.transaction(now=self.at) as tx:
            return (await tx.session.scalars(select(OnCall.id).where(OnCall.week == week))).one()

    async def offer(self, code: str, week: date, to: str, in_exchange: date | None = None) -> Swap:
        duty = await self.duty(week)
        return await self.act(offer_swap, self.experts[code], duty, self.experts[to], in_exchange)

    async def swap(self) -> Swap:
        async with self.db.transaction(now=self.at) as tx:
            return (await tx.session.scalars(select(Swap).order_by(Swap.asked_at.desc()).limit(1))).one()

    async def mails(self) -> list[tuple[str, str]]:
        """Template and expert, in the order in which they were queued; every subject is free of names."""
        query = select(Mail.template, Expert.code, Mail.subject).join(Expert, Expert.email == Mail.to_address)
        async with self.db.transaction(now=self.at) as tx:
            rows = (await tx.session.execute(query.order_by(*IN_ORDER))).all()
        assert [row.subject for row in rows if "X" in row.subject or "Cyber" in row.subject] == []
        return [(row.template.removeprefix("experts/"), row.code) for row in rows]

    async def path(self, purpose: str, subject: UUID) -> str:
        query = select(Link).where(Link.purpose == purpose, Link.subject_id == subject)
        async with self.db.transaction(now=self.at) as tx:
            return path_of((await tx.session.scalars(query)).one())

    async def own(self, code: str) -> str:
        """The expert's own address."""
        return await self.path("profile", self.experts[code])

    async def sound(self) -> None:
        async with self.db.reader() as connection:
            assert await CHECKS["experts: swaps"](connection) == []


@pytest.fixture
async def rota(db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Rota:
    made = Rota(db, cast)
    monkeypatch.setattr(clock, "now", lambda: made.at)

    async def fill(tx: Tx) -> None:
        await seed_themes(tx)
        made.theme = (await tx.session.scalars(select(Theme.id).where(Theme.code == CODE))).one()
        for number in range(1, 5):
            known = {CODE: 4} if number < 4 else {CODE: 2}
            draft = like(
                code=f"X{number}",
                email=f"x{number}@example.org",
                themes=known,
                available=[YEAR],
                conflicts=[],
            )
            made.experts[draft.code] = (await register_expert(tx, draft)).id
        await set_rota_themes(tx, [made.theme])

    await made.act(fill)
    return made
