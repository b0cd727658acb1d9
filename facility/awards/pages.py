"""Pages of the awards: ranking and decision, awards and how they end, what became of an application."""

from litestar import Router

from facility.awards import award_pages, decision_pages

router = Router("/", route_handlers=[*decision_pages.HANDLERS, *award_pages.HANDLERS])
