"""Documents of an expert: kept by the expert by the link to the profile, read by the secretariat and the auditor."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.db import Tx as Transaction
from facility.experts.access import READERS
from facility.experts.queries import pool as queries
from facility.experts.rules.profile import is_in_pool
from facility.experts.service.documents import (
    MAX_DOCUMENTS,
    attach_documents,
    may_attach_now,
    refuse_document,
    remove_document,
)
from facility.experts.service.profile_link import PROFILE
from facility.files.attaching import document_of
from facility.files.kinds import MAX_DOCUMENT
from facility.outbox.links import standing_link
from facility.web import render
from facility.web.access import ANYONE, TAKES_FILES, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _, ngettext
from facility.web.limits import Rate, address_of
from facility.web.uploads import Sender, hand_out, receive, received_at

BY_LINK = Rate("profile-documents-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


def _page(
    view: render.View, token: str, expert: queries.ExpertShown, fields: Fields, status: int = 200
) -> Page:
    today = clock.now().astimezone(clock.BRUSSELS).date()
    return view.page(
        "experts/documents_link.html",
        status=status,
        form=fields,
        token=token,
        expert=expert,
        in_pool=is_in_pool(expert.active, expert.valid_until, today),
        most_documents=MAX_DOCUMENTS,
        most=MAX_DOCUMENT,
        virus_scanned=view.renderer.settings.clamd_url is not None,
    )


@get("/link/profile/{token:str}/documents", opt=EVERYBODY)
async def documents(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """What is stored, and the form for more."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return _page(view, token, await queries.expert_by_link(read, token), Fields.showing())


@post("/link/profile/{token:str}/documents", opt=EVERYBODY | TAKES_FILES)
async def upload(view: View, form: Form, db: Database, limits: Limits, token: FromPath[str]) -> Page:
    """Takes documents in which nothing is found; of those with a marking or a virus the trace is left. Where one of several can't be
    taken, none is."""
    await limits.hit(BY_LINK, address_of(view.scope))
    async with db.reader() as read:
        expert = await queries.expert_by_link(read, token)
    fields = Fields(form)
    files = fields.uploads("document", most=MAX_DOCUMENTS)

    async def may(tx: Transaction) -> None:
        await may_attach_now(tx, expert.id, count=len(files))

    received = await receive(Sender(expert.id, view, db, limits), fields, files, may)
    if len(files) > 1 and fields.errors:
        fields.wrong("document", _("None of the files was attached. Choose the right ones again."))
    async with db.transaction(now=received_at(view)) as tx:
        await standing_link(tx, PROFILE, token)
        if received.refused:
            for document in received.refused:
                await refuse_document(tx, expert.id, sha256=document.sha256, reason=document.reason)
            await tx.flush()
            now = await queries.expert(await tx.session.connection(), expert.id)
            return _page(view, token, now, fields, 422)

        async def again(connection: AsyncConnection, status: int) -> Page:
            return _page(view, token, await queries.expert(connection, expert.id), fields, status)

        async with redrawn(tx, fields, again, late=True):
            received.check()
            await attach_documents(tx, expert.id, received.papers)
    done = ngettext("The document is attached.", "{count} documents are attached.", len(received.stored))
    return view.go(f"/link/profile/{token}/documents", done)


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
