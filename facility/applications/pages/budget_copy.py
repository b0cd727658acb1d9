"""What somebody has typed into the budget and not saved: kept for this person only, without an event."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from litestar import post

from facility.applications.access import BY_LEAD
from facility.applications.pages import budget_form
from facility.applications.pages.drafts import draft, same_person
from facility.applications.pages.keeping import kept_for_you, kept_quietly
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.writing import Copy
from facility.applications.service.working_copies import end_copies, keep_copy
from facility.calls.rules.forms import FormSection, SectionKind
from facility.refused import refuse
from facility.web import forms
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Tx, View
from facility.web.i18n import _

_NAME = re.compile(rf"indirect_percent|{budget_form.GROUP}-[0-9]{{1,3}}-(?:{'|'.join(budget_form.FIELDS)})")


def section_of(application: ApplicationShown) -> FormSection:
    """The section of the budget. Raises Refused (missing) where the call asks for none by lines."""
    return application.form.of(SectionKind.BUDGET) or refuse("not_found", kind="missing", what="section")


def typed_in(form: forms.Form) -> dict[str, list[str]]:
    """What a form says of the budget."""
    return {name: values for name, values in form.fields.items() if _NAME.fullmatch(name)}


def unsaved(application: ApplicationShown, copy: Copy | None) -> Copy | None:
    """The working copy, if it says anything else than what is saved."""
    if copy is None:
        return None
    stored = {name: [str(value)] for name, value in budget_form.values_of(application).items()}
    return None if _filled_in(copy.typed) == _filled_in(stored) else copy


def _filled_in(typed: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: values[0].strip() for name, values in typed.items() if values and values[0].strip()}


@post("/applications/{application_id:uuid}/budget/copy", opt=BY_LEAD)
async def keep(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Keeps what is typed for this person, whatever it is; without an event, and nothing is voided."""
    same_person(view, form)
    application = await draft(await tx.session.connection(), application_id)
    section = section_of(application)
    fields = Fields(form)
    version = fields.integer("version", 1, 999_999_999)
    typed = typed_in(form)
    fields.ignore(*typed, "void", "do")
    fields.check()
    await keep_copy(tx, application_id, application.parts.lead.id, section.key, typed, based_on=version)
    return kept_quietly(view, f"/applications/{application_id}", kept_for_you())


@post("/applications/{application_id:uuid}/budget/discard", opt=BY_LEAD)
async def discard(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Forgets what this person has typed and not saved."""
    Fields(form).check()
    application = await draft(await tx.session.connection(), application_id)
    section = section_of(application)
    await end_copies(tx, application_id, application.parts.lead.id, [section.key])
    return view.go(f"/applications/{application_id}/budget", _("Discarded. This is the saved version."))


HANDLERS = [keep, discard]
