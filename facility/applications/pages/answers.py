"""A section of questions: what is saved or typed in it, saving it, keeping it for later, and two who write at once."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.access import BY_LEAD
from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft, same_person
from facility.applications.pages.editing import (
    EditedSection,
    notes,
    typed_in,
    unsaved,
    values_of,
    voiding,
)
from facility.applications.pages.keeping import keep_typed, kept
from facility.applications.pages.questions import offered, read_answers
from facility.applications.pages.versions import Sent, choose, compare, labels_of, sent_in
from facility.applications.queries.writing import Writing, section_changes, writing
from facility.applications.service.answers import save_answers
from facility.applications.service.working_copies import end_copies, keep_copy
from facility.applications.words import WORDS
from facility.calls.rules.forms import Answer, By, SectionKind
from facility.calls.words.calls import conditions
from facility.refused import refuse
from facility.web import render
from facility.web.again import question_of, redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, View
from facility.web.handler import Tx as Opened
from facility.web.i18n import _


async def _part(connection: AsyncConnection, application_id: UUID, key: str) -> EditedSection:
    application = await draft(connection, application_id)
    section = application.form.section(key)
    if section is None or section.kind is not SectionKind.QUESTIONS or section.by is not By.LEAD:
        refuse("not_found", kind="missing", what="section")
    return EditedSection(application, section, application.parts.lead.id)


async def _writing(view: render.View, connection: AsyncConnection, part: EditedSection) -> Writing:
    return await writing(connection, part.application.id, part.party_id, part.section.key, view.me.id)


async def _page(view: render.View, connection: AsyncConnection, part: EditedSection, **more: Any) -> Page:
    status = more.pop("status", 200)
    parts = [section.key for section in tasks.sections(part.application)]
    if "colleagues" not in more:
        more["colleagues"] = (await _writing(view, connection, part)).colleagues
    return view.page(
        "applications/answers.html",
        status=status,
        application=part.application,
        section=part.section,
        edited=part,
        line=part.application.parts.section(part.section.key, part.party_id),
        state=tasks.state_of(part.application, part.section),
        place=(parts.index(part.section.key) + 1, len(parts)),
        conditions=conditions(part.section),
        labels=labels_of(part.section),
        themes=offered(part.application),
        **{"question": "", "copy": None, "behind": None, "differences": (), **more},
        **WORDS,
    )


@get("/applications/{application_id:uuid}/answers/{section:str}", opt=BY_LEAD)
async def answers_form(
    view: View, read: Read, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """A section with what this person has typed and not saved, or with what is saved."""
    part = await _part(read, application_id, section)
    writers = await _writing(view, read, part)
    copy = unsaved(part.section, part.stored, writers.own)
    if copy is None:
        fields = Fields.showing(part.shown)
        fields.notes = notes(part)
        return await _page(view, read, part, form=fields, seen=part.version, colleagues=writers.colleagues)
    behind = await section_changes(read, application_id, part.party_id, section, seen=copy.based_on)
    form = Fields.showing(values_of(copy.typed))
    return await _page(
        view,
        read,
        part,
        form=form,
        seen=copy.based_on,
        copy=copy,
        behind=behind[0] if behind else None,
        colleagues=writers.colleagues,
    )


@post("/applications/{application_id:uuid}/answers/{section:str}", opt=BY_LEAD)
async def save_section(
    view: View, form: Form, tx: Opened, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Saves a section; asks first where partners have confirmed, or where somebody else has saved it meanwhile. What
    can't be saved is kept as a working copy."""
    same_person(view, form)
    part = await _part(await tx.session.connection(), application_id, section)
    fields = Fields(form)
    sent = sent_in(fields)
    if sent.merging:
        choose(fields, part.section)
    answers = read_answers(fields, part.section, [code for code, _name in offered(part.application)])
    typed = typed_in(part.section, form)

    async def again(connection: AsyncConnection, status: int) -> Page:
        now = await _part(connection, application_id, section)
        return await _not_saved(view, connection, now, fields, sent, answers, status)

    trace = kept(lambda: keep_copy(tx, application_id, part.party_id, section, typed, based_on=sent.began))
    async with redrawn(tx, fields, again, trace=trace):
        await save_answers(tx, application_id, {section: answers}, seen=sent.seen, may_void=sent.void)
    if sent.then == "stay":
        return view.go(part.here, _("Saved."))
    following = tasks.after(part.application, part.section)
    return view.go(following if sent.then == "next" else f"/applications/{application_id}", _("Saved."))


async def _not_saved(
    view: render.View,
    connection: AsyncConnection,
    part: EditedSection,
    fields: Fields,
    sent: Sent,
    answers: dict[str, Answer],
    status: int,
) -> Page:
    """The form again with what was typed; where two have written at once, both versions."""
    question = question_of(fields)
    if question == "meanwhile" or (sent.merging and not question):
        themes = offered(part.application)
        return await compare(view, connection, part, fields, sent, answers, themes=themes, goes_on=True)
    differences = voiding(part, answers) if question == "void" else ()
    return await _page(
        view,
        connection,
        part,
        form=fields,
        seen=sent.seen,
        status=status,
        question=question,
        differences=differences,
    )


@post("/applications/{application_id:uuid}/answers/{section:str}/copy", opt=BY_LEAD)
async def keep(
    view: View, form: Form, tx: Opened, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Keeps what is typed for this person, whatever it is; without an event, and nothing is voided."""

    async def find(connection: AsyncConnection) -> EditedSection:
        return await _part(connection, application_id, section)

    return await keep_typed(view, form, tx, find)


@post("/applications/{application_id:uuid}/answers/{section:str}/discard", opt=BY_LEAD)
async def discard(
    view: View, form: Form, tx: Opened, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Forgets what this person has typed and not saved."""
    Fields(form).check()
    part = await _part(await tx.session.connection(), application_id, section)
    await end_copies(tx, application_id, part.party_id, [section])
    return view.go(part.here, _("Discarded. This is the saved version."))


HANDLERS = [answers_form, save_section, keep, discard]
