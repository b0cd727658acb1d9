"""Pages of requests for expertise: those of staff, and what an expert's link shows."""

from litestar import Router

from facility.deployments import link_pages, staff_pages

router = Router("/", route_handlers=[*staff_pages.HANDLERS, *link_pages.HANDLERS])
