"""A consultee's own link: GET shows what is planned, POST answers or takes more days."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.admission.pages.consultations import consultation_words
from facility.admission.queries.consultation import PURPOSE, consultation_by_link
from facility.admission.rules.consultation import MAX_TEXT
from facility.admission.service.consultations import answer_consultation, ask_for_more_days
from facility.outbox.links import standing_link
from facility.web import render
from facility.web.access import ANYONE, allow
from facility.web.again import redrawn
from facility.web.errors import typed_by
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of

BY_LINK = Rate("consultation-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


async def _page(
    view: render.View,
    connection: AsyncConnection,
    token: str,
    fields: Fields,
    *,
    status: int = 200,
) -> Page:
    consultation = await consultation_by_link(connection, token)
    too_late = status == 409
    return view.page(
        "admission/consultation_link.html",
        status=status,
        consultation=consultation,
        outcome=consultation.outcome(view.scope["state"].get("received_at") or clock.now()),
        too_late=too_late,
        # Where there is no form any more, what was typed in it is there to copy.
        typed=typed_by(view.scope) if too_late else None,
        token=token,
        form=fields,
        most=MAX_TEXT,
        **consultation_words(),
    )


@get("/link/consultation/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/consultation/{token:str}", opt=EVERYBODY)
async def answer(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    objects = fields.choice("answer", ("no_objection", "objection")) == "objection"
    reason = fields.text("reason", required=objects, most=MAX_TEXT, multiline=True)
    name = fields.text("name", most=200)
    link = await standing_link(tx, PURPOSE, token)
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, token, fields, status=status), late=True
    ):
        await answer_consultation(tx, link.subject_id, objects=objects, reason=reason, name=name)
    return view.go(f"/link/consultation/{token}")


@post("/link/consultation/{token:str}/more", opt=EVERYBODY)
async def more(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    link = await standing_link(tx, PURPOSE, token)
    async with redrawn(
        tx, fields, lambda read, status: _page(view, read, token, fields, status=status), late=True
    ):
        await ask_for_more_days(tx, link.subject_id)
    return view.go(f"/link/consultation/{token}", _("You have more time now."))


HANDLERS = [show, answer, more]
