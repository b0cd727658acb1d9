"""Documents that come in by a link: those of an expert's profile, and those of a candidate."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Database
from facility.experts.service.documents import MAX_DOCUMENTS
from facility.files.attaching import DocumentLine
from facility.outbox.links import standing_link
from facility.web import render
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.handler import Page
from facility.web.limits import Limits
from facility.web.uploads import Intake, Sender, hand_in


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
    fields = Fields(form)
    files = fields.uploads("document", most=MAX_DOCUMENTS)
    owner = upload.owner_id
    intake = Intake(
        may=lambda tx: upload.may(tx, owner, count=len(files)),
        attach=lambda tx, papers: upload.attach(tx, owner, papers),
        leave_trace=lambda tx, **marked: upload.refuse(tx, owner, **marked),
        draw=lambda read, status: upload.draw(read, fields, status),
        entitled=lambda tx: standing_link(tx, upload.purpose, upload.token),
        late=True,
    )
    here = f"/link/{upload.purpose}/{upload.token}/documents"
    return await hand_in(Sender(owner, view, db, limits), fields, files, intake, to=here)
