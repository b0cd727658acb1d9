"""The PIN for sensitive requests: chosen by the expert, by the link to the profile; a forgotten one is deleted by the secretariat."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.experts.pages.profile_link import EVERYBODY
from facility.experts.queries import pool as queries
from facility.experts.rules.pin import LENGTH
from facility.experts.service.pin import choose_pin, delete_pin
from facility.experts.service.profile_link import PROFILE
from facility.outbox.links import standing_link
from facility.refused import Reason
from facility.web import render
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of
from facility.web.sentences import sentence

BY_LINK = Rate("profile-pin-link", 60, 600)


async def _page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    shown = await queries.expert_by_link(connection, token)
    # What was typed as a PIN is never shown again.
    fields.values.pop("pin", None)
    fields.values.pop("again", None)
    return view.page(
        "experts/pin_link.html", status=status, form=fields, token=token, expert=shown, length=LENGTH
    )


@get("/link/profile/{token:str}/pin", opt=EVERYBODY)
async def pin(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Whether there is a PIN; the form where there is none."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/profile/{token:str}/pin", opt=EVERYBODY)
async def choose(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Keeps the PIN, typed twice."""
    await limits.hit(BY_LINK, address_of(view.scope))
    link, fields = await standing_link(tx, PROFILE, token), Fields(form)
    twice = _("Type the same PIN twice.")
    chosen = fields.text("pin", missing=sentence(Reason("pin_malformed")), most=20)
    if (
        fields.text("again", missing=twice, most=20) != chosen
        and fields.sound("pin")
        and fields.sound("again")
    ):
        fields.wrong("again", twice)
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, token, fields, status), late=True, own_words=True
    ):
        await choose_pin(tx, link.subject_id, chosen)
    return view.go(f"/link/profile/{token}/pin", _("Your PIN is saved."))


@post("/experts/{expert_id:uuid}/pin", opt={"allow": allow(Role.SECRETARIAT)})
async def delete(view: View, form: Form, tx: Tx, expert_id: FromPath[UUID]) -> Page:
    """Deletes a forgotten PIN."""
    Fields(form).check()
    await delete_pin(tx, expert_id)
    return view.go(f"/experts/{expert_id}", _("The PIN is deleted. The expert can choose another."))


HANDLERS = [pin, choose, delete]
