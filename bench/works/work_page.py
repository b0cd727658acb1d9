"""Work of the secretariat, for Ada, who has signed in."""

from typing import Any

from bench.sizes import Size
from bench.stage import Stage
from bench.works.pages import compare


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Against three statements by hand."""
    return await compare(stage, size, "/", await stage.sign_in("ada"))
