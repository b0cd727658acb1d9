"""A consultee's own link: GET shows what is planned, POST answers or takes more days."""

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.forms import consultee_answer
from facility.admission.models.consultation import Consultation
from facility.admission.pages.consultations import consultation_words
from facility.admission.queries.consultation import consultation_by_link
from facility.admission.service.consultations import answer_consultation, ask_for_more_days
from facility.forms.reading import read_texts
from facility.inquiries.link import answering, link_page, seen_at
from facility.web import render
from facility.web.access import ANYONE, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.limits import Rate, address_of

BY_LINK = Rate("consultation-link", 60, 600)
EVERYBODY = {"allow": allow(ANYONE)}


async def _page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    consultation = await consultation_by_link(connection, token)
    return link_page(
        view,
        "admission/consultation_link.html",
        token,
        fields,
        status,
        consultation=consultation,
        reference=consultation.reference,
        outcome=consultation.outcome(seen_at(view)),
        asked=consultee_answer(consultation.consultee),
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
    typed = read_texts(fields, consultee_answer(""))
    objects = typed["answer"] == "objection"
    async with answering(view, tx, Consultation, token, fields, _page) as link:
        await answer_consultation(
            tx, link.subject_id, objects=objects, reason=typed["reason"], name=typed["name"]
        )
    return view.go(f"/link/consultation/{token}")


@post("/link/consultation/{token:str}/more", opt=EVERYBODY)
async def more(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    async with answering(view, tx, Consultation, token, fields, _page) as link:
        await ask_for_more_days(tx, link.subject_id)
    return view.go(f"/link/consultation/{token}", _("You have more time now."))


HANDLERS = [show, answer, more]
