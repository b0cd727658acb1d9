"""Documents of a draft: searched for classification markings in memory before anything touches a disk (dossier 7)."""

import asyncio
import hashlib
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import queries
from facility.applications.pages.shared import BY_LEAD, BY_PARTY_OR_STAFF, STAFF, draft, edit_of, save
from facility.applications.queries import ApplicationShown, DocumentLine
from facility.applications.service import (
    acknowledge_refusals,
    attach_document,
    refuse_document,
    remove_document,
)
from facility.files.kinds import MAX_DOCUMENT, Kind, UnreadableDocument
from facility.files.scan import scan
from facility.files.store import Store
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _

UNREADABLE = {
    "empty": N_("The file is empty."),
    "too_large": N_("The file is too large; at most 10 MB."),
    "unknown": N_("This is no PDF, Word, Excel, OpenDocument, PNG or JPEG file, whatever its name says."),
    "two_kinds": N_(
        "The file is two kinds of file at once, so that each program shows another one. Save it anew."
    ),
    "macros": N_("The file holds macros. Save it without them, as DOCX, XLSX, ODT or ODS."),
    "old_office": N_("This is an old Word, Excel or PowerPoint file. Save it as DOCX, XLSX or PDF."),
    "encrypted": N_("The file is protected by a password, so it cannot be searched. Send it without."),
    "broken": N_("The file is damaged or incomplete and cannot be searched. Save it anew and try again."),
    "bomb": N_("The file is too complicated to be searched. Make it simpler, or split it."),
}
"""Why a document can't be taken, untranslated."""


def store_of(view: render.View) -> Store:
    """Where documents are kept."""
    return Store(view.renderer.settings.documents_dir)


def _page(
    view: render.View, application: ApplicationShown, fields: Fields, status: int = 200, question: str = ""
) -> Page:
    return view.page(
        "applications/documents.html",
        status=status,
        application=application,
        form=fields,
        question=question,
        most=MAX_DOCUMENT,
    )


@get("/applications/{application_id:uuid}/documents", opt=BY_LEAD)
async def documents(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What is attached, what was refused, and what may be sent."""
    return _page(view, await draft(read, application_id), Fields.showing())


@post("/applications/{application_id:uuid}/documents", opt=BY_LEAD)
async def upload(view: View, form: Form, db: Database, application_id: FromPath[UUID]) -> Page:
    """Takes a document that carries no marking; refuses one that does, and leaves the trace of that.

    Searching takes a second and storing a while, so the transaction opens afterwards.
    """
    fields = Fields(form)
    version, may_void = edit_of(fields)
    file = fields.file("document")
    name = file.name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].strip()[:200] or _("unnamed")
    received_at = view.scope["state"]["received_at"]
    sha256 = hashlib.sha256(file.content).hexdigest()
    marked, kind = False, None
    if not fields.errors:
        marked, kind = await _examine(fields, name, file.content)
    if kind is not None:
        # Bytes under their own hash: whatever becomes of the transaction, nothing wrong is left behind.
        await asyncio.to_thread(store_of(view).put, file.content)
    async with db.transaction(now=received_at, actor=view.me.id) as tx:
        if marked:
            await refuse_document(tx, application_id, sha256=sha256)
            fields.wrong("document", _("This document carries a classification marking. It was not stored."))
            await tx.flush()
            return _page(view, await draft(await tx.session.connection(), application_id), fields, 422)

        async def again(connection: AsyncConnection, status: int, question: str) -> Page:
            return _page(view, await draft(connection, application_id), fields, status, question)

        await save(
            tx,
            fields,
            lambda: attach_document(
                tx,
                application_id,
                name=name,
                kind=kind or "",
                size=len(file.content),
                sha256=sha256,
                version=version,
                may_void=may_void,
            ),
            again,
        )
    return view.go(f"/applications/{application_id}/documents", _("The document is attached."))


async def _examine(fields: Fields, name: str, content: bytes) -> tuple[bool, Kind | None]:
    """Whether it carries a marking, and its kind; notes what is wrong where it can't be taken."""
    try:
        finding = await asyncio.to_thread(scan, name, content)
        return finding.marking is not None, finding.kind
    except UnreadableDocument as unreadable:
        fields.wrong("document", _(UNREADABLE[unreadable.code]))
        return False, None


@post("/applications/{application_id:uuid}/documents/acknowledge", opt=BY_LEAD)
async def acknowledge(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Goes on without the documents that were refused."""
    Fields(form).check()
    await acknowledge_refusals(tx, application_id)
    return view.go(
        f"/applications/{application_id}/documents", _("Noted: the application goes on without it.")
    )


@post("/applications/{application_id:uuid}/documents/{document_id:uuid}/remove", opt=BY_LEAD)
async def remove(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Page:
    """Takes a document out; asks first where partners have confirmed."""
    fields = Fields(form)
    version, may_void = edit_of(fields)
    found = await draft(await tx.session.connection(), application_id)
    document = document_of(found, document_id)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        return view.page(
            "applications/remove_document.html",
            status=status,
            application=await draft(connection, application_id),
            document=document,
            question=question,
        )

    await save(
        tx, fields, lambda: remove_document(tx, document_id, version=version, may_void=may_void), again
    )
    return view.go(f"/applications/{application_id}/documents", _("The document is removed."))


def document_of(application: ApplicationShown, document_id: UUID) -> DocumentLine:
    """The attached document with this id. Raises Refused (missing)."""
    document = next((one for one in application.parts.documents if one.id == document_id), None)
    return document or refuse("not_found", kind="missing", what="document")


async def send_document(view: render.View, application: ApplicationShown, document_id: UUID) -> Page:
    """The document as a download. The caller has made sure that the visitor may read the application."""
    document = document_of(application, document_id)
    content = await asyncio.to_thread(store_of(view).get, document.sha256)
    return view.download(content, document.name, Kind(document.kind).mime)


@get("/applications/{application_id:uuid}/documents/{document_id:uuid}", opt=BY_PARTY_OR_STAFF)
async def download(
    view: View, read: Read, application_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Page:
    """A document, for the parties at any time, for staff once the application is unsealed."""
    application = await queries.shown(read, application_id)
    if view.me.has(*STAFF) and (application.received_at is None or application.sealed):
        refuse("not_found", kind="missing", what="document")
    return await send_document(view, application, document_id)


HANDLERS = [documents, upload, acknowledge, remove, download]
