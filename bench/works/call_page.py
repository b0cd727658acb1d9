"""The public page of the call that is open, over HTTP."""

from typing import Any

from sqlalchemy import text

from bench.sizes import Size
from bench.stage import Stage
from bench.works.pages import compare


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Against one statement by hand."""
    async with stage.db.reader() as connection:
        query = text(
            "SELECT reference FROM call WHERE mode = 'deadline' AND opens_at < now() AND closes_at > now() ORDER BY closes_at, id LIMIT 1"
        )
        reference = (await connection.execute(query)).scalar_one()
    return await compare(stage, size, f"/calls/{reference}")
