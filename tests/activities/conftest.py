"""An application that is awarded."""

import pytest

from facility.db import Database
from tests.judging import Judging, judging


@pytest.fixture
async def play(db: Database) -> Judging:
    """A is awarded."""
    made = await judging(db)
    await made.apply("A", "35427.70")
    await made.close()
    await made.score("elena", "A", "16", "64")
    await made.decide()
    return made
