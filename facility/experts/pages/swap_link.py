"""The link by which an expert answers a colleague who offers a week on call: GET only shows, POST answers."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.experts.models.rota import Swap
from facility.experts.pages.profile_link import EVERYBODY
from facility.experts.queries import rota as queries
from facility.experts.service.swaps import accept_swap, decline_swap
from facility.inquiries.link import answering, link_page
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.limits import Rate, address_of

BY_LINK = Rate("swap-link", 60, 600)


async def _page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    swap = await queries.linked(connection, token)
    outcome = "lapsed" if swap.state == "open" and swap.over else swap.state
    return link_page(
        view,
        "experts/swap_link.html",
        token,
        fields,
        status,
        swap=swap,
        outcome=outcome,
        reference=swap.theme,
    )


@get("/link/swap/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Only shows: which week is offered, or what became of it."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/swap/{token:str}", opt=EVERYBODY)
async def answer(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The colleague agrees, or all stays as it was."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    agrees = fields.choice("answer", ("agree", "decline")) == "agree"
    async with answering(view, tx, Swap, token, fields, _page) as link:
        await (accept_swap if agrees else decline_swap)(tx, link.subject_id)
    return view.go(f"/link/swap/{token}")


HANDLERS = [show, answer]
