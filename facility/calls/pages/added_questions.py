"""Questions that a corrigendum adds to a published call's form: one at a time, as a draft's form is edited. What is
published stays as it is; a second person checks and publishes the corrigendum as any other."""

from uuid import UUID

from litestar import get, post

from facility.calls.forms.questions import new_field, read_field, settings, shown_field
from facility.calls.pages.adding import (
    ADDABLE,
    BY_SECRETARIAT,
    REMOVED,
    SAVED,
    adding_page,
    at_corrigendum,
    change_added,
    correctable,
    form_so_far,
    reason_where_none_is,
)
from facility.calls.queries.staff import CallStaff
from facility.calls.rules import edits
from facility.calls.rules.corrigenda import added_questions, added_sections
from facility.calls.rules.forms import FormSection, SectionKind
from facility.calls.words.changes import meanings
from facility.forms.types import Field
from facility.refused import refuse
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated


def _here(call: CallStaff) -> str:
    return f"{at_corrigendum(call)}/questions"


def _added(call: CallStaff, section_key: str, key: str) -> tuple[FormSection, Field]:
    """A question that the corrigendum adds. Raises Refused (missing): what is published is not edited here."""
    added = {
        (section.key, field.key) for section, field in added_questions(call.draft.form, form_so_far(call))
    }
    section = form_so_far(call).section(section_key)
    if section is None or (section_key, key) not in added:
        refuse("not_found", kind="missing", what="field")
    return section, section.field(key)


def _list(view: View, call: CallStaff, fields: Fields, status: int = 200) -> Page:
    after = form_so_far(call)
    return adding_page(
        view,
        "added_questions",
        call,
        fields,
        status=status,
        sections=after.sections,
        new=[section.key for section in added_sections(call.draft.form, after)],
        added={(section.key, field.key) for section, field in added_questions(call.draft.form, after)},
        places=[
            (section.key, section.title)
            for section in after.sections
            if section.kind is SectionKind.QUESTIONS
        ],
        addable=ADDABLE,
        meanings=meanings(call.draft, call.corrigendum.draft) if call.corrigendum else [],
    )


def _question_page(
    view: View, call: CallStaff, where: tuple[FormSection, Field], fields: Fields, status: int = 200
) -> Page:
    section, field = where
    here = _here(call)
    return adding_page(
        view,
        "form_field",
        call,
        fields,
        status=status,
        section=section,
        field=field,
        action=f"{here}/{section.key}/{field.key}",
        back=here,
        trail=[(_("More sections and questions"), here), (field.label, None)],
        settings=settings(section, field),
    )


@get("/staff/calls/{call_id:uuid}/corrigendum/questions", opt=BY_SECRETARIAT)
async def more_questions(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """What the call asks, what the corrigendum adds, and a form to add one more."""
    return _list(view, await correctable(read, call_id), Fields.showing())


@post("/staff/calls/{call_id:uuid}/corrigendum/questions", opt=BY_SECRETARIAT)
async def add_question(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Add a question at the end of a section, and go on to its page."""
    call = await correctable(await tx.session.connection(), call_id)
    fields = Fields(form)
    fields.ignore("seen")
    places = {
        section.key: section
        for section in form_so_far(call).sections
        if section.kind is SectionKind.QUESTIONS
    }
    section = places.get(fields.choice("section", places)) or next(iter(places.values()))
    made = new_field(fields, section)
    reason = reason_where_none_is(call, fields)
    await change_added(
        tx,
        call_id,
        fields,
        lambda form: edits.with_field(form, section.key, made),
        lambda call, status: _list(view, call, fields, status),
        reason=reason,
    )
    return view.go(
        f"{_here(call)}/{section.key}/{made.key}", _("Question added. Now set the rules for its answer.")
    )


@get("/staff/calls/{call_id:uuid}/corrigendum/questions/{section:str}/{field:str}", opt=BY_SECRETARIAT)
async def added_question(
    view: View, read: Read, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    """A question that is added, with its checks."""
    call = await correctable(read, call_id)
    where = _added(call, section, field)
    return _question_page(view, call, where, Fields.showing(shown_field(where[1])))


@post("/staff/calls/{call_id:uuid}/corrigendum/questions/{section:str}/{field:str}", opt=BY_SECRETARIAT)
async def save_added_question(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    call = await correctable(await tx.session.connection(), call_id)
    there, old = _added(call, section, field)
    fields = Fields(form)
    fields.ignore("seen")
    new = read_field(fields, there, old)
    await change_added(
        tx,
        call_id,
        fields,
        lambda form: edits.with_field(form, section, new),
        lambda call, status: _question_page(view, call, _added(call, section, field), fields, status),
    )
    return view.go(_here(call), translated(SAVED))


@post(
    "/staff/calls/{call_id:uuid}/corrigendum/questions/{section:str}/{field:str}/remove", opt=BY_SECRETARIAT
)
async def remove_added_question(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    """Take a question that is added out again."""
    call = await correctable(await tx.session.connection(), call_id)
    _added(call, section, field)
    fields = Fields(form)
    fields.ignore("seen")
    await change_added(
        tx,
        call_id,
        fields,
        lambda form: edits.without_field(form, section, field),
        lambda call, status: _list(view, call, fields, status),
    )
    return view.go(_here(call), translated(REMOVED))


HANDLERS = [more_questions, add_question, added_question, save_added_question, remove_added_question]
