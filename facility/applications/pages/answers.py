"""The texts of a draft, and the consultation of the exception track: one section a page."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.rules import sort_key
from facility.applications import rules
from facility.applications.pages import tasks
from facility.applications.pages.shared import BY_LEAD, WORDS, draft, edit_of, save
from facility.applications.queries import ApplicationShown
from facility.applications.service import record_consultation, save_content
from facility.experts.models import Theme
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


class Section(msgspec.Struct, frozen=True):
    """A page of answers: the fields on it, each with the most characters it takes."""

    name: str
    texts: dict[str, int]
    themes: bool = False


SECTIONS = {
    section.name: section
    for section in (
        Section("ask", {"title": rules.MAX_TITLE, "summary": rules.MAX_SUMMARY, "plan": rules.MAX_PLAN}),
        Section("themes", {}, themes=True),
        Section("casework", {"casework_origin": rules.MAX_CASEWORK}),
    )
}


def _section(name: str) -> Section:
    if name not in SECTIONS:
        refuse("not_found", kind="missing", what="section")
    return SECTIONS[name]


async def _themes(connection: AsyncConnection, section: Section) -> list[tuple[str, str]]:
    if not section.themes:
        return []
    rows = await connection.execute(select(Theme.code, Theme.name).where(Theme.active))
    return sorted(((row.code, row.name) for row in rows), key=lambda theme: sort_key(theme[1]))


async def _page(
    view: render.View,
    connection: AsyncConnection,
    section: Section,
    application: ApplicationShown,
    **more: Any,
) -> Page:
    return view.page(
        "applications/answers.html",
        status=more.pop("status", 200),
        application=application,
        section=section,
        label=tasks.label(section.name),
        themes=await _themes(connection, section),
        **{"question": "", **more},
        **WORDS,
    )


@get("/applications/{application_id:uuid}/answers/{section:str}", opt=BY_LEAD)
async def answers_form(
    view: View, read: Read, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """A section with what it says now."""
    chosen = _section(section)
    application = await draft(read, application_id)
    values: dict[str, str | list[str]] = {name: getattr(application, name) for name in chosen.texts}
    return await _page(
        view, read, chosen, application, form=Fields.showing({**values, "themes": application.themes})
    )


@post("/applications/{application_id:uuid}/answers/{section:str}", opt=BY_LEAD)
async def save_answers(
    view: View, form: Form, tx: Tx, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Saves a section; asks first where partners have confirmed."""
    chosen = _section(section)
    fields = Fields(form)
    version, may_void = edit_of(fields)
    changes: dict[str, Any] = {
        name: fields.text(name, required=name == "title", most=most, multiline=name != "title")
        for name, most in chosen.texts.items()
    }
    if chosen.themes:
        codes = [code for code, _name in await _themes(await tx.session.connection(), chosen)]
        changes["themes"] = fields.many("themes", codes, required=False)

    async def again(connection: AsyncConnection, status: int, question: str) -> Page:
        application = await draft(connection, application_id)
        return await _page(
            view, connection, chosen, application, form=fields, status=status, question=question
        )

    await save(
        tx,
        fields,
        lambda: save_content(tx, application_id, version=version, may_void=may_void, **changes),
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


HANDLERS = [answers_form, save_answers, consultation_form, save_consultation]
