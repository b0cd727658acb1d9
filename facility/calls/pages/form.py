"""What a draft asks for: its form, section by section and question by question, and how applicants will see it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.forms.questions import (
    KINDS,
    new_field,
    read_field,
    read_section,
    settings,
    shown_field,
    shown_section,
)
from facility.calls.pages.shared import seen_in
from facility.calls.queries.staff import CallStaff, staff_call
from facility.calls.rules import edits
from facility.calls.rules.forms import FormDefinition, FormSection, SectionKind, form_mistakes
from facility.calls.rules.presets import FORMS
from facility.calls.rules.standing import CallState
from facility.calls.service.form import change_form
from facility.calls.words.calls import (
    CHANGED_MEANWHILE,
    SECTION_TITLE_MISSING,
    TYPES,
    WHO,
    check_in_words,
    section_check_in_words,
)
from facility.forms.sections import offering
from facility.forms.types import NUMBERS, Field
from facility.refused import Reason, Refused, refuse
from facility.web.access import STAFF, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import N_, _, filled, translated
from facility.web.sentences import sentence
from facility.web.stops import Stop

BY_SECRETARIAT = {"allow": allow(Role.SECRETARIAT)}
STARTS = {
    "standard": N_("The standard form"),
    "short": N_("The short form of the urgent track"),
    "plain": N_("The plain form, with amounts in place of a budget"),
}
"""Forms to start from, untranslated."""
type Edit = Callable[[FormDefinition], FormDefinition]


async def _draft(connection: AsyncConnection, call_id: UUID) -> CallStaff:
    call = await staff_call(connection, call_id)
    if call.public.state != CallState.DRAFT:
        raise Refused([Reason("rules_frozen")])
    return call


def _section(call: CallStaff, key: str) -> FormSection:
    return call.public.form.section(key) or refuse("not_found", kind="missing", what="section")


def _field(section: FormSection, key: str) -> Field:
    try:
        return section.field(key)
    except KeyError:
        return refuse("not_found", kind="missing", what="field")


def _page(view: View, template: str, call: CallStaff, fields: Fields, **more: Any) -> Page:
    return view.page(
        f"calls/{template}.html",
        status=more.pop("status", 200),
        record=call,
        call=call.public,
        form=fields,
        seen=call.drafted_at.isoformat(),
        here=f"/staff/calls/{call.id}/form",
        types=TYPES,
        kinds=KINDS,
        who=WHO,
        check_in_words=check_in_words,
        section_check_in_words=section_check_in_words,
        **more,
    )


async def _change(
    tx: Tx, call_id: UUID, fields: Fields, edit: Edit, again: Callable[[CallStaff, int], Page]
) -> None:
    """Carry out an edit; after a refusal show the page again, and say who has changed the draft meanwhile."""

    async def draw(connection: AsyncConnection, status: int) -> Page:
        call = await _draft(connection, call_id)
        if status == 409:
            fields.wrong("", _not_saved(call, fields))
        return again(call, status)

    async with redrawn(tx, fields, draw, late=True, own_words=True):
        await change_form(tx, call_id, edit, seen=seen_in(fields))


def _not_saved(call: CallStaff, fields: Fields) -> str:
    reasons = fields.refusal.reasons if fields.refusal else ()
    if any(reason.code == "changed_meanwhile" for reason in reasons):
        return filled(CHANGED_MEANWHILE, name=call.drafted_by_name)
    return " ".join(map(sentence, reasons))


def _overview(view: View, call: CallStaff, fields: Fields, status: int = 200) -> Page:
    here = {section.key: section.title for section in call.public.form.sections}
    mistakes = [
        (here.get(key, ""), sentence(reason))
        for reason in form_mistakes(call.public.form)
        for key in [(reason.field or "").partition(".")[2].partition(".")[0]]
    ]
    there = {section.kind for section in call.public.form.sections}
    free = [kind for kind in KINDS if kind is SectionKind.QUESTIONS or kind not in there]
    return _page(view, "form", call, fields, status=status, mistakes=mistakes, starts=STARTS, free_kinds=free)


@get("/staff/calls/{call_id:uuid}/form", opt=BY_SECRETARIAT)
async def call_form(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The sections of a draft's form, in the order of the task list."""
    return _overview(view, await _draft(read, call_id), Fields.showing())


@get("/staff/calls/{call_id:uuid}/form-preview", opt={"allow": allow(*STAFF)})
async def form_preview(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The whole form as those who apply will see it; nothing can be sent here."""
    call = await staff_call(read, call_id)
    return _page(
        view,
        "form_preview",
        call,
        Fields.showing(),
        sections=[
            offering(section, [("", _("The themes of the facility appear here, one on each line."))])
            for section in call.public.form.sections
        ],
        may_change=view.me.has(Role.SECRETARIAT) and call.public.state == CallState.DRAFT,
    )


@post("/staff/calls/{call_id:uuid}/form", opt=BY_SECRETARIAT)
async def change_sections(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Move or remove a section, add one, or start from another form."""
    fields = Fields(form)
    fields.ignore("do", "seen")
    button, _colon, key = form.get("do", "").partition(":")
    edit, there = _sections_edit(fields, button, key)
    await _change(tx, call_id, fields, edit, lambda call, status: _overview(view, call, fields, status))
    return view.go(f"/staff/calls/{call_id}/form{there}", _("Saved."))


def _sections_edit(fields: Fields, button: str, key: str) -> tuple[Edit, str]:
    """The edit that a button stands for, and the place on the page to come back to."""
    match button:
        case "up" | "down":
            return (lambda form: edits.moved_section(form, key, button)), f"#s-{key}"
        case "remove":
            return (lambda form: edits.without_section(form, key)), ""
        case "start" if key in FORMS:
            return (lambda _form: FORMS[key]), ""
        case "add":
            title = fields.text("title", missing=translated(SECTION_TITLE_MISSING), most=150)
            kind = fields.one_of("kind", SectionKind)
            return (lambda form: edits.with_section(form, _new_section(form, title, kind))), "#add"
    raise Stop(400, "malformed")


def _new_section(form: FormDefinition, title: str, kind: SectionKind) -> FormSection:
    key = edits.section_key(form, title)
    fixed = kind is not SectionKind.QUESTIONS
    return FormSection(key=kind.value if fixed else key, title=title, kind=kind)


def _section_page(
    view: View, call: CallStaff, section: FormSection, fields: Fields, status: int = 200
) -> Page:
    numbers = [field for field in section.fields if field.type in NUMBERS]
    return _page(view, "form_section", call, fields, status=status, section=section, numbers=numbers)


@get("/staff/calls/{call_id:uuid}/form/{section:str}", opt=BY_SECRETARIAT)
async def form_section(view: View, read: Read, call_id: FromPath[UUID], section: FromPath[str]) -> Page:
    """One section: its title, who fills it in, and its questions."""
    call = await _draft(read, call_id)
    chosen = _section(call, section)
    return _section_page(view, call, chosen, Fields.showing(shown_section(chosen)))


@post("/staff/calls/{call_id:uuid}/form/{section:str}", opt=BY_SECRETARIAT)
async def save_form_section(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Save a section's title, hint and checks over several questions."""
    old = _section(await _draft(await tx.session.connection(), call_id), section)
    fields = Fields(form)
    fields.ignore("seen")
    new = read_section(fields, old)
    await _change(
        tx,
        call_id,
        fields,
        lambda form: edits.with_section(form, new),
        lambda call, status: _section_page(view, call, _section(call, section), fields, status),
    )
    return view.go(f"/staff/calls/{call_id}/form", _("Saved."))


@post("/staff/calls/{call_id:uuid}/form/{section:str}/fields", opt=BY_SECRETARIAT)
async def change_fields(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Move or remove a question, or add one and go on to its page."""
    old = _section(await _draft(await tx.session.connection(), call_id), section)
    fields = Fields(form)
    fields.ignore("do", "seen")
    button, _colon, key = form.get("do", "").partition(":")
    edit, there = _fields_edit(fields, old, button, key)

    def again(call: CallStaff, status: int) -> Page:
        chosen = _section(call, section)
        fields.values = shown_section(chosen) | {
            f"new-{name}": value for name, value in fields.values.items() if name in ("label", "type")
        }
        fields.errors = {f"new-{name}" if name else "": texts for name, texts in fields.errors.items()}
        return _section_page(view, call, chosen, fields, status)

    await _change(tx, call_id, fields, edit, again)
    return view.go(f"/staff/calls/{call_id}/form/{section}{there}", _("Saved."))


def _fields_edit(fields: Fields, section: FormSection, button: str, key: str) -> tuple[Edit, str]:
    match button:
        case "up" | "down":
            return (lambda form: edits.moved_field(form, section.key, key, button)), f"#q-{key}"
        case "remove":
            return (lambda form: edits.without_field(form, section.key, key)), ""
        case "add":
            made = new_field(fields, section)
            return (lambda form: edits.with_field(form, section.key, made)), f"/fields/{made.key}"
    raise Stop(400, "malformed")


def _field_page(
    view: View,
    call: CallStaff,
    section: FormSection,
    field: Field,
    fields: Fields,
    status: int = 200,
) -> Page:
    here = f"/staff/calls/{call.id}/form"
    at = f"{here}/{section.key}"
    return _page(
        view,
        "form_field",
        call,
        fields,
        status=status,
        section=section,
        field=field,
        action=f"{at}/fields/{field.key}",
        back=at,
        trail=[(_("Form"), here), (section.title, at), (field.label, None)],
        settings=settings(section, field),
    )


@get("/staff/calls/{call_id:uuid}/form/{section:str}/fields/{field:str}", opt=BY_SECRETARIAT)
async def form_field(
    view: View, read: Read, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    """One question with its checks."""
    call = await _draft(read, call_id)
    chosen = _section(call, section)
    question = _field(chosen, field)
    return _field_page(view, call, chosen, question, Fields.showing(shown_field(question)))


@post("/staff/calls/{call_id:uuid}/form/{section:str}/fields/{field:str}", opt=BY_SECRETARIAT)
async def save_form_field(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str], field: FromPath[str]
) -> Page:
    chosen = _section(await _draft(await tx.session.connection(), call_id), section)
    old = _field(chosen, field)
    fields = Fields(form)
    fields.ignore("seen")
    new = read_field(fields, chosen, old)

    def again(call: CallStaff, status: int) -> Page:
        now = _section(call, section)
        return _field_page(view, call, now, _field(now, field), fields, status)

    await _change(tx, call_id, fields, lambda form: edits.with_field(form, section, new), again)
    return view.go(f"/staff/calls/{call_id}/form/{section}#q-{field}", _("Saved."))


HANDLERS = [
    call_form,
    form_preview,
    change_sections,
    form_section,
    save_form_section,
    change_fields,
    form_field,
    save_form_field,
]
