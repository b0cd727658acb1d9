"""Documents of an expert: kept by the expert by the link to the profile, read by the secretariat and the auditor."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.access import READERS
from facility.experts.pages.attaching import Attached, LinkUpload, documents_page, take_documents
from facility.experts.queries import pool as queries
from facility.experts.rules.profile import is_in_pool
from facility.experts.service.documents import (
    attach_documents,
    may_attach_now,
    refuse_document,
    remove_document,
)
from facility.experts.service.profile_link import PROFILE
from facility.files.attaching import document_of
from facility.outbox.links import standing_link
from facility.web import render
from facility.web.access import ANYONE, TAKES_FILES, allow
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of
from facility.web.uploads import hand_out

BY_LINK = Rate("profile-documents-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


def _page(
    view: render.View, token: str, expert: queries.ExpertShown, fields: Fields, status: int = 200
) -> Page:
    profile = f"/link/profile/{token}"
    in_pool = is_in_pool(expert.active, expert.valid_until, clock.now().astimezone(clock.BRUSSELS).date())
    left = _(
        "You are no longer in the pool, so you can’t attach documents. You can remove those that are stored."
    )
    attached = Attached(
        expert.documents,
        expert.code,
        (profile, _("Your profile in the pool")),
        "" if in_pool else left,
    )
    return documents_page(view, f"{profile}/documents", attached, fields, status)


@get("/link/profile/{token:str}/documents", opt=EVERYBODY)
async def documents(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """What is stored, and the form for more."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return _page(view, token, await queries.expert_by_link(read, token), Fields.showing())


@post("/link/profile/{token:str}/documents", opt=EVERYBODY | TAKES_FILES)
async def upload(view: View, form: Form, db: Database, limits: Limits, token: FromPath[str]) -> Page:
    """Takes documents of the expert."""
    await limits.hit(BY_LINK, address_of(view.scope))
    async with db.reader() as read:
        expert_id = (await queries.expert_by_link(read, token)).id

    async def draw(connection: AsyncConnection, fields: Fields, status: int) -> Page:
        return _page(view, token, await queries.expert(connection, expert_id), fields, status)

    by_link = LinkUpload(PROFILE, token, expert_id, may_attach_now, attach_documents, refuse_document, draw)
    return await take_documents(view, form, db, limits, by_link)


@post("/link/profile/{token:str}/documents/{document_id:uuid}/remove", opt=EVERYBODY)
async def remove(
    view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str], document_id: FromPath[UUID]
) -> Page:
    """Takes a document out of the profile."""
    await limits.hit(BY_LINK, address_of(view.scope))
    link = await standing_link(tx, PROFILE, token)
    Fields(form).check()
    await remove_document(tx, link.subject_id, document_id)
    return view.go(f"/link/profile/{token}/documents", _("The document is removed."))


@get("/link/profile/{token:str}/documents/{document_id:uuid}", opt=EVERYBODY)
async def own(
    view: View, read: Read, limits: Limits, token: FromPath[str], document_id: FromPath[UUID]
) -> Page:
    """A document, for the expert."""
    await limits.hit(BY_LINK, address_of(view.scope))
    document = document_of((await queries.expert_by_link(read, token)).documents, document_id)
    return await hand_out(view, document.sha256, document.name, document.kind)


@get("/experts/{expert_id:uuid}/documents/{document_id:uuid}", opt=READERS)
async def download(view: View, read: Read, expert_id: FromPath[UUID], document_id: FromPath[UUID]) -> Page:
    """A document, for the secretariat and the auditor."""
    document = document_of((await queries.expert(read, expert_id)).documents, document_id)
    return await hand_out(view, document.sha256, document.name, document.kind)


HANDLERS = [documents, upload, remove, own, download]
