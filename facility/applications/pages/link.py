"""The partner's own link: GET shows, POST confirms, declines or asks for a change, and afterwards the page says kindly what
happened."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import words
from facility.applications.access import BY_LINK, EVERYBODY
from facility.applications.pages.answering import give_answer, read_answer, side_of
from facility.applications.queries import application as application_queries
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.content import PartyLine
from facility.applications.queries.tracker import tracker
from facility.applications.rules.parties import Confirmation
from facility.applications.service.confirmations import party_by_link, use_party_link
from facility.applications.service.receipt import application_on_paper, receipt_on_paper, received
from facility.applications.words import WORDS
from facility.files.attaching import document_of
from facility.refused import refuse
from facility.web import render
from facility.web.again import redrawn
from facility.web.errors import typed_by
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import address_of
from facility.web.uploads import hand_out


async def _page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    fields: Fields,
    status: int = 200,
    question: str = "",
) -> Page:
    """The application and the two answers; or, once the link does nothing more, what became of it."""
    linked = await application_queries.linked(connection, token)
    application = await shown(connection, linked.application_id)
    party = next(line for line in application.parts.parties if line.id == linked.party_id)
    outcome = _outcome(application, party, live=linked.live)
    confirmed = outcome == "confirmed" and linked.answered
    side = None
    if not outcome:
        side = await side_of(connection, application, party, f"/link/partner/{token}/part")
    return view.page(
        "applications/link.html",
        status=status,
        application=application,
        party=party,
        outcome=outcome,
        shows=confirmed,
        tracker=await tracker(connection, application.id, staff=False)
        if confirmed and application.received_at
        else None,
        state=words.told_to_parties(application.status, decided=application.call_decided_at is not None),
        side=side,
        token=token,
        form=fields,
        question=question,
        # Where there is no form any more, what was typed in it is there to copy.
        typed=typed_by(view.scope) if outcome else None,
        **WORDS,
    )


def _outcome(application: ApplicationShown, party: PartyLine, *, live: bool) -> str:
    """What the page says instead of asking; "" while it asks."""
    if not party.on_board:
        return "followed" if party.replaced_by else "left"
    if party.confirmed:
        return "confirmed"
    if party.confirmation is Confirmation.DECLINED:
        return "declined"
    if application.ended:
        return "ended"
    if not live:
        return "replaced"
    return "" if application.editable else "closed"


@get("/link/partner/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Only shows."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/partner/{token:str}", opt=EVERYBODY)
async def answer(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Confirms with a named signatory or declines, which ends the link; or asks for a change, which doesn't."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    answered = read_answer(fields)

    async def again(read: AsyncConnection, status: int) -> Page:
        meanwhile = fields.refusal is not None and fields.refusal.codes == ("edited_meanwhile",)
        return await _page(view, read, token, fields, status, "meanwhile" if meanwhile else "")

    async with redrawn(tx, fields, again, late=True, own_words=True):
        find = party_by_link if answered.choice == "change" else use_party_link
        await give_answer(tx, await find(tx, token), answered)
    message = (
        _("The lead has been informed. You can still answer with this link.")
        if answered.choice == "change"
        else None
    )
    return view.go(f"/link/partner/{token}", message)


@get("/link/partner/{token:str}/documents/{document_id:uuid}", opt=EVERYBODY)
async def document(
    view: View, read: Read, limits: Limits, token: FromPath[str], document_id: FromPath[UUID]
) -> Page:
    """A document, while the link can still be answered, and to whoever confirmed by it."""
    await limits.hit(BY_LINK, address_of(view.scope))
    linked = await application_queries.linked(read, token)
    application = await shown(read, linked.application_id) if linked.live else await _confirmed(read, token)
    document = document_of(application.parts.documents, document_id)
    return await hand_out(view, document.sha256, document.name, document.kind)


async def _confirmed(read: AsyncConnection, token: str) -> ApplicationShown:
    """The application that was confirmed by this link. Raises Refused ("link_revoked") where it was not, or no longer counts."""
    linked = await application_queries.linked(read, token)
    application = await shown(read, linked.application_id)
    party = next(line for line in application.parts.parties if line.id == linked.party_id)
    if not (linked.answered and party.on_board and party.confirmed):
        refuse("link_revoked")
    return application


@get("/link/partner/{token:str}/receipt.pdf", opt=EVERYBODY)
async def receipt(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The receipt, for whoever confirmed by this link."""
    await limits.hit(BY_LINK, address_of(view.scope))
    application = await _confirmed(read, token)
    paper = await receipt_on_paper(read, view.renderer.environment, received(application))
    return view.download(paper.content, paper.filename, paper.mime)


@get("/link/partner/{token:str}/application.pdf", opt=EVERYBODY)
async def on_paper(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The application as it was submitted, for whoever confirmed by this link."""
    await limits.hit(BY_LINK, address_of(view.scope))
    application = await _confirmed(read, token)
    paper = await application_on_paper(read, view.renderer.environment, received(application))
    return view.download(paper.content, paper.filename, paper.mime)


HANDLERS = [show, answer, document, receipt, on_paper]
