"""Clarifications of an application, as the secretariat asks and settles them; and the letters on decisions."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission import words
from facility.admission.pages.staff import may_ask_about, unsealed
from facility.admission.queries.clarification import clarifications
from facility.admission.rules.clarification import (
    MAX_TEXT,
    USUAL_DAYS,
    ClarificationKind,
    ClericalField,
)
from facility.admission.service.clarifications import (
    CLARIFICATION,
    ask_for_clarification,
    ask_lead_again,
    settle_clarification,
)
from facility.admission.service.letters import KINDS
from facility.applications.access import BY_LEAD
from facility.applications.words import WORDS
from facility.inquiries.service import cancel as cancel_inquiry
from facility.letters.queries import letters_on
from facility.letters.service import letter_on_paper
from facility.periods import MOST_DAYS
from facility.refused import Reason, refuse
from facility.web import render
from facility.web.access import STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.sentences import sentence
from facility.web.uploads import hand_out

SEES = {"allow": allow(*STAFF)}
ASKS = {"allow": allow(Role.SECRETARIAT)}
BY_LEAD_OR_STAFF = {"allow": allow(*BY_LEAD["allow"].items, *STAFF, hidden=True)}


def clarification_words() -> dict[str, Any]:
    return {
        "states": words.CLARIFICATIONS,
        "kinds": words.CLARIFICATION_KINDS,
        "fields": words.CLERICAL_FIELDS,
    }


async def _page(
    view: render.View,
    connection: AsyncConnection,
    application_id: UUID,
    fields: Fields,
    *,
    status: int = 200,
    address: Fields | None = None,
) -> Page:
    application = await unsealed(connection, application_id)
    holds = view.me.has(Role.SECRETARIAT)
    lines = await clarifications(connection, application_id)
    return view.page(
        "admission/clarifications.html",
        status=status,
        application=application,
        lines=lines,
        undelivered=any(line.undelivered for line in lines),
        address=address or Fields.showing({"email": application.parts.lead.contact_email}),
        asks=holds and may_ask_about(application),
        holds=holds,
        form=fields,
        most=MAX_TEXT,
        **clarification_words(),
        **WORDS,
    )


@get("/applications/{application_id:uuid}/clarifications", opt=SEES)
async def clarifications_of(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What was asked and answered, and the form to ask more."""
    return await _page(view, read, application_id, Fields.showing({"days": str(USUAL_DAYS)}))


@post("/applications/{application_id:uuid}/clarifications", opt=ASKS)
async def ask(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    kind = fields.one_of("kind", ClarificationKind)
    chosen = fields.one_of("field", ClericalField) if fields.given("field") else None
    question = fields.text(
        "question", missing=sentence(Reason("clarification_question_missing")), most=MAX_TEXT, multiline=True
    )
    days = fields.integer("days", 1, MOST_DAYS)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, application_id, fields, status=status)

    async with redrawn(tx, fields, again):
        await ask_for_clarification(tx, application_id, kind=kind, field=chosen, question=question, days=days)
    return view.go(f"/applications/{application_id}/clarifications", _("The question was sent to the lead."))


@post("/applications/{application_id:uuid}/clarifications/again", opt=ASKS)
async def again(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Sends what did not get through once more, to the address as it stands or is corrected."""
    address = Fields(form)
    email = address.email("email")

    async def once_more(connection: AsyncConnection, status: int) -> Page:
        usual = Fields.showing({"days": str(USUAL_DAYS)})
        return await _page(view, connection, application_id, usual, status=status, address=address)

    async with redrawn(tx, address, once_more):
        await ask_lead_again(tx, application_id, email=email)
    return view.go(
        f"/applications/{application_id}/clarifications",
        _("The mail goes out again. The lead has the full time to answer."),
    )


@post("/applications/{application_id:uuid}/clarifications/{clarification_id:uuid}/cancel", opt=ASKS)
async def cancel(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], clarification_id: FromPath[UUID]
) -> Page:
    Fields(form).check()
    await cancel_inquiry(tx, CLARIFICATION, application_id, clarification_id)
    return view.go(f"/applications/{application_id}/clarifications", _("The question is cancelled."))


@post("/applications/{application_id:uuid}/clarifications/{clarification_id:uuid}/settle", opt=ASKS)
async def settle(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], clarification_id: FromPath[UUID]
) -> Page:
    fields = Fields(form)
    accepted = fields.choice("accepted", ("yes", "no")) == "yes"
    fields.check()
    await settle_clarification(tx, application_id, clarification_id, accepted=accepted)
    return view.go(
        f"/applications/{application_id}/clarifications",
        _("The answer is accepted.") if accepted else _("The answer is not accepted."),
    )


@get(
    "/applications/{application_id:uuid}/clarifications/{clarification_id:uuid}/papers/{number:int}", opt=SEES
)
async def paper(
    view: View,
    read: Read,
    application_id: FromPath[UUID],
    clarification_id: FromPath[UUID],
    number: FromPath[int],
) -> Page:
    await unsealed(read, application_id)
    lines = await clarifications(read, application_id)
    papers = next((line.papers for line in lines if line.id == clarification_id), [])
    document = next((sent for sent in papers if sent.number == number), None)
    if document is None:
        refuse("not_found", kind="missing", what="document")
    return await hand_out(view, document.sha256, document.name, document.kind)


@get("/applications/{application_id:uuid}/decision.pdf", opt=BY_LEAD_OR_STAFF)
async def letter(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The latest letter on inadmissibility, or on an exception."""
    ours = [line for line in await letters_on(read, application_id) if line.kind in KINDS]
    if not ours:
        refuse("not_found", kind="missing", what="letter")
    made = await letter_on_paper(read, view.renderer.environment, ours[0].id)
    return view.download(made.content, made.filename, made.mime)


HANDLERS = [clarifications_of, ask, again, cancel, settle, paper, letter]
