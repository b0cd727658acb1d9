"""A section of questions that the lead answers once for all."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft
from facility.applications.pages.edit_form import Reading, form_handlers
from facility.applications.pages.editing import Edited
from facility.applications.queries.application import ApplicationShown
from facility.applications.service.answers import save_answers
from facility.calls.rules.forms import TITLE, By, FormSection, SectionKind
from facility.db import Tx
from facility.forms.checks import Answers
from facility.forms.findings import findings
from facility.forms.reading import read_draft, shown
from facility.refused import refuse
from facility.web.fields import Fields
from facility.web.i18n import N_, Message, _, filled
from facility.web.sentences import sentence

AT_THE_FIELD: dict[str, Message] = {
    "answer_missing": N_("Needed before you can submit."),
    "answer_too_short": N_("Before you can submit, write at least {least} characters."),
    "answer_too_long": N_("Before you can submit, shorten this to {most} characters."),
    "answer_too_small": N_("Before you can submit: at least {least}."),
    "answer_too_great": N_("Before you can submit: at most {most}."),
    "answer_too_early": N_("Before you can submit: not before {least}."),
    "answer_too_late": N_("Before you can submit: not after {most}."),
    "answer_too_few": N_("Before you can submit, choose at least {least}."),
    "answer_not_accepted": N_("You can't submit with this answer."),
}
"""What the checks find, said beside the field, whose name need not be repeated."""


def _notes(section: FormSection, stored: Answers) -> dict[str, list[str]]:
    """What stands in the saved answers against submitting, by field."""
    notes: dict[str, list[str]] = {}
    for reason in findings(section, stored):
        short = AT_THE_FIELD.get(reason.code)
        text = filled(short, **reason.params) if short else sentence(reason)
        notes.setdefault((reason.field or "").partition(".")[2], []).append(text)
    return notes


class SectionForm(msgspec.Struct, frozen=True):
    """The form of a section."""

    application_id: UUID
    section: str
    template: str = "applications/answers.html"

    def _section(self, application: ApplicationShown) -> FormSection:
        section = application.form.section(self.section)
        if section is None or section.kind is not SectionKind.QUESTIONS or section.by is not By.LEAD:
            refuse("not_found", kind="missing", what="section")
        return section

    async def find(self, connection: AsyncConnection) -> Edited:
        """The section. Raises Refused (missing, or "not_a_draft")."""
        application = await draft(connection, self.application_id)
        section = self._section(application)
        lead = application.parts.lead.id
        back = f"/applications/{self.application_id}"
        here = f"{back}/answers/{self.section}"
        stored = application.answers(section, lead)
        line = application.parts.section(self.section, lead)
        return Edited(
            application=application,
            section=application.offering(section),
            party_id=lead,
            here=here,
            back=back,
            stored=shown(section, stored),
            version=line.version if line else 0,
            # Nothing before the first save.
            notes=_notes(section, stored) if line and line.version else {},
            goes={"stay": here, "next": tasks.after(application, section)},
        )

    async def context(self, connection: AsyncConnection, edited: Edited, fields: Fields) -> Mapping[str, Any]:
        """Which part of how many it is, who saved it, and what may be chosen."""
        application = edited.application
        parts = [part.key for part in tasks.sections(application)]
        return {
            "line": application.parts.section(edited.key, edited.party_id),
            "state": tasks.state_of(application, self._section(application)),
            "place": (parts.index(edited.key) + 1, len(parts)),
        }

    def read(self, fields: Fields, edited: Edited) -> Reading:
        """The answers, and the command for them."""
        answers = read_draft(fields, edited.section, needed=(TITLE,))

        async def save(tx: Tx, seen: int, may_void: bool) -> str:
            given = {self.section: answers}
            await save_answers(tx, self.application_id, given, seen=seen, may_void=may_void)
            return _("Saved.")

        return Reading(answers, save)


HANDLERS = form_handlers("/applications/{application_id:uuid}/answers/{section:str}", SectionForm)
