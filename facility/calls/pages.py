"""Pages about calls: what anyone sees, and what those who run them see."""

from litestar import Router

from facility.calls import public_pages, staff_pages
from facility.calls.staff_pages import READERS
from facility.web.access import ANYONE
from facility.web.i18n import N_
from facility.web.navigation import nav

nav(N_("Calls"), "/calls", ANYONE, order=10)
nav(N_("Manage calls"), "/staff/calls", *READERS, order=20)

router = Router("/", route_handlers=[*public_pages.HANDLERS, *staff_pages.HANDLERS])
