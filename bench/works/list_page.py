"""The staff's list of applications: the first 25 of 2 000."""

from typing import Any

from bench.copies import copy_application
from bench.sizes import Size
from bench.stage import Stage
from bench.works.pages import compare
from facility.events.relay import follow

_SUBMITTED = """
    SELECT application.id FROM application JOIN call ON call.id = call_id
    WHERE application.status = 'submitted' AND track = 'joint' AND call.state = 'closed'
    ORDER BY application.reference LIMIT 1
"""


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Against three statements by hand."""
    await copy_application(stage, await stage.id_of(_SUBMITTED), size.applications)
    await follow(stage.db)
    return await compare(stage, size, "/applications/received", await stage.sign_in("vera"))
