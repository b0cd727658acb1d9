"""What the lead of an exception writes down of its own consultations."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import rules
from facility.applications.pages.shared import BY_LEAD, draft, save
from facility.applications.queries import ApplicationShown
from facility.applications.service import record_consultation
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@get("/applications/{application_id:uuid}/consultation", opt=BY_LEAD)
async def consultation_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Whom the lead has consulted on an exception."""
    application = await draft(read, application_id)
    return _consultation(view, application, Fields.showing({"consultation": application.consultation or ""}))


def _consultation(
    view: render.View, application: ApplicationShown, fields: Fields, status: int = 200
) -> Page:
    if application.track != "exception":
        refuse("wrong_track")
    return view.page("applications/consultation.html", status=status, application=application, form=fields)


@post("/applications/{application_id:uuid}/consultation", opt=BY_LEAD)
async def save_consultation(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Saves it; it is not part of what partners confirm."""
    fields = Fields(form)
    text = fields.text("consultation", most=rules.MAX_CONSULTATION, multiline=True)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        return _consultation(view, await draft(connection, application_id), fields, status)

    await save(tx, fields, lambda: record_consultation(tx, application_id, text), again)
    return view.go(f"/applications/{application_id}", _("Saved."))


HANDLERS = [consultation_form, save_consultation]
