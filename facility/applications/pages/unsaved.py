"""What somebody has typed in a draft and not saved, wherever in it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages import budget_copy
from facility.applications.pages.activity_form import activity_entries
from facility.applications.pages.editing import typed_sections, unsaved
from facility.applications.pages.party_form import party_entries
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.parts import PartyLine
from facility.applications.queries.writing import Copy, own_copies
from facility.calls.rules.forms import Answers, FormSection, SectionKind


class Unsaved(msgspec.Struct, frozen=True):
    """What a person has typed in a draft of the lead's and not saved, by party and key."""

    application: ApplicationShown
    copies: Mapping[tuple[UUID, str], Copy]

    @classmethod
    async def of(
        cls, connection: AsyncConnection, application: ApplicationShown, person_id: UUID
    ) -> "Unsaved":
        """In one statement."""
        return cls(application, await own_copies(connection, application.id, person_id))

    def activities(self) -> list[str]:
        """The keys of the activities, a new one among them."""
        own = self._of(self.application.parts.lead)
        return self._entries(own, activity_entries(self.application, own))

    def parties(self) -> list[str]:
        """The keys of the parties, a new partner among them."""
        own = self._of(self.application.parts.lead)
        return self._entries(own, party_entries(self.application, own))

    def part(self, party: PartyLine) -> list[str]:
        """The keys of the sections of a party's own part; of the lead, of those that it answers for all, too."""
        own = {key: [copy] for key, copy in self._of(party).items()}
        return typed_sections(self.application, party, own)

    def sections(self) -> list[str]:
        """The keys of the lead's sections, lists and budget among them."""
        application = self.application
        kinds = {
            SectionKind.ACTIVITIES: bool(self.activities()),
            SectionKind.PARTNERS: bool(self.parties()) or any(map(self.part, application.parts.partners)),
            SectionKind.BUDGET: self._budget(),
        }
        lists = [
            section.key for kind, kept in kinds.items() if kept and (section := application.form.of(kind))
        ]
        return [*self.part(application.parts.lead), *lists]

    def _of(self, party: PartyLine) -> dict[str, Copy]:
        return {key: copy for (of, key), copy in self.copies.items() if of == party.id}

    def _entries(self, own: Mapping[str, Copy], entries: Iterable[tuple[FormSection, Answers]]) -> list[str]:
        return [section.key for section, stored in entries if unsaved(section, stored, own[section.key])]

    def _budget(self) -> bool:
        section = self.application.form.of(SectionKind.BUDGET)
        copy = self.copies.get((self.application.parts.lead.id, section.key)) if section else None
        return budget_copy.unsaved(self.application, copy) is not None
