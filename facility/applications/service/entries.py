"""Saving an activity or a party of a draft: whether somebody else has saved it meanwhile, and what each save replaced."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.applications.models.application import Application
from facility.applications.models.writing import SectionChange
from facility.applications.service.editing import check_seen, lead_of, section_change
from facility.db import Tx
from facility.drafting.service import end
from facility.forms.checks import Answers
from facility.forms.versions import differing


class Saving(msgspec.Struct, frozen=True):
    """One save of an entry of a locked draft. before, after: what differs; version: the number of this save. New
    entries share one key, and each addition raises its version by one."""

    application: Application
    lead_id: UUID
    key: str
    version: int
    before: Answers
    after: Answers

    @classmethod
    async def of(
        cls,
        tx: Tx,
        application: Application,
        key: str,
        before: Answers,
        after: Answers,
        *,
        seen: int | None,
        fields: Collection[str] = (),
    ) -> "Saving":
        """seen: the version that the editor saw, 0 before the first save (None: whatever it is); fields: those of the editor's form,
        where it hasn't all. Refused: "edited_meanwhile" where one of them was saved since and something differs."""
        lead_id = await lead_of(tx, application.id)
        last = await tx.session.scalar(
            select(func.coalesce(func.max(SectionChange.version), 0)).where(
                SectionChange.application_id == application.id,
                SectionChange.party_id == lead_id,
                SectionChange.section == key,
            )
        )
        names = differing(before, after)
        if names:
            given = fields or {**before, **after}
            await check_seen(tx, application, (lead_id, key), given, seen=seen, version=int(last or 0))
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
        await end(tx, self.lead_id, [self.key])
