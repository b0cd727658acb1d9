"""From where somebody fills in a party's own part: as its officer, by its link, or as the lead for it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages import tasks
from facility.applications.pages.drafts import draft, party_of
from facility.applications.pages.editing import Edited
from facility.applications.queries import application as application_queries
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.content import PartyLine
from facility.applications.queries.writing import Change, entry_version, section_changes
from facility.applications.rules.entries import EntryKind, entry_key
from facility.applications.rules.own_parts import ROLE, own_sections, readable
from facility.calls.rules.forms import FormSection
from facility.forms.checks import Answers
from facility.forms.reading import shown
from facility.refused import refuse
from facility.web import render


class Seat(msgspec.Struct, frozen=True):
    """From where somebody fills in a party's part. `here`: the address above its sections; `back`: where they go
    afterwards; `own`: they act for the party itself, and read its confidential answers; `by_link`: nobody is signed in."""

    application: ApplicationShown
    party: PartyLine
    here: str
    back: str
    own: bool = True
    by_link: bool = False

    def section(self, key: str) -> FormSection:
        """The section as it is seen from here. Raises Refused (missing)."""
        sections = own_sections(self.application.form)
        section = next((section for section in sections if section.key == key), None)
        fields = readable(section, confidential=self.own) if section else ()
        if section is None or not fields:
            refuse("not_found", kind="missing", what="section")
        return self.application.offering(msgspec.structs.replace(section, fields=fields))

    async def edited(self, connection: AsyncConnection, key: str) -> Edited:
        """The section with what stands in it. Raises Refused (missing)."""
        section = self.section(key)
        stored: Answers = {"role": self.party.role}
        if key == ROLE.key:
            version = await entry_version(connection, *self._place(key))
        else:
            stored = self.application.answers(section, self.party.id, confidential=self.own)
            line = self.application.parts.section(key, self.party.id)
            version = line.version if line else 0
        return Edited(
            application=self.application,
            section=section,
            party_id=self.party.id,
            here=f"{self.here}/{key}",
            back=self.back,
            stored=shown(section, stored),
            version=version,
            goes={"stay": f"{self.here}/{key}", "next": self._after(key)},
        )

    def _after(self, key: str) -> str:
        """The page of the section that follows: of the whole application for its lead, else of the party's own part."""
        if self.party.is_lead and key != ROLE.key:
            return tasks.after(self.application, self.application.form.section(key))
        part = tasks.part_tasks(self.application, self.party, self.here, own=self.own)
        pages = [task.href for task in part if task.href]
        here = f"{self.here}/{key}"
        return next(iter(pages[pages.index(here) + 1 :] if here in pages else ()), self.back)

    async def saved_since(self, connection: AsyncConnection, edited: Edited, seen: int) -> Change | None:
        """Who has saved it last since that version, as far as it is seen from here."""
        names = {field.key for field in edited.section.fields}
        changes = await section_changes(connection, *self._place(edited.key), seen=seen)
        return next((change for change in changes if not names.isdisjoint(change.after)), None)

    def _place(self, key: str) -> tuple[UUID, UUID, str]:
        """Where changes of a section are kept: its role is the party's, which the lead changes, too."""
        if key == ROLE.key:
            lead = self.application.parts.lead.id
            return self.application.id, lead, entry_key(EntryKind.PARTY, self.party.id)
        return self.application.id, self.party.id, key


type Sit = Callable[..., Awaitable[Seat]]
"""`sit(view, connection, **ids)`; ids: what the path names."""


async def officers_seat(
    view: render.View, connection: AsyncConnection, application_id: UUID, **_: Any
) -> Seat:
    """Of an officer of the party."""
    application = await draft(connection, application_id)
    own = next(p for p in application.parts.on_board if p.institution_id == view.me.institution_id)
    here = f"/applications/{application_id}"
    return Seat(application, own, f"{here}/part", here)


async def leads_seat(
    _view: render.View, connection: AsyncConnection, application_id: UUID, party_id: UUID, **_: Any
) -> Seat:
    """Of an officer of the lead, who fills in what a partner can't."""
    application = await draft(connection, application_id)
    here, party = f"/applications/{application_id}", party_of(application, party_id)
    return Seat(application, party, f"{here}/parties/{party_id}/part", f"{here}/partners", own=party.is_lead)


async def linked_seat(_view: render.View, connection: AsyncConnection, token: str, **_: Any) -> Seat:
    """Of whoever holds the party's link. Refused: "link_unknown" (missing), "link_revoked"."""
    linked = await application_queries.linked(connection, token)
    if not linked.live:
        refuse("link_revoked")
    application = await draft(connection, linked.application_id)
    here = f"/link/partner/{token}"
    return Seat(application, party_of(application, linked.party_id), f"{here}/part", here, by_link=True)
