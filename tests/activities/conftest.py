"""An application that is awarded."""

from facility.db import Database
from tests.judging import Judging, judging
from tests.prepared import built_once


@built_once
async def play(db: Database) -> Judging:
    """A is awarded."""
    made = await judging(db)
    await made.apply("A", "35427.70")
    await made.close()
    await made.score("elena", "A", "16", "64")
    await made.decide()
    return made
