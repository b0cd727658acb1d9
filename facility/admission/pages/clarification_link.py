"""The lead's link to a clarification: GET shows what is asked, POST answers with a text, a correction or documents."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.admission.pages.clarifications import clarification_words
from facility.admission.queries.clarification import PURPOSE, ClarificationLine, clarification_by_link
from facility.admission.rules.clarification import (
    MAX_DOCUMENTS,
    MAX_TEXT,
    ClarificationKind,
    ClarificationState,
    ClericalField,
)
from facility.admission.service import NewPaper, answer_clarification, refuse_paper
from facility.applications.pages.uploads import receive, stored_name
from facility.applications.queries import shown
from facility.files.intake import RefusedDocument, Stored
from facility.outbox.links import find_link
from facility.refused import Refused
from facility.web import render
from facility.web.access import ANYONE, TAKES_FILES, allow
from facility.web.again import draw_again
from facility.web.errors import typed_by
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, Limits, Page, Read, View
from facility.web.limits import Rate, address_of

BY_LINK = Rate("clarification-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


async def _page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    fields: Fields,
    *,
    status: int = 200,
) -> Page:
    found = await clarification_by_link(connection, token)
    too_late = status == 409
    application = await shown(connection, found.application_id)
    now = view.scope["state"].get("received_at") or clock.now()
    open_still = found.state is ClarificationState.OPEN
    outcome = "lapsed" if open_still and now >= found.ends_at else found.state.value
    if application.ended and not found.responder:
        outcome = "ended"
    return view.page(
        "admission/clarification_link.html",
        status=status,
        asked=found,
        application=application,
        outcome=outcome,
        stands=_stands(found, application),
        too_late=too_late,
        # Where there is no form any more, what was typed in it is there to copy.
        typed=typed_by(view.scope) if too_late else None,
        token=token,
        form=fields,
        most=MAX_TEXT,
        most_documents=MAX_DOCUMENTS,
        **clarification_words(),
    )


def _stands(found: ClarificationLine, application: object) -> str:
    """What a clerical correction would put right, as it is known now; "" where that is not kept by itself."""
    if found.field is ClericalField.TITLE:
        return str(getattr(application, "title", ""))
    return ""


@get("/link/clarification/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Only shows."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/clarification/{token:str}", opt=EVERYBODY | TAKES_FILES)
async def answer(view: View, form: Form, db: Database, limits: Limits, token: FromPath[str]) -> Page:
    """Answers; documents are searched and stored before the transaction opens."""
    await limits.hit(BY_LINK, address_of(view.scope))
    async with db.reader() as read:
        found = await clarification_by_link(read, token)
    fields = Fields(form)
    text = fields.text("text", required=False, most=MAX_TEXT, multiline=True)
    value = _value(fields, found)
    name = fields.text("name", most=200)
    papers, refused = await _papers(view, limits, fields, found)
    async with db.transaction(now=view.scope["state"]["received_at"]) as tx:
        link = await find_link(tx, PURPOSE, token, lock=False)
        if refused:
            for one in refused:
                await refuse_paper(tx, link.subject_id, sha256=one.sha256, reason=one.reason)
            await tx.flush()
            return await _page(view, await tx.session.connection(), token, fields, status=422)
        try:
            fields.check()
            await answer_clarification(tx, link.subject_id, text=text, value=value, name=name, papers=papers)
        except Refused as wrong:
            await draw_again(
                tx,
                fields,
                wrong,
                lambda connection, status: _page(view, connection, token, fields, status=status),
            )
    return view.go(f"/link/clarification/{token}")


def _value(fields: Fields, found: ClarificationLine) -> str:
    """What is right, where a clerical error is asked about."""
    if found.kind is not ClarificationKind.CLERICAL:
        fields.ignore("value")
        return ""
    return fields.email("value") if found.field is ClericalField.CONTACT_EMAIL else fields.text("value")


async def _papers(
    view: render.View, limits: Limits, fields: Fields, found: ClarificationLine
) -> tuple[list[NewPaper], list[RefusedDocument]]:
    """The documents that were sent, searched and stored; and those in which something was found."""
    sent = [file for file in fields.form.files.get("document", []) if file.name or file.content]
    if not sent or found.kind is not ClarificationKind.EVIDENCE:
        fields.ignore("document")
        return [], []
    files = fields.uploads("document", most=MAX_DOCUMENTS)
    papers: list[NewPaper] = []
    refused: list[RefusedDocument] = []
    for file in [] if fields.errors else files:
        taken = await receive(view, limits, found.id, fields, file, named=len(files) > 1)
        if isinstance(taken, Stored):
            papers.append(
                NewPaper(
                    stored_name(file, taken.kind),
                    taken.kind.value,
                    taken.size,
                    taken.sha256,
                    taken.virus_scan,
                    taken.unread,
                )
            )
        elif taken is not None:
            refused.append(taken)
    return papers, refused


HANDLERS = [show, answer]
