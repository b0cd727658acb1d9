"""Leaving the pool, by the link to one's own profile: GET only shows what follows, POST leaves."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.pages.profile_link import EVERYBODY
from facility.experts.queries import pool as queries
from facility.experts.queries.rota import own_weeks, this_week
from facility.experts.rules.profile import is_in_pool
from facility.experts.service.profile_link import PROFILE
from facility.experts.service.renewals import leave_unasked
from facility.outbox.links import standing_link
from facility.web import render
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.limits import Rate, address_of

BY_LINK = Rate("profile-leave-link", 60, 600)


async def _page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    shown = await queries.expert_by_link(connection, token)
    today = clock.now().astimezone(clock.BRUSSELS).date()
    return view.page(
        "experts/leave_link.html",
        status=status,
        form=fields,
        token=token,
        expert=shown,
        in_pool=is_in_pool(shown.active, shown.valid_until, today),
        booked=shown.booked_from(today),
        on_call=await own_weeks(connection, shown.id, this_week()),
    )


@get("/link/profile/{token:str}/leave", opt=EVERYBODY)
async def leaving(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """What leaving means; afterwards, that it is done."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/profile/{token:str}/leave", opt=EVERYBODY)
async def leave(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The expert leaves."""
    await limits.hit(BY_LINK, address_of(view.scope))
    link, fields = await standing_link(tx, PROFILE, token), Fields(form)
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, token, fields, status), late=True, own_words=True
    ):
        await leave_unasked(tx, link.subject_id)
    return view.go(f"/link/profile/{token}/leave")


HANDLERS = [leaving, leave]
