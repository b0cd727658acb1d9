"""Pages of the awards: ranking and decision, awards and how they end, what became of an application."""

from litestar import Router

import facility.awards.names  # noqa: F401 - registers what the ledger calls an award
from facility.awards import award_pages, cool_down_pages, decision_pages, proposal_pages, urgent_pages

router = Router(
    "/",
    route_handlers=[
        *decision_pages.HANDLERS,
        *cool_down_pages.HANDLERS,
        *urgent_pages.HANDLERS,
        *award_pages.HANDLERS,
        *proposal_pages.HANDLERS,
    ],
)
