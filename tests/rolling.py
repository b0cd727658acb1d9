"""A rolling call of three cut-offs and an urgent one on one envelope, built by the very commands; for tests."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility.admission.service.admissibility import check_admissibility
from facility.applications.models.application import Application
from facility.awards.queries.money import free_money
from facility.awards.service.deciding import decide, propose
from facility.calls.models.call import Call
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.modes import Mode
from facility.calls.service.closing import close_call
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
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
        rules = {"mode": Mode.ROLLING, "cut_offs": cut_offs, "cool_down": spread}
        return await self._publish(reference, amount, skip=skip, **rules)

    async def urgent(self, amount: str, hours: int = 8) -> UUID:
        """A published urgent call."""
        return await self._publish(URGENT, amount, mode=Mode.URGENT, decide_within_hours=hours)

    async def _publish(self, reference: str, amount: str, *, skip: bool = False, **mode: object) -> UUID:
        plain = self._draft(reference, "Facility", amount, skip=skip)
        values = {name: getattr(plain, name) for name in plain.__struct_fields__} | mode
        if cut_offs := mode.get("cut_offs"):
            values["closes_at"] = cut_offs[-1]  # type: ignore[index]
        draft = type(plain)(**values)
        at = OPENS - timedelta(days=7)
        made = await self.act("ada", lambda tx: draft_call(tx, draft), at)
        await self.act("vera", lambda tx: publish_call(tx, made.id), at)
        self.calls[reference] = made.id
        for row in await self.batches(reference):
            self.calls[row.reference] = row.id
        return made.id

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
        await self.act(None, lambda tx: close_call(tx, row.id, due_at=at), at)
        await self.open(row.id, at)
        for name, relevance in scores.items():
            await self._admit(self.applications[name], at)
            await self.score("elena", name, "16", relevance)

    async def _admit(self, key: UUID, at: datetime) -> None:
        await self.act("ada", lambda tx: check_admissibility(tx, key, admissible=True), at)

    async def settle(self, number: int, series: str = SERIES) -> None:
        """Proposed by Vera, decided by Paul, a day after the batch closed."""
        row = (await self.batches(series))[number - 1]
        at = row.closes_at + timedelta(days=1)
        await self.act("vera", lambda tx: propose(tx, row.id), at)
        await self.act("paul", lambda tx: decide(tx, row.id), at)

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
