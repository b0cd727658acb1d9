"""A rolling call of three cut-offs and an urgent one on one envelope, built by the very commands; for tests."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility.applications.models.application import Application
from facility.awards.queries.money import free_money
from facility.calls.models.call import Call
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.modes import Mode
from facility.db import Database
from tests.judging import CLOSES, NO_COOL_DOWN, OPENS, Judging

CUT_OFFS = (CLOSES, CLOSES + timedelta(days=30), CLOSES + timedelta(days=60))
SERIES = "TAF-2021-07"
URGENT = "TAF-2021-08"


class Rolling(Judging):
    """The cast with a series; its batches by their number."""

    async def series(
        self,
        amount: str,
        *,
        skip: bool = False,
        cut_offs: tuple[datetime, ...] = CUT_OFFS,
        spread: CoolDown = NO_COOL_DOWN,
        reference: str = SERIES,
    ) -> UUID:
        """A published rolling call."""
        rules = {"mode": Mode.ROLLING, "cut_offs": cut_offs, "closes_at": cut_offs[-1]}
        made = await self.call(reference, amount=amount, skip_unaffordable=skip, cool_down=spread, **rules)
        for row in await self.batches(reference):
            self.calls[row.reference] = row.id
        return made

    async def urgent(self, amount: str, hours: int = 8) -> UUID:
        """A published urgent call."""
        return await self.call(URGENT, amount=amount, mode=Mode.URGENT, decide_within_hours=hours)

    async def batches(self, series: str = SERIES) -> list[Call]:
        """The batches of a series, in their order."""
        async with self.db.transaction(now=OPENS) as tx:
            query = select(Call).where(Call.series_id == self.calls[series]).order_by(Call.batch)
            return list(await tx.session.scalars(query))

    async def judge(self, number: int, scores: dict[str, str], series: str = SERIES) -> None:
        """The batch closes and is opened; its own applications are admitted and get these scores for relevance."""
        row = (await self.batches(series))[number - 1]
        self.calls[row.reference] = row.id
        at = row.closes_at
        await self.teller.close(row.id, at)
        for name, relevance in scores.items():
            await self.teller.admit([self.applications[name]], at)
            await self.score("elena", name, "16", relevance)

    async def settle(self, number: int, series: str = SERIES) -> None:
        """Proposed by Vera, decided by Paul, a day after the batch closed."""
        row = (await self.batches(series))[number - 1]
        await self.teller.decide(row.id, row.closes_at + timedelta(days=1))

    async def batch_of(self, name: str) -> int | None:
        """The number of the batch that an application is in."""
        return (await self.row(Call, (await self.row(Application, self.applications[name])).call_id)).batch

    async def left(self, series: str = SERIES) -> Decimal:
        """What the series has left, in EUR."""
        async with self.db.transaction(now=OPENS) as tx:
            return await free_money(tx.session, self.calls[series])


async def rolling(
    db: Database, envelope: str = "80000.00", amount: str | None = None, *, spread: CoolDown = NO_COOL_DOWN
) -> Rolling:
    """The cast, an envelope, and a rolling call of that amount."""
    play = Rolling(db)
    await play.cast()
    await play.envelope(amount=envelope)
    await play.series(amount or envelope, spread=spread)
    return play
