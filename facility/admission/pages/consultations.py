"""Consultations on an application, as the secretariat starts and follows them."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission import words
from facility.admission.pages.staff import may_ask_about, unsealed
from facility.admission.queries import consultation as queries
from facility.admission.rules.consultation import MAX_TEXT, USUAL_DAYS
from facility.admission.service.consultations import (
    CONSULTATION,
    answer_objection,
    start_consultations,
    take_late_answer,
)
from facility.admission.words import OBJECTION_UNANSWERED
from facility.applications.words import WORDS
from facility.inquiries.service import ask_again
from facility.inquiries.service import cancel as cancel_inquiry
from facility.periods import MOST_DAYS
from facility.web import carried, render
from facility.web.access import DECIDERS, STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, translated

SEES = {"allow": allow(*STAFF)}
HOLDS = {"allow": allow(Role.SECRETARIAT)}
ANSWERS = {"allow": allow(*DECIDERS)}


def consultation_words() -> dict[str, Any]:
    return {"states": words.CONSULTATIONS, "consultee_kinds": words.CONSULTEE_KINDS}


async def _page(
    view: render.View,
    connection: AsyncConnection,
    application_id: UUID,
    fields: Fields,
    *,
    status: int = 200,
    answering: UUID | None = None,
) -> Page:
    application = await unsealed(connection, application_id)
    secretariat = view.me.has(Role.SECRETARIAT)
    starts = secretariat and may_ask_about(application)
    return view.page(
        "admission/consultations.html",
        status=status,
        application=application,
        lines=await queries.consultations(connection, application_id),
        consultees=await queries.consultees(connection, active=True) if starts else [],
        starts=starts,
        holds=secretariat,
        may_answer=view.me.has(*DECIDERS),
        answering=answering,
        form=fields,
        most=MAX_TEXT,
        most_days=MOST_DAYS,
        **consultation_words(),
        **WORDS,
    )


@get("/applications/{application_id:uuid}/consultations", opt=SEES)
async def consultations(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Who was asked, what they said, and the form to ask others."""
    usual = {"days": str(USUAL_DAYS), "more_days": str(USUAL_DAYS)}
    return await _page(view, read, application_id, Fields.showing(usual))


@post("/applications/{application_id:uuid}/consultations", opt=HOLDS)
async def start(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    chosen = fields.keys("consultees")
    days = fields.integer("days", 1, MOST_DAYS)
    more_days = fields.integer("more_days", 0, MOST_DAYS)
    question = fields.text("question", missing=None, most=MAX_TEXT, multiline=True)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, application_id, fields, status=status)

    async with redrawn(tx, fields, again):
        await start_consultations(
            tx, application_id, chosen, days=days, more_days=more_days, question=question
        )
    return view.go(
        f"/applications/{application_id}/consultations",
        _("The consultation has started. Each office gets a mail with a link."),
    )


@post("/applications/{application_id:uuid}/consultations/{consultation_id:uuid}/cancel", opt=HOLDS)
async def cancel(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], consultation_id: FromPath[UUID]
) -> Page:
    Fields(form).check()
    await cancel_inquiry(tx, CONSULTATION, application_id, consultation_id)
    return view.go(
        f"/applications/{application_id}/consultations",
        _("The consultation is cancelled. The consultee gets a mail."),
    )


@post("/applications/{application_id:uuid}/consultations/{consultation_id:uuid}/again", opt=HOLDS)
async def again(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], consultation_id: FromPath[UUID]
) -> Page:
    """Sends a mail that did not get through once more."""
    Fields(form).check()
    await ask_again(tx, CONSULTATION, application_id, consultation_id)
    return view.go(
        f"/applications/{application_id}/consultations",
        _("The mail goes out again. The consultee has the full time to answer."),
    )


@post("/applications/{application_id:uuid}/consultations/{consultation_id:uuid}/late", opt=HOLDS)
async def late(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], consultation_id: FromPath[UUID]
) -> Page:
    Fields(form).check()
    await take_late_answer(tx, application_id, consultation_id)
    return view.go(f"/applications/{application_id}/consultations", _("The late answer is accepted."))


@post("/applications/{application_id:uuid}/consultations/{consultation_id:uuid}/answer", opt=ANSWERS)
async def answer(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], consultation_id: FromPath[UUID]
) -> Page:
    """Writes down what the facility answers to an objection."""
    fields = Fields(form)
    text = fields.text("answer", missing=translated(OBJECTION_UNANSWERED), most=MAX_TEXT, multiline=True)

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, application_id, fields, status=status, answering=consultation_id)

    async with redrawn(tx, fields, again):
        await answer_objection(tx, application_id, consultation_id, answer=text)
    return view.go(
        f"/applications/{application_id}/consultations", _("The answer to the objection is saved.")
    )


@get("/consultations", opt=HOLDS)
async def running(view: View, read: Read, after: FromQuery[str] = "") -> Page:
    """All that run or wait for an officer, by the end of their periods."""
    lines, more = await queries.running(read, view.me.id, carried.place(after, carried.instant))
    return view.page(
        "admission/running.html",
        lines=lines,
        more=f"{more[0].isoformat()}~{more[1]}" if more else "",
        after=after,
        **consultation_words(),
    )


HANDLERS = [consultations, start, cancel, again, late, answer, running]
