"""The demo story is told in the order of time: no history shows a step above a later one."""

from sqlalchemy import text

from tests.house.world import TakesBack

# As pages put histories together: an award's with that of its application, an agreement's with those of its envelopes.
BACK_IN_TIME = text(
    """
    SELECT kind, before, recorded_at, at_before FROM (
        SELECT event.*, lag(kind) OVER ordered AS before, lag(recorded_at) OVER ordered AS at_before
        FROM event LEFT JOIN award ON award.id = subject_id LEFT JOIN envelope ON envelope.id = subject_id
        WINDOW ordered AS (
            PARTITION BY coalesce(award.application_id, envelope.contract_id, subject_id) ORDER BY event.seq
        )
    ) AS step WHERE recorded_at < at_before
    """
)


async def test_no_history_of_the_story_goes_back_in_time(untouched: TakesBack) -> None:
    async with untouched.reader() as connection:
        steps = [tuple(step) for step in await connection.execute(BACK_IN_TIME)]
    assert steps == []
