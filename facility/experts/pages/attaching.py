"""Documents that come in by a link: those of an expert's profile, and those of a candidate."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Database, Tx
from facility.experts.service.documents import MAX_DOCUMENTS
from facility.files.attaching import DocumentLine
from facility.outbox.links import standing_link
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.handler import Page
from facility.web.i18n import ngettext, translated
from facility.web.limits import Limits
from facility.web.uploads import NOTHING_ATTACHED, Sender, receive, received_at


class Attached(msgspec.Struct, frozen=True):
    """What the page shows. whose: a code or a name; back: where a link leads, and its words; closed: why nothing can be attached, "" while it
    can; kept: for how long documents are kept, beside what holds for those that are removed."""

    documents: list[DocumentLine]
    whose: str
    back: tuple[str, str]
    closed: str
    kept: str = ""


def documents_page(
    view: render.View, here: str, attached: Attached, fields: Fields, status: int = 200
) -> Page:
    """What is attached, and the form for more."""
    return view.page(
        "experts/documents_link.html",
        status=status,
        form=fields,
        here=here,
        attached=attached,
        most_documents=MAX_DOCUMENTS,
        virus_scanned=view.renderer.settings.clamd_url is not None,
    )


class LinkUpload(msgspec.Struct, frozen=True):
    """Where documents are handed in: by which link, whose they are, the commands, and how the page is drawn again."""

    purpose: str
    token: str
    owner_id: UUID
    may: Callable[..., Awaitable[None]]
    attach: Callable[..., Awaitable[None]]
    refuse: Callable[..., Awaitable[None]]
    draw: Callable[[AsyncConnection, Fields, int], Awaitable[Page]]


async def take_documents(
    view: render.View, form: Form, db: Database, limits: Limits, upload: LinkUpload
) -> Page:
    """Takes documents in which nothing is found; of those with a marking or a virus the trace is left. Where one of several can't be
    taken, none is."""
    fields = Fields(form)
    files = fields.uploads("document", most=MAX_DOCUMENTS)

    async def may(tx: Tx) -> None:
        await upload.may(tx, upload.owner_id, count=len(files))

    received = await receive(Sender(upload.owner_id, view, db, limits), fields, files, may)
    if len(files) > 1 and fields.errors:
        fields.wrong("document", translated(NOTHING_ATTACHED))
    async with db.transaction(now=received_at(view)) as tx:
        await standing_link(tx, upload.purpose, upload.token)
        if received.refused:
            for document in received.refused:
                await upload.refuse(tx, upload.owner_id, sha256=document.sha256, reason=document.reason)
            await tx.flush()
            return await upload.draw(await tx.session.connection(), fields, 422)
        async with redrawn(tx, fields, lambda read, status: upload.draw(read, fields, status), late=True):
            received.check()
            await upload.attach(tx, upload.owner_id, received.papers)
    done = ngettext("The document is attached.", "{count} documents are attached.", len(received.stored))
    return view.go(f"/link/{upload.purpose}/{upload.token}/documents", done)
