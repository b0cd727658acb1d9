"""Documents of a draft: searched for classification markings in memory before anything touches a disk (dossier 7)."""

from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD, BY_PARTY_OR_STAFF
from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft, edit_of
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.rules.drafting import MAX_DOCUMENTS
from facility.applications.service.documents import (
    acknowledge_refusals,
    attach_document,
    may_attach_now,
    refuse_document,
    remove_document,
)
from facility.calls.rules.forms import SectionKind
from facility.db import Tx as Transaction
from facility.files.attaching import document_of
from facility.files.intake import Paper
from facility.files.kinds import MAX_DOCUMENT
from facility.refused import refuse
from facility.web import render
from facility.web.access import STAFF, TAKES_FILES
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.uploads import Intake, Sender, hand_in, hand_out


def _page(view: render.View, application: ApplicationShown, fields: Fields, status: int = 200) -> Page:
    return view.page(
        "applications/documents.html",
        status=status,
        application=application,
        form=fields,
        question=question_of(fields),
        following=tasks.following(application, application.form.of(SectionKind.DOCUMENTS)),
        most=MAX_DOCUMENT,
        virus_scanned=view.renderer.settings.clamd_url is not None,
    )


@get("/applications/{application_id:uuid}/documents", opt=BY_LEAD)
async def documents(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What is attached, what was refused, and what may be sent."""
    return _page(view, await draft(read, application_id), Fields.showing())


@post("/applications/{application_id:uuid}/documents", opt=BY_LEAD | TAKES_FILES)
async def upload(
    view: View, form: Form, db: Database, limits: Limits, application_id: FromPath[UUID]
) -> Page:
    fields = Fields(form)
    version, may_void = edit_of(fields)
    files = fields.uploads("document", most=MAX_DOCUMENTS)

    async def may(tx: Transaction) -> None:
        await may_attach_now(tx, application_id, version=version, count=len(files))

    async def attach(tx: Transaction, papers: list[Paper]) -> None:
        # What the editor saw was the version before the first.
        for number, paper in enumerate(papers):
            await attach_document(
                tx,
                application_id,
                **msgspec.structs.asdict(paper),
                version=None if number else version,
                may_void=may_void,
            )

    async def again(connection: AsyncConnection, status: int) -> Page:
        return _page(view, await draft(connection, application_id), fields, status)

    intake = Intake(
        may=may,
        attach=attach,
        leave_trace=lambda tx, **marked: refuse_document(tx, application_id, **marked),
        draw=again,
    )
    here = f"/applications/{application_id}/documents"
    return await hand_in(Sender(view.me.id, view, db, limits), fields, files, intake, to=here)


@post("/applications/{application_id:uuid}/documents/acknowledge", opt=BY_LEAD)
async def acknowledge(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Goes on without the documents that were refused."""
    Fields(form).check()
    await acknowledge_refusals(tx, application_id)
    return view.go(f"/applications/{application_id}/documents", _("The application goes on without it."))


@post("/applications/{application_id:uuid}/documents/{document_id:uuid}/remove", opt=BY_LEAD)
async def remove(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Page:
    """Takes a document out; asks first where partners have confirmed."""
    fields = Fields(form)
    version, may_void = edit_of(fields)
    document = document_of(
        (await draft(await tx.session.connection(), application_id)).parts.documents, document_id
    )

    async def again(connection: AsyncConnection, status: int) -> Page:
        return view.page(
            "applications/remove_document.html",
            status=status,
            application=await draft(connection, application_id),
            document=document,
            question=question_of(fields),
        )

    async with redrawn(tx, fields, again):
        await remove_document(tx, document_id, version=version, may_void=may_void)
    return view.go(f"/applications/{application_id}/documents", _("The document is removed."))


@get("/applications/{application_id:uuid}/documents/{document_id:uuid}", opt=BY_PARTY_OR_STAFF)
async def download(
    view: View, read: Read, application_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Page:
    """A document, for the parties at any time, for staff once the application is unsealed."""
    application = await shown(read, application_id)
    if view.me.has(*STAFF) and (application.received_at is None or application.sealed):
        refuse("not_found", kind="missing", what="document")
    document = document_of(application.parts.documents, document_id)
    return await hand_out(view, document.sha256, document.name, document.kind)


HANDLERS = [documents, upload, acknowledge, remove, download]
