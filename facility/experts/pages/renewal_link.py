"""The link by which experts renew their place in the pool: GET only shows, POST answers."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.experts.models.renewal import Renewal
from facility.experts.queries import renewals as queries
from facility.experts.rules.candidacy import RENEWED_YEARS
from facility.experts.service.renewals import leave_pool, renew
from facility.inquiries.link import answering, link_page
from facility.web import render
from facility.web.access import ANYONE, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.limits import Rate, address_of
from facility.web.privacy import NOTICE

BY_LINK = Rate("renewal-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


async def _page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    renewal = await queries.linked(connection, token)
    outcome = "lapsed" if renewal.state == "open" and renewal.over else renewal.state
    return link_page(
        view,
        "experts/renewal_link.html",
        token,
        fields,
        status,
        renewal=renewal,
        outcome=outcome,
        reference=renewal.code,
        years=RENEWED_YEARS,
        notice=NOTICE,
    )


@get("/link/renewal/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Only shows: what is asked, or what became of it."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/renewal/{token:str}", opt=EVERYBODY)
async def answer(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The expert stays or leaves."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    stays = fields.choice("answer", ("stay", "leave")) == "stay"
    async with answering(view, tx, Renewal, token, fields, _page) as link:
        if stays:
            await renew(tx, link.subject_id, notice=NOTICE)
        else:
            await leave_pool(tx, link.subject_id)
    return view.go(f"/link/renewal/{token}")


HANDLERS = [show, answer]
