"""What partners want changed, and the lead's answers."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD
from facility.applications.pages.drafts import draft
from facility.applications.queries.change_requests import RequestLine, change_requests
from facility.applications.rules.change_requests import MAX_WISH, ChangeOutcome
from facility.applications.service.change_requests import answer_change
from facility.refused import Reason, refuse
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.sentences import sentence


async def _request(connection: AsyncConnection, application_id: UUID, change_id: UUID) -> RequestLine:
    requests = await change_requests(connection, application_id)
    request = next((request for request in requests if request.id == change_id), None)
    return request or refuse("not_found", kind="missing", what="request")


@get("/applications/{application_id:uuid}/changes", opt=BY_LEAD)
async def wanted(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What waits for an answer, then what was answered."""
    application = await draft(read, application_id)
    return view.page(
        "applications/changes.html",
        application=application,
        requests=await change_requests(read, application_id),
    )


async def _page(
    view: render.View,
    connection: AsyncConnection,
    application_id: UUID,
    change_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    return view.page(
        "applications/change.html",
        status=status,
        application=await draft(connection, application_id),
        request=await _request(connection, application_id, change_id),
        form=fields,
    )


@get("/applications/{application_id:uuid}/changes/{change_id:uuid}", opt=BY_LEAD)
async def answer_form(
    view: View, read: Read, application_id: FromPath[UUID], change_id: FromPath[UUID]
) -> Page:
    """One request, and how to answer it."""
    return await _page(view, read, application_id, change_id, Fields.showing())


@post("/applications/{application_id:uuid}/changes/{change_id:uuid}", opt=BY_LEAD)
async def answer(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], change_id: FromPath[UUID]
) -> Page:
    """Tells the partner what was done about it."""
    await _request(await tx.session.connection(), application_id, change_id)
    fields = Fields(form)
    done = fields.choice("outcome", (ChangeOutcome.DONE, ChangeOutcome.NOT_DONE)) == ChangeOutcome.DONE
    missing = None if done else sentence(Reason("word_missing"))
    text = fields.text("answer", missing=missing, most=MAX_WISH, multiline=True)
    outcome = ChangeOutcome.DONE if done else ChangeOutcome.NOT_DONE

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, application_id, change_id, fields, status)

    async with redrawn(tx, fields, again):
        await answer_change(tx, change_id, outcome=outcome, answer=text)
    return view.go(f"/applications/{application_id}/changes", _("The partner gets a mail with your answer."))


HANDLERS = [wanted, answer_form, answer]
