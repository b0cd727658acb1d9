"""A section of questions: what is saved or typed in it, saving it, keeping it for later, and two who write at once."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import queries
from facility.applications.pages import tasks
from facility.applications.pages.desk import (
    Part,
    conditions,
    meanwhile,
    notes,
    typed_in,
    unsaved,
    values_of,
    voiding,
)
from facility.applications.pages.keeping import keep_typed
from facility.applications.pages.questions import offered, read_answers
from facility.applications.pages.shared import BY_LEAD, WORDS, draft, question_of, same_person
from facility.applications.rules import Whose
from facility.applications.service import end_copies, keep_copy, save_answers
from facility.calls.rules.forms import Answer, By, FormSection, SectionKind
from facility.db import Tx
from facility.refused import Refused, refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, View
from facility.web.handler import Tx as Opened
from facility.web.i18n import _

MOST_VERSION = 999_999_999
AFTER = ("next", "list", "stay")
"""Where to go after saving: the next part, the task list, or nowhere."""


class Sent(msgspec.Struct, frozen=True):
    """What a form says beside the answers. seen: the version of the section with which it must be saved; began: the one
    that the person began from; void: that confirmations may be voided; merging: the form compares two versions."""

    seen: int
    began: int
    void: bool
    then: str
    merging: bool


def _sent(fields: Fields) -> Sent:
    seen = fields.integer("seen", 0, MOST_VERSION)
    began = fields.integer("began", 0, MOST_VERSION) if fields.given("began") else seen
    then = fields.choice("then", AFTER) if fields.given("then") else "list"
    return Sent(seen, began, fields.yes("void"), then, fields.yes("merging"))


async def _part(connection: AsyncConnection, application_id: UUID, key: str) -> Part:
    application = await draft(connection, application_id)
    section = application.form.section(key)
    if section is None or section.kind is not SectionKind.QUESTIONS or section.by is not By.LEAD:
        refuse("not_found", kind="missing", what="section")
    return Part(application, section, application.parts.lead.id)


def _labels(section: FormSection) -> dict[str, str]:
    """What the fields are called, for the summary of what is wrong."""
    return {name: field.label for field in section.fields for name in (field.key, f"choice-{field.key}")}


async def _writing(view: render.View, connection: AsyncConnection, part: Part) -> queries.Writing:
    return await queries.writing(connection, part.application.id, part.party_id, part.section.key, view.me.id)


async def _page(
    view: render.View, connection: AsyncConnection, part: Part, template: str = "answers", **more: Any
) -> Page:
    status = more.pop("status", 200)
    parts = [section.key for section in tasks.sections(part.application)]
    if "colleagues" not in more:
        more["colleagues"] = (await _writing(view, connection, part)).colleagues
    return view.page(
        f"applications/{template}.html",
        status=status,
        application=part.application,
        section=part.section,
        desk=part,
        line=part.application.parts.section(part.section.key, part.party_id),
        state=tasks.state_of(part.application, part.section),
        place=(parts.index(part.section.key) + 1, len(parts)),
        conditions=conditions(part.section),
        labels=_labels(part.section),
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
    found = await _writing(view, read, part)
    copy = unsaved(part.section, part.stored, found.own)
    if copy is None:
        fields = Fields.showing(part.shown)
        fields.notes = notes(part)
        return await _page(view, read, part, form=fields, seen=part.version, colleagues=found.colleagues)
    behind = await queries.section_changes(read, application_id, part.party_id, section, seen=copy.based_on)
    form = Fields.showing(values_of(copy.typed))
    return await _page(
        view,
        read,
        part,
        form=form,
        seen=copy.based_on,
        copy=copy,
        behind=behind[0] if behind else None,
        colleagues=found.colleagues,
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
    sent = _sent(fields)
    if sent.merging:
        _choose(fields, part.section)
    answers = read_answers(fields, part.section, [code for code, _name in offered(part.application)])
    try:
        fields.check()
        await save_answers(tx, application_id, {section: answers}, seen=sent.seen, may_void=sent.void)
    except Refused as refused:
        await tx.session.rollback()
        return await _not_saved(view, tx, fields, sent, answers, refused, (application_id, section))
    said = _("Saved.")
    if sent.then == "stay":
        return view.go(part.here, said)
    following = tasks.after(part.application, part.section)
    return view.go(following if sent.then == "next" else f"/applications/{application_id}", said)


def _choose(fields: Fields, section: FormSection) -> None:
    """Puts the version that was chosen for each answer in its place."""
    for field in section.fields:
        fields.ignore(f"mine-{field.key}", f"theirs-{field.key}")
        if f"mine-{field.key}" not in fields.form.fields and f"theirs-{field.key}" not in fields.form.fields:
            continue
        choice = fields.choice(f"choice-{field.key}", ("mine", "theirs", "edit"))
        if choice in ("mine", "theirs"):
            fields.put(
                field.key, [value for value in fields.form.fields.get(f"{choice}-{field.key}", []) if value]
            )


async def _not_saved(
    view: render.View,
    tx: Tx,
    fields: Fields,
    sent: Sent,
    answers: dict[str, Answer],
    refused: Refused,
    where: tuple[UUID, str],
) -> Page:
    """The form again with what was typed, which is kept: returned and not raised, so that it stays."""
    part = await _part(await tx.session.connection(), *where)
    codes = refused.codes
    if codes not in (("voids_confirmations",), ("edited_meanwhile",)):
        fields.refused(refused)
    await keep_copy(
        tx,
        part.application.id,
        part.party_id,
        part.section.key,
        typed_in(part.section, fields.form),
        based_on=sent.began,
    )
    connection = await tx.session.connection()
    if codes == ("voids_confirmations",):
        return await _page(
            view,
            connection,
            part,
            form=fields,
            seen=sent.seen,
            status=409,
            question=question_of(refused),
            differences=voiding(part, answers),
        )
    if codes == ("edited_meanwhile",) or sent.merging:
        return await _compare(
            view, connection, part, fields, sent, answers, 409 if not fields.errors else 422
        )
    return await _page(view, connection, part, form=fields, seen=sent.seen, status=422)


async def _compare(
    view: render.View,
    connection: AsyncConnection,
    part: Part,
    fields: Fields,
    sent: Sent,
    answers: dict[str, Answer],
    status: int,
) -> Page:
    """Both versions side by side. Where only one of the two has changed an answer, that one is proposed."""
    changes = await queries.section_changes(
        connection, part.application.id, part.party_id, part.section.key, seen=sent.began
    )
    found = meanwhile(part, answers, changes)
    for one in found.differences:
        fields.values.setdefault(
            f"choice-{one.field.key}", "" if one.whose is Whose.BOTH else one.whose.value
        )
    return await _page(
        view,
        connection,
        part,
        "compare",
        form=fields,
        seen=part.version,
        began=sent.began,
        status=status,
        found=found,
        differences=found.differences,
    )


@post("/applications/{application_id:uuid}/answers/{section:str}/copy", opt=BY_LEAD)
async def keep(
    view: View, form: Form, tx: Opened, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Keeps what is typed for this person, whatever it is; without an event, and nothing is voided."""

    async def find(connection: AsyncConnection) -> tuple[FormSection, UUID]:
        part = await _part(connection, application_id, section)
        return part.section, part.party_id

    return await keep_typed(view, form, tx, application_id, find)


@post("/applications/{application_id:uuid}/answers/{section:str}/discard", opt=BY_LEAD)
async def discard(
    view: View, form: Form, tx: Opened, application_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Forgets what this person has typed and not saved."""
    Fields(form).check()
    part = await _part(await tx.session.connection(), application_id, section)
    await end_copies(tx, application_id, part.party_id, [section])
    return view.go(part.here, _("Discarded. This is what is saved."))


HANDLERS = [answers_form, save_section, keep, discard]
