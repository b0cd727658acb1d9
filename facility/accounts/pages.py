"""Pages about accounts, by room: signing in, registering, people and institutions, the demo's cast."""

from litestar import Router

from facility.accounts import (
    demo_pages,
    institution_pages,
    merge_pages,
    people_pages,
    register_pages,
    sign_in_pages,
)
from facility.accounts.queries import ENDED, VISITOR
from facility.web.access import visitor_from

visitor_from(VISITOR, ended=ENDED)

router = Router(
    "/",
    route_handlers=[
        *sign_in_pages.HANDLERS,
        *register_pages.HANDLERS,
        *people_pages.HANDLERS,
        *institution_pages.HANDLERS,
        *merge_pages.HANDLERS,
        *demo_pages.HANDLERS,
    ],
)
