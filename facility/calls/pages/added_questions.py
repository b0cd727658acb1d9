"""Questions that a corrigendum adds to a published call's form: one at a time, as a draft's form is edited. What is
published stays as it is; a second person checks and publishes the corrigendum as any other."""

from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls import queries
from facility.calls.changes import meanings
from facility.calls.form.corrigendum import MAX_REASON
from facility.calls.form.questions import choices_of, dependable, new_field, read_field, shown_field
from facility.calls.pages.shared import seen_in, shown
from facility.calls.rules import edits
from facility.calls.rules.corrigenda import added_questions, may_correct
from facility.calls.rules.forms import Field, FieldType, FormDefinition, FormSection, SectionKind
from facility.calls.service import add_to_form
from facility.calls.words import TYPES, check_in_words
from facility.refused import Reason, Refused, refuse
from facility.web.access import Role, allow
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.stops import Wrong

BY_SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}
ADDABLE = {type_: name for type_, name in TYPES.items() if type_ is not FieldType.THEMES}
"""Every form has its one question about themes."""


async def _correctable(connection: AsyncConnection, call_id: UUID) -> queries.CallStaff:
    found = await queries.staff_call(connection, call_id)
    may_correct(found.call.state, found.call.closes_at, clock.now())
    return found


def _form(found: queries.CallStaff) -> FormDefinition:
    """What the call will ask for, as far as it is written."""
    return found.corrigendum.draft.form if found.corrigendum else found.draft.form


def _here(found: queries.CallStaff) -> str:
    return f"/staff/calls/{found.id}/corrigendum/questions"


def _added(found: queries.CallStaff, section_key: str, key: str) -> tuple[FormSection, Field]:
    """A question that the corrigendum adds. Raises Refused (missing): what is published is not edited here."""
    added = {(section.key, field.key) for section, field in added_questions(found.draft.form, _form(found))}
    section = _form(found).section(section_key)
    if section is None or (section_key, key) not in added:
        refuse("not_found", kind="missing", what="field")
    return section, section.field(key)


def _page(view: View, template: str, found: queries.CallStaff, fields: Fields, **more: Any) -> Page:
    under_way = found.corrigendum
    return view.page(
        f"calls/{template}.html",
        status=more.pop("status", 200),
        **shown(found),
        form=fields,
        here=_here(found),
        seen=under_way.drafted_at.isoformat() if under_way else "",
        types=TYPES,
        said=check_in_words,
        **more,
    )


def _list(view: View, found: queries.CallStaff, fields: Fields, status: int = 200) -> Page:
    after = _form(found)
    return _page(
        view,
        "added_questions",
        found,
        fields,
        status=status,
        sections=after.sections,
        added={(section.key, field.key) for section, field in added_questions(found.draft.form, after)},
        places=[(one.key, one.title) for one in after.sections if one.kind is SectionKind.QUESTIONS],
        addable=ADDABLE,
        meanings=meanings(found.draft, found.corrigendum.draft) if found.corrigendum else [],
    )


def _one(
    view: View, found: queries.CallStaff, where: tuple[FormSection, Field], fields: Fields, status: int = 200
) -> Page:
    section, field = where
    here = _here(found)
    return _page(
        view,
        "form_field",
        found,
        fields,
        status=status,
        section=section,
        field=field,
        action=f"{here}/{section.key}/{field.key}",
        back=here,
        trail=[(_("More questions"), here), (field.label, None)],
        **choices_of(section, field),
    )


async def _not_saved(tx: Tx, call_id: UUID, fields: Fields, refused: Refused) -> queries.CallStaff:
    """The call as it is now, with what was refused told on the form; raises anew what is no answer to it."""
    if refused.kind == "missing" or "too_late_to_correct" in refused.codes:
        raise refused
    await tx.session.rollback()
    found = await _correctable(await tx.session.connection(), call_id)
    if "changed_meanwhile" in refused.codes and found.corrigendum:
        name = found.corrigendum.drafted_by_name
        fields.wrong(
            "", _("{name} changed this corrigendum meanwhile. Look at it, and save again.", name=name)
        )
    else:
        told = [
            Reason(one.code, one.field if one.field in fields.values else "", one.params)
            for one in refused.reasons
        ]
        fields.refused(Refused(told, "invalid"))
    return found


@get("/staff/calls/{call_id:uuid}/corrigendum/questions", opt=BY_SECRETARIAT)
async def more_questions(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What the call asks, what the corrigendum adds, and a form to add one more."""
    return _list(view, await _correctable(read, call_id), Fields.showing())


@post("/staff/calls/{call_id:uuid}/corrigendum/questions", opt=BY_SECRETARIAT)
async def add_question(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Add a question at the end of a section, and go on to its page."""
    found = await _correctable(await tx.session.connection(), call_id)
    fields = Fields(form)
    fields.ignore("seen")
    places = {one.key: one for one in _form(found).sections if one.kind is SectionKind.QUESTIONS}
    section = places.get(fields.choice("section", places)) or next(iter(places.values()))
    made = new_field(fields, section)
    reason = "" if found.corrigendum else fields.text("reason", most=MAX_REASON, multiline=True)
    try:
        fields.check()
        await add_to_form(
            tx,
            call_id,
            lambda form: edits.with_field(form, section.key, made),
            reason=reason,
            seen=seen_in(fields),
        )
    except Refused as refused:
        found = await _not_saved(tx, call_id, fields, refused)
        raise Wrong(_list(view, found, fields, 422 if refused.kind == "invalid" else 409)) from None
    return view.go(f"{_here(found)}/{section.key}/{made.key}", _("Added. Say what its answer must be."))


@get("/staff/calls/{call_id:uuid}/corrigendum/questions/{section:str}/{field:str}", opt=BY_SECRETARIAT)
async def added_question(
    view: View, read: Read, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    """A question that is added, with its checks."""
    found = await _correctable(read, call_id)
    where = _added(found, section, field)
    return _one(view, found, where, Fields.showing(shown_field(where[1])))


@post("/staff/calls/{call_id:uuid}/corrigendum/questions/{section:str}/{field:str}", opt=BY_SECRETARIAT)
async def save_added_question(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    """Save a question that is added."""
    found = await _correctable(await tx.session.connection(), call_id)
    there, old = _added(found, section, field)
    fields = Fields(form)
    fields.ignore("seen")
    new = read_field(fields, old, dependable(there, field))
    try:
        fields.check()
        await add_to_form(
            tx, call_id, lambda form: edits.with_field(form, section, new), seen=seen_in(fields)
        )
    except Refused as refused:
        found = await _not_saved(tx, call_id, fields, refused)
        where = _added(found, section, field)
        raise Wrong(_one(view, found, where, fields, 422 if refused.kind == "invalid" else 409)) from None
    return view.go(_here(found), _("Saved. Somebody else checks and publishes the corrigendum."))


@post(
    "/staff/calls/{call_id:uuid}/corrigendum/questions/{section:str}/{field:str}/remove", opt=BY_SECRETARIAT
)
async def remove_added_question(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    """Take a question that is added out again."""
    found = await _correctable(await tx.session.connection(), call_id)
    _added(found, section, field)
    fields = Fields(form)
    fields.ignore("seen")
    try:
        fields.check()
        await add_to_form(
            tx, call_id, lambda form: edits.without_field(form, section, field), seen=seen_in(fields)
        )
    except Refused as refused:
        found = await _not_saved(tx, call_id, fields, refused)
        raise Wrong(_list(view, found, fields, 422 if refused.kind == "invalid" else 409)) from None
    return view.go(_here(found), _("Taken out again."))


HANDLERS = [more_questions, add_question, added_question, save_added_question, remove_added_question]
