"""What is typed and not saved yet: kept for the person who types it, without an event and without voiding anything."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from facility.applications.models.application import Application, Party
from facility.applications.models.writing import LinkCopy, WorkingCopy
from facility.applications.rules.differences import may_keep
from facility.applications.rules.drafting import may_edit
from facility.applications.rules.ending import ENDED
from facility.applications.rules.entries import EntryKind, entry_key
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.changes import status_of
from facility.calls.models.call import Call
from facility.db import Database, Tx
from facility.events import scheduled

KEPT_FOR = timedelta(days=180)
"""From when it was typed last; and never beyond the decision on the call."""


async def keep_copy(
    tx: Tx,
    application_id: UUID,
    party_id: UUID,
    section: str,
    typed: Mapping[str, Sequence[str]],
    *,
    based_on: int = 0,
    seal: str | None = None,
) -> None:
    """Keep what the actor has typed in a section, as it was typed. No lock is taken: it is nobody else's.

    based_on: the version of the section that the actor saw; seal: of a party's own part, the seal of it. Refused: "not_a_draft", or "copy_too_long" (invalid).
    """
    assert tx.actor is not None
    may_edit(status_of(await tx.get(Application, application_id)))
    may_keep(typed)
    row = insert(WorkingCopy).values(
        application_id=application_id,
        party_id=party_id,
        section=section,
        person_id=tx.actor,
        typed={name: list(values) for name, values in typed.items()},
        based_on=based_on,
        seal=seal,
        started_at=tx.now,
        saved_at=tx.now,
    )
    given = row.excluded
    await tx.session.execute(
        row.on_conflict_do_update(
            constraint=WorkingCopy.__table__.primary_key,  # type: ignore[arg-type]
            set_={name: given[name] for name in ("typed", "based_on", "seal", "saved_at")},
        )
    )


async def end_copies(tx: Tx, application_id: UUID, party_id: UUID, sections: Collection[str]) -> None:
    """Forget the actor's working copies of these sections: they are saved, or the actor doesn't want them."""
    if tx.actor is not None:
        await tx.session.execute(
            delete(WorkingCopy).where(
                WorkingCopy.application_id == application_id,
                WorkingCopy.party_id == party_id,
                WorkingCopy.section.in_(sections),
                WorkingCopy.person_id == tx.actor,
            )
        )


async def drop_copies(tx: Tx, application_id: UUID, section: str) -> None:
    """Forget what anybody has typed in something that is gone."""
    await tx.session.execute(
        delete(WorkingCopy).where(
            WorkingCopy.application_id == application_id, WorkingCopy.section == section
        )
    )


async def drop_party_copies(tx: Tx, party: Party) -> None:
    """Forget what anybody has typed about a party that is gone: about itself, and in its own part."""
    await drop_copies(tx, party.application_id, entry_key(EntryKind.PARTY, party.id))
    await tx.session.execute(delete(WorkingCopy).where(WorkingCopy.party_id == party.id))
    await tx.session.execute(delete(LinkCopy).where(LinkCopy.party_id == party.id))


@scheduled("applications: forget working copies")
async def forget_copies(db: Database, now: datetime) -> int:
    """Forget what nobody will save any more: of calls that are decided, of what has ended for good, and what was left
    lying. What was withdrawn may be taken up again while its call is open."""
    ended = Application.status.in_(ENDED - {ApplicationStatus.WITHDRAWN})
    decided = (
        select(Application.id)
        .join(Call, Call.id == Application.call_id)
        .where(or_(Call.decided_at.is_not(None), ended))
    )
    parties = select(Party.id).where(Party.application_id.in_(decided))
    over = (
        (WorkingCopy, or_(WorkingCopy.saved_at <= now - KEPT_FOR, WorkingCopy.application_id.in_(decided))),
        (LinkCopy, or_(LinkCopy.saved_at <= now - KEPT_FOR, LinkCopy.party_id.in_(parties))),
    )
    async with db.reader() as connection:
        left = 0
        for table, which in over:
            left += len((await connection.execute(select(table.section).where(which))).all())
    if left:
        async with db.transaction(now=now) as tx:
            for table, which in over:
                await tx.session.execute(delete(table).where(which))
    return left
