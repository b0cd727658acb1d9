"""The address of an application: what its lead, its partners and staff find there."""

from uuid import UUID

from litestar import get

from facility.applications.access import BY_READERS
from facility.applications.pages.lead import lead_page
from facility.applications.pages.partner import partner_page
from facility.applications.queries.application import shown
from facility.applications.registry import staff_page
from facility.web.access import STAFF
from facility.web.fields import Fields
from facility.web.handler import FromPath, Page, Read, View


@get("/applications/{application_id:uuid}", opt=BY_READERS)
async def application(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The page that every link to an application leads to."""
    application = await shown(read, application_id)
    if view.me.has(*STAFF):
        return await staff_page(view, read, application)
    if all(party.institution_id != view.me.institution_id for party in application.parts.on_board):
        return view.go(f"/assessments/{application_id}")
    if application.parts.lead.institution_id == view.me.institution_id:
        return await lead_page(view, read, application)
    return await partner_page(view, read, application, Fields.showing({"signatory_name": view.me.name}))


HANDLERS = [application]
