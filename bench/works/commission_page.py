"""The Commission's page, for Carl, who has signed in."""

from typing import Any

from bench.sizes import Size
from bench.stage import Stage
from bench.works.pages import compare
from facility.events.relay import follow


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Against two statements by hand."""
    cookie = await stage.sign_in("carl")
    await follow(stage.db)
    return await compare(stage, size, "/commission", cookie)
