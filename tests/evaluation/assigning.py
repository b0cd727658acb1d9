"""Three applications under assessment, five assessors, and who is assigned."""

from sqlalchemy import select

from facility import clock
from facility.db import Database
from facility.evaluation.models.assignment import Assignment
from facility.evaluation.service import assessing as evaluation
from facility.events.relay import drain
from facility.outbox.models import Mail
from tests.judging import CLOSES, Judging, judging
from tests.prepared import built_once

NAMES = ("A", "B", "C")


@built_once
async def play(db: Database) -> Judging:
    """Three applications under assessment and five assessors."""
    made = await judging(db)
    for name in NAMES:
        await made.apply(name, "10000.00")
    await made.close()
    return made


def address(play: Judging) -> str:
    return f"/evaluation/{play.calls['TAF-2021-01']}/assignment"


async def stored(play: Judging) -> list[tuple[str, str, str]]:
    """Application, assessor and reason of every assignment that stands."""
    names = {key: name for name, key in {**play.people, **play.applications}.items()}
    async with play.db.reader() as connection:
        query = select(Assignment.__table__).where(Assignment.ended_at.is_(None))
        rows = (await connection.execute(query)).all()
    return sorted((names[row.application_id], names[row.assessor_id], row.reason) for row in rows)


async def mails(play: Judging, template: str) -> list[str]:
    async with play.db.reader() as connection:
        query = select(Mail.to_address).where(Mail.template == template).order_by(Mail.to_address)
        return list((await connection.execute(query)).scalars())


async def declare(play: Judging, who: str, name: str) -> None:
    key = play.applications[name]
    await play.act(
        who, lambda tx: evaluation.declare_conflict(tx, key, conflict=True, reason="My sister."), CLOSES
    )


async def give(play: Judging, name: str, who: str) -> None:
    key = play.applications[name]
    await play.act("ada", lambda tx: evaluation.assign(tx, key, play.people[who]), CLOSES)


async def settle(play: Judging) -> None:
    """What follows from what a page has done."""
    await drain(play.db, clock.now)
