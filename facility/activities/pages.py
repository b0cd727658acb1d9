"""Pages of activities: the list, one activity, planning and moving it, who came, evidence, reporting and verifying."""

from litestar import Router

from facility.activities import attendance_pages, evidence_pages, plan_pages, report_pages

router = Router(
    "/",
    route_handlers=[
        *plan_pages.HANDLERS,
        *attendance_pages.HANDLERS,
        *evidence_pages.HANDLERS,
        *report_pages.HANDLERS,
    ],
)
