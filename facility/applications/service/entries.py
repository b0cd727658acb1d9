"""Saving an activity or a party of a draft: whether somebody else has saved it meanwhile, and what each save replaced."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.applications.models.application import Application
from facility.applications.models.writing import SectionChange
from facility.applications.rules.differences import differing
from facility.applications.service.changes import lead_of, section_change
from facility.applications.service.working_copies import end_copies
from facility.calls.rules.forms import Answers
from facility.db import Tx
from facility.refused import refuse


class Saving(msgspec.Struct, frozen=True):
    """One save of an entry of a draft that is locked. before, after: what differs; version: which save of it this is. Under the
    key of new entries, each that is added counts as one."""

    application: Application
    lead_id: UUID
    key: str
    version: int
    before: Answers
    after: Answers

    @classmethod
    async def of(
        cls, tx: Tx, application: Application, key: str, before: Answers, after: Answers, *, seen: int | None
    ) -> "Saving":
        """seen: the version that the editor saw, 0 before the first save (None: whatever it is). Refused: "edited_meanwhile" where
        it is another one and something differs."""
        lead_id = await lead_of(tx, application.id)
        last = await tx.session.scalar(
            select(func.coalesce(func.max(SectionChange.version), 0)).where(
                SectionChange.application_id == application.id,
                SectionChange.party_id == lead_id,
                SectionChange.section == key,
            )
        )
        names = differing(before, after)
        if names and seen not in (None, last):
            refuse("edited_meanwhile", version=str(application.version))
        return cls(
            application,
            lead_id,
            key,
            int(last or 0) + 1,
            {name: before.get(name, "") for name in names},
            {name: after.get(name, "") for name in names},
        )

    async def done(self, tx: Tx) -> None:
        """Note what was replaced, once it is; what the actor had typed of it ends."""
        if self.after:
            tx.add(
                section_change(
                    tx, self.application, (self.lead_id, self.key), self.version, self.before, self.after
                )
            )
        await end_copies(tx, self.application.id, self.lead_id, [self.key])
