"""Pages look at the clock, so the call of their tests is open now."""

from datetime import timedelta

import pytest

from facility import clock
from tests.applications.conftest import Stage, Times
from tests.browser import Browser, Browsers


@pytest.fixture(scope="session")
def times() -> Times:
    """A call that opened eight days ago and closes tomorrow."""
    now = clock.now()
    return Times(
        now - timedelta(days=9), now - timedelta(days=8), now - timedelta(days=7), now + timedelta(days=1)
    )


@pytest.fixture
async def omar(stage: Stage, browse: Browsers) -> Browser:
    """The lead's browser."""
    return await browse(stage.omar)
