"""The present of the demo, continued: a rolling call whose first batch is decided, and an urgent application."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.admission.service.admissibility import check_admissibility
from facility.awards.service.deciding import decide, propose
from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft
from facility.calls.rules.modes import Mode
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.demo.story import GRID, Story, Wish
from facility.demo.texts import CALL_TEXT
from facility.evaluation.service import assessing as evaluation

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


async def _publish(story: Story, number: int, title: str, opens: int, **more: Any) -> UUID:
    draft = CallDraft(
        reference=f"TAF-{story.now.year}-{number:02}",
        title=title,
        text=CALL_TEXT,
        opens_at=story.noon(opens),
        envelope_id=story.troupe.envelope_id,
        award_min=Decimal("5000.00"),
        award_max=Decimal("60000.00"),
        min_beneficiaries=2,
        **more,
    )
    call = await story.act(story.noon(opens - 2), "ada", draft_call, draft)
    await story.act(story.noon(opens - 1), "vera", publish_call, call.id)
    return call.id


async def _rolling(story: Story) -> None:
    """One award in the first batch; the other application is ranked once more in the second."""
    cut_offs = (story.noon(-24), story.noon(18))
    series = await _publish(
        story,
        5,
        "Joint initiatives at any time",
        -60,
        closes_at=cut_offs[-1],
        amount=Decimal("60000.00"),
        grid=GRID,
        mode=Mode.ROLLING,
        cut_offs=cut_offs,
    )
    ids = [await story.apply(series, wish, story.noon(-40)) for wish in (THB, LABORATORIES)]
    for application_id, wish in zip(ids, (THB, LABORATORIES), strict=True):
        await story.submit(application_id, wish, story.noon(-30))
    first, *_later = await _batches(story, series)
    await story.close(first, cut_offs[0])
    await _judge(story, first, ids, [[16, 17, 13, 12, 12, 12], [15, 15, 11, 12, 11, 11]])
    await story.act(story.noon(-15), "vera", propose, first)
    await story.act(story.noon(-14), "paul", decide, first)


async def _batches(story: Story, series: UUID) -> list[UUID]:
    async with story.troupe.db.reader() as connection:
        query = select(Call.id).where(Call.series_id == series).order_by(Call.batch)
        return list((await connection.execute(query)).scalars())


async def _judge(story: Story, call_id: UUID, ids: Sequence[UUID], scores: Sequence[Sequence[int]]) -> None:
    for application_id in ids:
        await story.act(story.noon(-22), "ada", check_admissibility, application_id, admissible=True)
    for assessor in ("emma", "enzo"):
        for application_id in ids:
            await story.act(
                story.noon(-21), "ada", evaluation.assign, application_id, story.troupe.people[assessor]
            )
        await story.act(story.noon(-20), assessor, evaluation.sign_declaration, call_id)
        for application_id, given in zip(ids, scores, strict=True):
            await story.score(application_id, assessor, given, story.noon(-18))


async def _urgent(story: Story) -> None:
    """One application came in this morning, and waits for two people to open it."""
    series = await _publish(
        story,
        6,
        "Urgent expertise",
        -60,
        closes_at=story.noon(300),
        amount=Decimal("30000.00"),
        grid=msgspec.structs.replace(GRID, min_assessments=1),
        mode=Mode.URGENT,
        decide_within_hours=48,
    )
    application_id = await story.apply(series, HOSTAGES, story.noon(-4))
    await story.submit(application_id, HOSTAGES, story.now - timedelta(hours=5))
