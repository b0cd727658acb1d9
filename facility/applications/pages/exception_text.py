"""What the lead of an exception writes down of its own consultations."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft
from facility.applications.pages.edit_form import Reading, form_handlers
from facility.applications.pages.editing import Edited
from facility.applications.queries.writing import entry_version
from facility.applications.rules.exceptions import CONSULTATION
from facility.applications.service.documents import record_consultation
from facility.db import Tx
from facility.forms.reading import read_draft
from facility.refused import refuse
from facility.web.fields import Fields
from facility.web.i18n import _

KEY = CONSULTATION.key


class ConsultationForm(msgspec.Struct, frozen=True):
    """The form of the lead's consultations; they are not part of what partners confirm."""

    application_id: UUID
    template: str = "applications/consultation.html"

    async def find(self, connection: AsyncConnection) -> Edited:
        """The text. Refused: "not_a_draft", "wrong_track"."""
        application = await draft(connection, self.application_id)
        if application.track != "exception":
            refuse("wrong_track")
        lead, back = application.parts.lead.id, f"/applications/{self.application_id}"
        return Edited(
            application=application,
            section=CONSULTATION,
            party_id=lead,
            here=f"{back}/consultation",
            back=back,
            stored={KEY: application.consultation or ""},
            version=await entry_version(connection, application.id, lead, KEY),
            goes={"next": tasks.after(application, CONSULTATION)},
        )

    async def context(self, connection: AsyncConnection, edited: Edited, fields: Fields) -> Mapping[str, Any]:
        return {}

    def read(self, fields: Fields, edited: Edited) -> Reading:
        """The text, and the command for it."""
        answers = read_draft(fields, CONSULTATION, needed=(KEY,))

        async def save(tx: Tx, seen: int, may_void: bool) -> str:
            await record_consultation(tx, self.application_id, str(answers[KEY]), seen=seen)
            return _("Saved.")

        return Reading(answers, save)


HANDLERS = form_handlers("/applications/{application_id:uuid}/consultation", ConsultationForm)
