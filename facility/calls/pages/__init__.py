"""Pages about calls: what anyone sees, and what those who run them see."""

from litestar import Router

from facility.calls.pages import checklist, drafts, form, public, publication, staff
from facility.calls.pages.shared import READERS
from facility.web.access import ANYONE, Role
from facility.web.i18n import N_
from facility.web.navigation import nav
from facility.web.waiting import waits

nav(N_("Calls"), "/calls", ANYONE, order=10)
nav(N_("Manage calls"), "/staff/calls", *READERS, order=20)
waits(
    N_("Drafts of calls that a colleague wrote, to check and publish"),
    "/staff/calls?status=draft",
    Role.SECRETARIAT,
    sql="SELECT count(*) FROM call WHERE state = 'draft' AND drafted_by IS DISTINCT FROM :person_id",
)

router = Router(
    "/",
    route_handlers=[
        *public.HANDLERS,
        *staff.HANDLERS,
        *drafts.HANDLERS,
        *publication.HANDLERS,
        *form.HANDLERS,
        *checklist.HANDLERS,
    ],
)
