"""The worker's loops: whatever a step raises, it is done again."""

import asyncio

import pytest

from facility import worker
from facility.db import Database
from facility.settings import Settings


async def test_a_step_that_fails_by_our_own_fault_is_tried_again(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0)
    monkeypatch.setattr(worker, "MOST_SECONDS", 0)
    background = worker.Background(db, worker.Jobs(settings, db.url))
    turns, enough = 0, asyncio.Event()

    async def step() -> int:
        nonlocal turns
        turns += 1
        if turns < 4:
            raise ValueError
        enough.set()
        return 0

    repeating = asyncio.create_task(background._repeat(step))
    await enough.wait()
    repeating.cancel()
    assert turns >= 4
