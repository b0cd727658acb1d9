"""Documents of a candidate: attached by the link to the form once it is sent, read by the secretariat before it decides."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.experts.access import READERS
from facility.experts.pages.attaching import Attached, LinkUpload, documents_page, take_documents
from facility.experts.queries import candidacies as queries
from facility.experts.rules.candidacy import may_attach_documents
from facility.experts.service.candidate_documents import (
    attach_to_candidacy,
    may_attach_to_candidacy,
    refuse_document_of_candidate,
    remove_from_candidacy,
)
from facility.experts.service.joining import CANDIDACY
from facility.files.attaching import document_of
from facility.outbox.links import standing_link
from facility.refused import Reason, passes
from facility.web import render
from facility.web.access import ANYONE, TAKES_FILES, allow
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of
from facility.web.sentences import sentence
from facility.web.uploads import hand_out

BY_LINK = Rate("candidate-documents-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


def _page(
    view: render.View, token: str, candidacy: queries.CandidateShown, fields: Fields, status: int = 200
) -> Page:
    form = f"/link/candidacy/{token}"
    open_now = passes(may_attach_documents, candidacy.state)
    closed = sentence(Reason("candidacy_takes_no_documents", None))
    attached = Attached(
        candidacy.documents,
        candidacy.name,
        (form, _("Your application for the pool")),
        "" if open_now else closed,
        _("Documents of candidates who are not taken into the pool are deleted 30 days after the decision."),
    )
    return documents_page(view, f"{form}/documents", attached, fields, status)


@get("/link/candidacy/{token:str}/documents", opt=EVERYBODY)
async def documents(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """What is stored, and the form for more."""
    await limits.hit(BY_LINK, address_of(view.scope))
    linked = await queries.by_link(read, CANDIDACY, token)
    return _page(view, token, linked.candidacy, Fields.showing())


@post("/link/candidacy/{token:str}/documents", opt=EVERYBODY | TAKES_FILES)
async def upload(view: View, form: Form, db: Database, limits: Limits, token: FromPath[str]) -> Page:
    """Takes documents of the candidate."""
    await limits.hit(BY_LINK, address_of(view.scope))
    async with db.reader() as read:
        candidacy_id = (await queries.by_link(read, CANDIDACY, token)).candidacy.id

    async def draw(connection: AsyncConnection, fields: Fields, status: int) -> Page:
        linked = await queries.by_link(connection, CANDIDACY, token)
        return _page(view, token, linked.candidacy, fields, status)

    by_link = LinkUpload(
        CANDIDACY,
        token,
        candidacy_id,
        may_attach_to_candidacy,
        attach_to_candidacy,
        refuse_document_of_candidate,
        draw,
    )
    return await take_documents(view, form, db, limits, by_link)


@post("/link/candidacy/{token:str}/documents/{document_id:uuid}/remove", opt=EVERYBODY)
async def remove(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], document_id: FromPath[UUID]
) -> Page:
    """Takes a document out of the candidacy."""
    await limits.hit(BY_LINK, address_of(view.scope))
    link = await standing_link(tx, CANDIDACY, token)
    Fields(form).check()
    await remove_from_candidacy(tx, link.subject_id, document_id)
    return view.go(f"/link/candidacy/{token}/documents", _("The document is removed."))


@get("/link/candidacy/{token:str}/documents/{document_id:uuid}", opt=EVERYBODY)
async def own(
    view: View, read: Read, limits: Limits, token: FromPath[str], document_id: FromPath[UUID]
) -> Page:
    """A document, for the candidate."""
    await limits.hit(BY_LINK, address_of(view.scope))
    linked = await queries.by_link(read, CANDIDACY, token)
    document = document_of(linked.candidacy.documents, document_id)
    return await hand_out(view, document.sha256, document.name, document.kind)


@get("/experts/candidates/{candidacy_id:uuid}/documents/{document_id:uuid}", opt=READERS)
async def download(view: View, read: Read, candidacy_id: FromPath[UUID], document_id: FromPath[UUID]) -> Page:
    """A document, for the secretariat and the auditor."""
    document = document_of((await queries.candidate(read, candidacy_id)).documents, document_id)
    return await hand_out(view, document.sha256, document.name, document.kind)


HANDLERS = [documents, upload, remove, own, download]
