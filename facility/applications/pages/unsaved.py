"""What somebody has typed in a draft and not saved, wherever in it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.activity_form import activity_entries
from facility.applications.pages.budget_form import EditedBudget
from facility.applications.pages.editing import unsaved
from facility.applications.pages.party_form import party_entries
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.content import PartyLine
from facility.applications.rules.exceptions import CONSULTATION
from facility.applications.rules.own_parts import ROLE
from facility.calls.rules.forms import By, SectionKind
from facility.drafting.queries import Copy, copies_of
from facility.forms.checks import Answers
from facility.forms.sections import Section

type Saved = Iterable[tuple[Section, Answers]]
"""Sections, activities or parties, with what is saved of them."""


class Unsaved(msgspec.Struct, frozen=True):
    """What somebody has typed in a draft and not saved, by party and key."""

    application: ApplicationShown
    copies: Mapping[tuple[UUID, str], list[Copy]]

    @classmethod
    async def of(
        cls, connection: AsyncConnection, application: ApplicationShown, person_id: UUID | None
    ) -> "Unsaved":
        """In one statement. person_id: None for what was typed by the parties' links."""
        parties = [party.id for party in application.parts.parties]
        return cls(application, await copies_of(connection, parties, person_id))

    def activities(self) -> list[str]:
        """The keys of the activities, a new one among them."""
        lead = self.application.parts.lead
        return self._typed(lead, activity_entries(self.application, self._keys(lead)))

    def parties(self) -> list[str]:
        """The keys of the parties, a new partner among them."""
        lead = self.application.parts.lead
        return self._typed(lead, party_entries(self.application, self._keys(lead)))

    def part(self, party: PartyLine) -> list[str]:
        """The keys of the sections of a party's own part; of the lead, of those that it answers for all, too."""
        application = self.application
        saved: list[tuple[Section, Answers]] = [(ROLE, {"role": party.role})]
        for by in (By.LEAD, By.PARTY) if party.is_lead else (By.PARTY,):
            for section in application.form.questions(by):
                saved.append((section, application.answers(section, party.id, confidential=True)))
        if party.is_lead and application.track == "exception":
            saved.append((CONSULTATION, {CONSULTATION.key: application.consultation or ""}))
        return self._typed(party, saved)

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

    def _keys(self, party: PartyLine) -> set[str]:
        return {key for (of, key) in self.copies if of == party.id}

    def _typed(self, party: PartyLine, saved: Saved) -> list[str]:
        """The keys of those of which a copy says anything else than what is saved."""
        return [
            section.key
            for section, stored in saved
            if any(unsaved(section, stored, copy) for copy in self.copies.get((party.id, section.key), ()))
        ]

    def _budget(self) -> bool:
        if self.application.form.of(SectionKind.BUDGET) is None:
            return False
        budget = EditedBudget.of(self.application)
        return any(map(budget.unsaved, self.copies.get((budget.party_id, budget.key), ())))
