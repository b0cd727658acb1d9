"""A broken row is named; a sound database says nothing."""

from uuid import UUID

import pytest
from sqlalchemy import text

from facility.applications.checks import boards, confirmations, fingerprints, requested
from facility.applications.service.submission import submit
from facility.db import Database
from facility.events.reconcile import Check
from tests.applications.conftest import CLOSES

BREAK = {
    "requested": (requested, "UPDATE application SET requested = 1"),
    "confirmed": (confirmations, "UPDATE party SET role = 'Something else' WHERE is_lead"),
    "confirmed_own": (confirmations, "UPDATE party SET amount = amount + 1 WHERE NOT is_lead"),
    "confirmed_unkept": (
        confirmations,
        "WITH lost AS (DELETE FROM confirmed_content) UPDATE application SET version = version + 1",
    ),
    "fingerprints": (fingerprints, "UPDATE application SET fingerprint = 'f'"),
    "snapshot": (fingerprints, """UPDATE application SET submission = submission || '{"title": "Other"}'"""),
    "boards": (boards, "UPDATE party SET confirmation = 'void' WHERE NOT is_lead"),
}


@pytest.mark.parametrize("name", BREAK)
async def test_a_broken_row_is_named(db: Database, confirmed: UUID, name: str) -> None:
    check: Check
    check, statement = BREAK[name]
    async with db.transaction(now=CLOSES) as tx:
        await submit(tx, confirmed, received_at=CLOSES)
    async with db.engine.connect() as connection:
        assert await check(connection) == []
        await connection.execute(text(statement))
        mistakes = await check(connection)
    assert len(mistakes) == 1
    assert mistakes[0].startswith("application TAF-2021-01/001: ")
