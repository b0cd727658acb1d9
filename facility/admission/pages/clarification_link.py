"""The lead's link to a clarification: GET shows what is asked, POST answers with a text, a correction or documents."""

from datetime import datetime

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.forms import leads_answer
from facility.admission.models.clarification import Clarification
from facility.admission.pages.clarifications import clarification_words
from facility.admission.queries.clarification import ClarificationLine, clarification_by_link
from facility.admission.rules.clarification import (
    MAX_DOCUMENTS,
    ClarificationKind,
    ClarificationState,
    ClericalField,
)
from facility.admission.service.clarifications import (
    answer_clarification,
    may_answer_now,
    refuse_paper,
)
from facility.applications.queries.application import shown
from facility.db import Tx as Transaction
from facility.forms.reading import read_texts
from facility.inquiries.link import answering, link_page, seen_at
from facility.web import render
from facility.web.access import ANYONE, TAKES_FILES, allow
from facility.web.fields import Fields
from facility.web.forms import Upload
from facility.web.handler import Database, Form, FromPath, Limits, Page, Read, View
from facility.web.limits import Rate, address_of
from facility.web.uploads import Sender, receive, received_at

BY_LINK = Rate("clarification-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


async def _page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    clarification = await clarification_by_link(connection, token)
    application = await shown(connection, clarification.application_id)
    return link_page(
        view,
        "admission/clarification_link.html",
        token,
        fields,
        status,
        clarification=clarification,
        application=application,
        reference=application.reference,
        outcome=_outcome(clarification, seen_at(view), ended=application.ended),
        stands=application.title if clarification.field is ClericalField.TITLE else "",
        asked=leads_answer(clarification),
        most_documents=MAX_DOCUMENTS,
        **clarification_words(),
    )


def _outcome(clarification: ClarificationLine, now: datetime, *, ended: bool) -> str:
    """What the page says; "open" while it asks."""
    if ended and not clarification.responder:
        return "ended"
    over = now >= clarification.ends_at and not clarification.undelivered
    return "lapsed" if clarification.state is ClarificationState.OPEN and over else clarification.state.value


@get("/link/clarification/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/clarification/{token:str}", opt=EVERYBODY | TAKES_FILES)
async def answer(view: View, form: Form, db: Database, limits: Limits, token: FromPath[str]) -> Page:
    """Answers; documents are searched and stored before the transaction opens, if the answer may be given now."""
    await limits.hit(BY_LINK, address_of(view.scope))
    async with db.reader() as read:
        clarification = await clarification_by_link(read, token)
    fields = Fields(form)
    fields.ignore("value")
    typed = read_texts(fields, leads_answer(clarification))
    text, value, name = typed["text"], typed.get("value", ""), typed["name"]
    files = _files(fields, clarification)

    async def may(tx: Transaction) -> None:
        await may_answer_now(tx, clarification.id, text=text, value=value, name=name, papers=len(files))

    received = await receive(Sender(clarification.id, view, db, limits), fields, files, may)
    async with db.transaction(now=received_at(view)) as tx:
        if received.refused:
            for document in received.refused:
                await refuse_paper(tx, clarification.id, sha256=document.sha256, reason=document.reason)
            await tx.flush()
            return await _page(view, await tx.session.connection(), token, fields, status=422)
        async with answering(view, tx, Clarification, token, fields, _page):
            received.check()
            await answer_clarification(
                tx, clarification.id, text=text, value=value, name=name, papers=received.papers
            )
    return view.go(f"/link/clarification/{token}")


def _files(fields: Fields, clarification: ClarificationLine) -> list[Upload]:
    """The documents that were sent, where any are asked for."""
    sent = [file for file in fields.form.files.get("document", []) if file.name or file.content]
    if not sent or clarification.kind is not ClarificationKind.EVIDENCE:
        fields.ignore("document")
        return []
    return fields.uploads("document", most=MAX_DOCUMENTS)


HANDLERS = [show, answer]
