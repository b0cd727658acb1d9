"""A row that is off is named, and nothing else."""

from datetime import date

import pytest
from sqlalchemy import text

from facility.events.reconcile import reconcile
from tests.deployments.conftest import Sending, expert


async def off(sending: Sending, *statements: str) -> dict[str, list[str]]:
    async with sending.db.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    return {name: lines for name, lines in (await reconcile(sending.db)).items() if lines}


@pytest.mark.parametrize(
    ("statement", "check", "words"),
    [
        ("UPDATE invitation SET seat = 9 WHERE outcome = 'open'", "seats", "is for seat 9 of 2"),
        ("UPDATE deployment SET seats = 1 WHERE state = 'filled'", "seats", "2 accepted for 1 seats"),
        (
            "UPDATE deployment SET state = 'requested' WHERE state = 'asking'",
            "seats",
            "its deployment is requested",
        ),
        ("DELETE FROM booking WHERE day = '2021-10-06'", "bookings", "2021-10-06 is not booked"),
        (
            "INSERT INTO booking SELECT expert_id, '2021-10-20', deployment_id FROM booking WHERE day = '2021-10-06'",
            "bookings",
            "2021-10-20 is booked without a yes",
        ),
        (
            "UPDATE deployment SET starts_on = '2021-10-08', ends_on = '2021-10-12' WHERE state = 'asking'",
            "no day twice",
            "",
        ),
        (
            "UPDATE candidate SET state = 'waiting' WHERE state = 'asked'",
            "candidates",
            "is waiting and has an invitation",
        ),
        (
            "UPDATE candidate SET state = 'asked' WHERE state = 'waiting'",
            "candidates",
            "is asked and has no invitation",
        ),
        (
            "DELETE FROM candidate WHERE state = 'asked'",
            "candidates",
            "is for somebody who is not on the list",
        ),
        (
            "UPDATE deployment SET state = 'asking' WHERE state = 'filled'",
            "candidates",
            "is asking with 2 of 2 seats taken",
        ),
        (
            "UPDATE invitation SET outcome = 'declined', ended_at = now() WHERE outcome = 'open'",
            "candidates",
            "somebody waits and too few are asked",
        ),
    ],
)
async def test_what_is_off_is_named(sending: Sending, statement: str, check: str, words: str) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(4)])
    filled = await sending.asking(seats=2)
    await sending.accept(filled, "X0")
    await sending.accept(filled, "X1")
    asking = await sending.asking(seats=2, starts_on=date(2021, 10, 11), ends_on=date(2021, 10, 12))
    await sending.accept(asking, "X0")
    assert await off(sending) == {}
    mistakes = await off(sending, statement)
    assert any(words in line for line in mistakes[f"deployments: {check}"])
