"""Pages of the evaluation: an assessor's own, and the staff's."""

from litestar import Router

from facility.evaluation import assessor_pages, staff_pages

router = Router("/", route_handlers=[*assessor_pages.HANDLERS, *staff_pages.HANDLERS])
