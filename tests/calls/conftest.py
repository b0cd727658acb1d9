"""A published call amid its cast, for what happens to it afterwards."""

import pytest

from facility.db import Database
from tests.judging import Judging, judging


@pytest.fixture
async def play(db: Database) -> Judging:
    """The cast, an envelope of EUR 80 000, and the published call TAF-2021-01 of the same amount."""
    return await judging(db)
