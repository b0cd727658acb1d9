"""An offer of a part: the lead answers on the application's page or by the link in the mail; the secretariat sends again what did not
arrive."""

from uuid import UUID

from litestar import get, post
from litestar.response.base import ASGIResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.forms import offer_form
from facility.awards.models.offer import PartialOffer
from facility.awards.queries.offers import offer_by_link, offer_on
from facility.awards.service.offers import answer_offer, offer_again
from facility.awards.words import OFFERS
from facility.forms.reading import read_texts
from facility.inquiries.link import answering, link_page, seen_at
from facility.web.access import ANYONE, INTERNAL, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of

BY_LINK = Rate("offer-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}
LEAD = Role.OFFICER.when("application.lead")
HERE = "/applications/{application_id:uuid}/offer"


@get(HERE, opt={"allow": allow(LEAD, *INTERNAL, hidden=True)})
async def offer(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """What is offered, what an answer means, and how the offer ended."""
    return await _page(view, read, application_id, Fields.showing())


async def _page(
    view: View, read: AsyncConnection, application_id: UUID, form: Fields, status: int = 200
) -> ASGIResponse:
    shown = await offer_on(read, application_id)
    outcome = shown.outcome(seen_at(view))
    if not form.values and shown.undelivered:
        form = Fields.showing({"email": shown.email})
    return view.page(
        "awards/offer.html",
        status=status,
        offer=shown,
        outcome=outcome,
        leads=view.me.has(Role.OFFICER),
        sends_again=shown.undelivered and view.me.has(Role.SECRETARIAT),
        form=form,
        asked=offer_form(),
        states=OFFERS,
    )


@post(HERE, opt={"allow": allow(LEAD, hidden=True)})
async def answer(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """The lead takes the part or declines it."""
    fields = Fields(form)
    typed = read_texts(fields, offer_form())
    offer_id = (await offer_on(await tx.session.connection(), application_id)).id
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, application_id, fields, status), late=True
    ):
        await answer_offer(tx, offer_id, accepts=typed["answer"] == "accept", name=typed["name"])
    return view.go(f"/applications/{application_id}/offer", _("Your answer is saved."))


@post(f"{HERE}/again", opt={"allow": allow(Role.SECRETARIAT)})
async def again(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Correct the lead's address, or leave it, and send the offer again."""
    fields = Fields(form)
    email = fields.email("email")
    offer_id = (await offer_on(await tx.session.connection(), application_id)).id
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, application_id, fields, status), late=True
    ):
        await offer_again(tx, application_id, offer_id, email=email)
    return view.go(
        f"/applications/{application_id}/offer",
        _("The offer is sent again. The time to answer starts again."),
    )


async def _link_page(
    view: View, read: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> ASGIResponse:
    shown = await offer_by_link(read, token)
    return link_page(
        view,
        "awards/offer_link.html",
        token,
        fields,
        status,
        offer=shown,
        reference=shown.reference,
        outcome=shown.outcome(seen_at(view)),
        asked=offer_form(),
        states=OFFERS,
    )


@get("/link/partial_offer/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _link_page(view, read, token, Fields.showing())


@post("/link/partial_offer/{token:str}", opt=EVERYBODY)
async def answer_by_link(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    typed = read_texts(fields, offer_form())
    async with answering(view, tx, PartialOffer, token, fields, _link_page) as link:
        await answer_offer(tx, link.subject_id, accepts=typed["answer"] == "accept", name=typed["name"])
    return view.go(f"/link/partial_offer/{token}", _("Your answer is saved."))


HANDLERS = [offer, answer, again, show, answer_by_link]
