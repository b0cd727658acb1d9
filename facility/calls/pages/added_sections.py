"""Whole sections that a corrigendum adds to a published call's form, for the lead or for every institution's own part: each
begins with a first question, since nobody can be asked an empty one; more follow on the page of added questions."""

from uuid import UUID

from litestar import get, post

from facility.calls.forms.questions import new_field, new_section, read_section, shown_section
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
from facility.calls.rules.corrigenda import added_sections
from facility.calls.rules.forms import By, FormDefinition, FormSection
from facility.forms.types import NUMBERS
from facility.refused import refuse
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated


def _added(call: CallStaff, key: str) -> FormSection:
    """A section that the corrigendum adds. Raises Refused (missing): what is published is not edited here."""
    sections = {section.key: section for section in added_sections(call.draft.form, form_so_far(call))}
    return sections.get(key) or refuse("not_found", kind="missing", what="section")


def _others(form: FormDefinition, key: str = "") -> list[tuple[str, str]]:
    """The sections behind which this one can stand."""
    return [(section.key, section.title) for section in form.sections if section.key != key]


def _behind(form: FormDefinition, key: str) -> str:
    """The section behind which this one stands."""
    keys = [section.key for section in form.sections]
    return keys[keys.index(key) - 1] if keys.index(key) else ""


def _new(view: View, call: CallStaff, fields: Fields, status: int = 200) -> Page:
    return adding_page(
        view,
        "add_section",
        call,
        fields,
        status=status,
        others=_others(form_so_far(call)),
        addable=ADDABLE,
    )


def _section_page(
    view: View, call: CallStaff, section: FormSection, fields: Fields, status: int = 200
) -> Page:
    return adding_page(
        view,
        "added_section",
        call,
        fields,
        status=status,
        section=section,
        others=_others(form_so_far(call), section.key),
        numbers=[field for field in section.fields if field.type in NUMBERS],
    )


@get("/staff/calls/{call_id:uuid}/corrigendum/sections", opt=BY_SECRETARIAT)
async def more_sections(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """A form to add a section with its first question."""
    call = await correctable(read, call_id)
    last = form_so_far(call).sections[-1].key
    return _new(view, call, Fields.showing({"by": By.LEAD.value, "behind": last}))


@post("/staff/calls/{call_id:uuid}/corrigendum/sections", opt=BY_SECRETARIAT)
async def add_section(view: View, tx: Tx, form: Form, call_id: FromPath[UUID]) -> Page:
    """Add a section, and go on to the page of its first question."""
    call = await correctable(await tx.session.connection(), call_id)
    fields = Fields(form)
    fields.ignore("seen")
    so_far = form_so_far(call)
    made = new_section(fields, so_far)
    behind = fields.choice("behind", [key for key, _title in _others(so_far)])
    first = new_field(fields, made)
    reason = reason_where_none_is(call, fields)

    def edit(form: FormDefinition) -> FormDefinition:
        grown = edits.with_field(edits.with_section(form, made), made.key, first)
        return edits.placed_section(grown, made.key, behind)

    await change_added(
        tx, call_id, fields, edit, lambda call, status: _new(view, call, fields, status), reason=reason
    )
    there = f"{at_corrigendum(call)}/questions/{made.key}/{first.key}"
    return view.go(there, _("Section added. Now set the rules for the answer to its first question."))


@get("/staff/calls/{call_id:uuid}/corrigendum/sections/{section:str}", opt=BY_SECRETARIAT)
async def added_section(view: View, read: Read, call_id: FromPath[UUID], section: FromPath[str]) -> Page:
    """A section that is added: its title, who fills it in, where it stands, and its checks."""
    call = await correctable(read, call_id)
    chosen = _added(call, section)
    values = shown_section(chosen) | {"behind": _behind(form_so_far(call), section)}
    return _section_page(view, call, chosen, Fields.showing(values))


@post("/staff/calls/{call_id:uuid}/corrigendum/sections/{section:str}", opt=BY_SECRETARIAT)
async def save_added_section(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    call = await correctable(await tx.session.connection(), call_id)
    old = _added(call, section)
    fields = Fields(form)
    fields.ignore("seen")
    new = read_section(fields, old)
    behind = fields.choice("behind", [key for key, _title in _others(form_so_far(call), section)])

    def edit(form: FormDefinition) -> FormDefinition:
        return edits.placed_section(edits.with_section(form, new), section, behind)

    def again(call: CallStaff, status: int) -> Page:
        return _section_page(view, call, _added(call, section), fields, status)

    await change_added(tx, call_id, fields, edit, again)
    return view.go(f"{at_corrigendum(call)}/questions", translated(SAVED))


@post("/staff/calls/{call_id:uuid}/corrigendum/sections/{section:str}/remove", opt=BY_SECRETARIAT)
async def remove_added_section(
    view: View, tx: Tx, form: Form, call_id: FromPath[UUID], section: FromPath[str]
) -> Page:
    """Take a section that is added out again, with its questions."""
    call = await correctable(await tx.session.connection(), call_id)
    chosen = _added(call, section)
    fields = Fields(form)
    fields.ignore("seen")

    def again(call: CallStaff, status: int) -> Page:
        fields.values = shown_section(chosen) | {"behind": _behind(form_so_far(call), section)}
        return _section_page(view, call, _added(call, section), fields, status)

    await change_added(tx, call_id, fields, lambda form: edits.without_section(form, section), again)
    return view.go(f"{at_corrigendum(call)}/questions", translated(REMOVED))


HANDLERS = [more_sections, add_section, added_section, save_added_section, remove_added_section]
