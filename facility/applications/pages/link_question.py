"""A question on the call by whoever holds a partner's link: answered for everybody, like those of officers."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications.access import BY_LINK, EVERYBODY
from facility.applications.pages.seats import Seat, linked_seat
from facility.calls.queries.public import public_call
from facility.calls.rules.questions import MAX_QUESTION, takes_questions
from facility.calls.service.questions import Contact, ask_question
from facility.refused import Reason
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of
from facility.web.sentences import sentence

ASKING = Rate("partner-question", 10, 3600)


async def _page(
    view: render.View, connection: AsyncConnection, seat: Seat, fields: Fields, status: int = 200
) -> Page:
    call = await public_call(connection, seat.application.call_reference)
    return view.page(
        "applications/link_question.html",
        status=status,
        application=seat.application,
        party=seat.party,
        seat=seat,
        call=call,
        takes=takes_questions(call.state, call.questions_until, clock.now()),
        form=fields,
        most=MAX_QUESTION,
    )


@get("/link/partner/{token:str}/question", opt=EVERYBODY)
async def question_by_link(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Asks for the question, while the link can be answered."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, await linked_seat(view, read, token), Fields.showing())


@post("/link/partner/{token:str}/question", opt=EVERYBODY)
async def ask_by_link(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Asks it in the name of the partner's contact, who gets the answer by mail."""
    await limits.hit(BY_LINK, address_of(view.scope))
    seat = await linked_seat(view, await tx.session.connection(), token)
    await limits.hit(ASKING, str(seat.party.id))
    fields = Fields(form)
    missing = sentence(Reason("question_missing"))
    text = fields.text("question", missing=missing, most=MAX_QUESTION, multiline=True)
    party = seat.party
    contact = Contact(party.institution_id, party.contact_name, party.contact_email)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, await linked_seat(view, connection, token), fields, status)

    async with redrawn(tx, fields, again):
        await ask_question(tx, seat.application.call_id, text, contact=contact)
    message = _("We have your question. {mail} gets a mail when it is answered.", mail=party.contact_email)
    return view.go(seat.back, message)


HANDLERS = [question_by_link, ask_by_link]
