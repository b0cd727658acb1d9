"""A call that asks for activities and a budget by lines, and a draft to it."""

from uuid import UUID

import pytest

from facility.calls.rules.forms import FormDefinition
from facility.db import Database
from facility.demo.budgets import BY_LINES
from tests.applications.budgets import Ground, lay
from tests.applications.conftest import Stage, Times


@pytest.fixture
def form() -> FormDefinition:
    """A call that asks for activities and a budget by lines."""
    return BY_LINES


@pytest.fixture
async def ground(db: Database, stage: Stage, times: Times, draft: UUID) -> Ground:
    """The draft with three parties and two activities, and the rates that are known."""
    return await lay(db, stage, times, draft)
