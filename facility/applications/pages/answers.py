"""The texts of a draft, and the consultation of the exception track: one section a page."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import rules
from facility.applications.pages.questions import read_answers, shown_answers
from facility.applications.pages.shared import BY_LEAD, WORDS, draft, save
from facility.applications.queries import ApplicationShown
from facility.applications.service import record_consultation, save_answers
from facility.calls.rules.forms import By, FieldType, FormSection, SectionKind
from facility.experts.models import Theme
from facility.folding import fold
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


def _section(application: ApplicationShown, key: str) -> FormSection:
    section = application.form.section(key)
    if section is None or section.kind is not SectionKind.QUESTIONS or section.by is not By.LEAD:
        refuse("not_found", kind="missing", what="section")
    return section


async def _themes(connection: AsyncConnection, section: FormSection) -> list[tuple[str, str]]:
    if not any(field.type is FieldType.THEMES for field in section.fields):
        return []
    rows = await connection.execute(select(Theme.code, Theme.name).where(Theme.active))
    return sorted(((row.code, row.name) for row in rows), key=lambda theme: fold(theme[1]))


async def _page(
    view: render.View,
    connection: AsyncConnection,
    section: FormSection,
    application: ApplicationShown,
    **more: Any,
) -> Page:
    line = application.parts.section(section.key)
    return view.page(
        "applications/answers.html",
        status=more.pop("status", 200),
        application=application,
        section=section,
        stored=application.answers(section),
        seen=line.version if line else 0,
        themes=await _themes(connection, section),
        **{"question": "", **more},
        **WORDS,
    )


@get("/applications/{application_id:uuid}/answers/{section:str}", opt=BY_LEAD)
async def answers_form(
    view: View, read: Read, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """A section with what it says now."""
    application = await draft(read, application_id)
    chosen = _section(application, section)
    values = shown_answers(chosen, application.answers(chosen))
    return await _page(view, read, chosen, application, form=Fields.showing(values))


@post("/applications/{application_id:uuid}/answers/{section:str}", opt=BY_LEAD)
async def save_section(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Saves a section; asks first where partners have confirmed."""
    connection = await tx.session.connection()
    chosen = _section(await draft(connection, application_id), section)
    fields = Fields(form)
    seen, may_void = fields.integer("seen", 0, 999_999_999), fields.yes("void")
    answers = read_answers(fields, chosen, [code for code, _name in await _themes(connection, chosen)])

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        application = await draft(connection, application_id)
        return await _page(
            view, connection, chosen, application, form=fields, status=status, question=question
        )

    await save(
        tx,
        fields,
        lambda: save_answers(tx, application_id, {section: answers}, seen=seen, may_void=may_void),
        again,
    )
    return view.go(f"/applications/{application_id}", _("Saved."))


@get("/applications/{application_id:uuid}/consultation", opt=BY_LEAD)
async def consultation_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Whom the lead has consulted on an exception."""
    application = await draft(read, application_id)
    return _consultation(view, application, Fields.showing({"consultation": application.consultation or ""}))


def _consultation(
    view: render.View, application: ApplicationShown, fields: Fields, status: int = 200
) -> Page:
    if application.track != "exception":
        refuse("wrong_track")
    return view.page("applications/consultation.html", status=status, application=application, form=fields)


@post("/applications/{application_id:uuid}/consultation", opt=BY_LEAD)
async def save_consultation(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Saves it; it is not part of what partners confirm."""
    fields = Fields(form)
    text = fields.text("consultation", most=rules.MAX_CONSULTATION, multiline=True)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        return _consultation(view, await draft(connection, application_id), fields, status)

    await save(tx, fields, lambda: record_consultation(tx, application_id, text), again)
    return view.go(f"/applications/{application_id}", _("Saved."))


HANDLERS = [answers_form, save_section, consultation_form, save_consultation]
