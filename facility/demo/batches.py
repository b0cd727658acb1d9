"""The present of the demo, continued: a rolling call whose first batch is decided, and an urgent application."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.calls.models.call import Call
from facility.calls.rules.modes import Mode
from facility.demo.story import COMMENT, Story, Wish
from facility.story.calls import GRID, points

THB = Wish(
    title="Identifying victims of trafficking at borders",
    lead="jelena",
    partners=("biljana",),
    amounts=("22000.00", "14000.00"),
    themes=("OC.THB",),
)
LABORATORIES = Wish(
    title="Dismantling synthetic drug laboratories",
    lead="ilir",
    partners=("milena",),
    amounts=("19000.00", "11000.00"),
    themes=("OC.DRUGS",),
)
HOSTAGES = Wish(
    title="Advice on a wave of ransom demands",
    lead="arta",
    partners=("ilir",),
    amounts=("6000.00", "3000.00"),
    themes=("OC.CYBER",),
)


async def tell_batches(story: Story) -> None:
    """What is rolling and what is urgent."""
    await _rolling(story)
    await _urgent(story)


async def _rolling(story: Story) -> None:
    """One award in the first batch; the other application is ranked once more in the second."""
    cut_offs = (story.noon(-24), story.noon(18))
    series = await story.call(
        5, "Joint initiatives at any time", -60, 18, "60000.00", mode=Mode.ROLLING, cut_offs=cut_offs
    )
    ids = [await story.apply(series, wish, story.noon(-40)) for wish in (THB, LABORATORIES)]
    for application_id, wish in zip(ids, (THB, LABORATORIES), strict=True):
        await story.submit(application_id, wish, story.noon(-30))
    first, *_later = await _batches(story, series)
    await story.close(first, cut_offs[0])
    await story.admit(ids, story.noon(-22))
    for assessor in ("emma", "enzo"):
        await story.appoint(assessor, ids, story.noon(-21), story.noon(-20))
    for assessor in ("emma", "enzo"):
        await story.score(ids[0], assessor, points(16, 17, 13, 12, 12, 12), story.noon(-18), COMMENT)
        await story.score(ids[1], assessor, points(15, 15, 11, 12, 11, 11), story.noon(-18), COMMENT)
    await story.decide(first, story.noon(-14), story.noon(-15))


async def _batches(story: Story, series: UUID) -> list[UUID]:
    async with story.db.reader() as connection:
        query = select(Call.id).where(Call.series_id == series).order_by(Call.batch)
        return list((await connection.execute(query)).scalars())


async def _urgent(story: Story) -> None:
    """One application came in this morning, and waits for two people to open it."""
    grid = msgspec.structs.replace(GRID, min_assessments=1)
    rules = {"grid": grid, "mode": Mode.URGENT, "decide_within_hours": 48, "award_max": Decimal("30000.00")}
    series = await story.call(6, "Urgent expertise", -60, 300, "30000.00", **rules)
    application_id = await story.apply(series, HOSTAGES, story.noon(-4))
    await story.submit(application_id, HOSTAGES, story.now - timedelta(hours=5))
