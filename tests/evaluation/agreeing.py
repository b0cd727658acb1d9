"""Two applications whose scores are apart, and assessors who agree on scores, step by step."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from facility.awards.queries.bundle import bundle
from facility.awards.service.deciding import propose
from facility.db import Database
from facility.evaluation.service.consensus import (
    answer_on_scores,
    begin_consensus,
    send_agreed_scores,
)
from facility.events.reconcile import reconcile
from facility.outbox.models import Mail
from facility.refused import Refused
from tests.judging import CLOSES, GRID, Judging
from tests.prepared import built_once

CALL = "TAF-2021-01"
LATER = CLOSES + timedelta(days=2)
DIVERGING = replace(GRID, min_assessments=2, divergence=15)
AGREED = {"capacity": Decimal(15), "relevance": Decimal(60)}
WHY = "The budget is not explained, so I stay at 40 points."


@built_once
async def play(db: Database) -> Judging:
    """A call that allows 15 points between totals: those of A are 20 apart, those of B 10."""
    return await judged(db, DIVERGING)


async def judged(db: Database, grid: Any) -> Judging:
    made = Judging(db)
    await made.cast()
    await made.envelope(amount="80000.00")
    await made.call(grid=grid)
    for name in ("A", "B"):
        await made.apply(name, "10000.00")
    await made.close()
    await made.score("elena", "A", "14", "66")
    await made.score("erik", "A", "14", "46")
    await made.score("elena", "B", "14", "60")
    await made.score("erik", "B", "14", "50")
    return made


async def begun(play: Judging, by: str = "ada", rapporteur: str = "elena") -> Any:
    key, person = play.applications["A"], play.people[rapporteur]
    return await play.act(by, lambda tx: begin_consensus(tx, key, person), LATER)


async def sent(play: Judging, consensus_id: Any, by: str = "elena") -> None:
    key = play.applications["A"]
    await play.act(by, lambda tx: send_agreed_scores(tx, key, consensus_id, AGREED, {}), LATER)


async def answered(play: Judging, consensus_id: Any, by: str = "erik", dissent: str = "") -> None:
    key = play.applications["A"]
    await play.act(
        by,
        lambda tx: answer_on_scores(tx, key, consensus_id, agrees=not dissent, dissent=dissent),
        LATER,
    )


async def refused(play: Judging, actor: str, command: Any) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(Refused) as caught:
        await play.act(actor, command, LATER)
    return caught.value.kind, caught.value.codes


async def proposing(play: Judging) -> Any:
    return await refused(play, "vera", lambda tx: propose(tx, play.calls[CALL]))


async def templates(play: Judging) -> list[tuple[str, str]]:
    async with play.db.reader() as connection:
        query = select(Mail.template, Mail.to_name).where(Mail.template.in_(MAILS))
        mails = await connection.execute(query)
        return sorted((row.template.partition("/")[2], row.to_name.split()[0]) for row in mails)


MAILS = [
    f"evaluation/{name}" for name in ("scores_unsettled", "consensus", "agreed_scores", "consensus_ended")
]


async def document_of(play: Judging) -> dict[str, Any]:
    async with play.db.reader() as connection:
        return await bundle(connection, play.calls[CALL])


async def rows(play: Judging, model: Any) -> list[Any]:
    async with play.db.reader() as connection:
        return list((await connection.execute(select(model.__table__))).all())


async def sound(play: Judging) -> None:
    assert not {name: off for name, off in (await reconcile(play.db)).items() if off}
