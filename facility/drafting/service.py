"""Keeping what is typed and not saved yet, and ending it: without an event, and without a lock, since it is nobody else's."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, delete, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from facility.db import Database, Tx
from facility.drafting.models import UnsavedText
from facility.events.schedule import scheduled
from facility.refused import refuse

KEPT_FOR = timedelta(days=180)
"""From when it was typed last; a room may forget it earlier."""
MOST_KEPT = 400_000
"""Characters that may be typed in one section."""
MOST_BY_LINK = 20
"""Copies that a section keeps for the holders of a link; the oldest goes."""


class Holder(msgspec.Struct, frozen=True):
    """Who owns a draft: a person, or one opening of a page by a link. resumed, resumed_at: the draft that this page
    showed, and when that one had been stored."""

    id: UUID
    signed_in: bool = True
    resumed: UUID | None = None
    resumed_at: datetime | None = None


async def keep(
    tx: Tx,
    subject_id: UUID,
    section: str,
    holder: Holder,
    typed: Mapping[str, Sequence[str]],
    *,
    based_on: int = 0,
) -> None:
    """Store what was typed, as it was typed. It replaces the draft that the page showed, unless somebody has typed on
    in that one: then both stay. The caller has checked whether the section may be edited. Refused: "copy_too_long"
    (invalid)."""
    if sum(len(value) for values in typed.values() for value in values) > MOST_KEPT:
        refuse("copy_too_long", kind="invalid")
    row = insert(UnsavedText).values(
        subject_id=subject_id,
        section=section,
        holder_id=holder.id,
        person_id=holder.id if holder.signed_in else None,
        typed={name: list(values) for name, values in typed.items()},
        based_on=based_on,
        started_at=tx.now,
        saved_at=tx.now,
    )
    changed = {name: row.excluded[name] for name in ("typed", "based_on", "saved_at")}
    key = [UnsavedText.subject_id, UnsavedText.section, UnsavedText.holder_id]
    await tx.session.execute(row.on_conflict_do_update(index_elements=key, set_=changed))
    if not holder.signed_in:
        await _thin_out(tx, subject_id, section, holder)


async def _thin_out(tx: Tx, subject_id: UUID, section: str, holder: Holder) -> None:
    here = and_(
        UnsavedText.subject_id == subject_id, UnsavedText.section == section, UnsavedText.person_id.is_(None)
    )
    newest = (
        select(UnsavedText.holder_id).where(here).order_by(UnsavedText.saved_at.desc()).limit(MOST_BY_LINK)
    )
    shown = and_(_shown(holder), UnsavedText.holder_id != holder.id)
    await tx.session.execute(
        delete(UnsavedText).where(here, or_(shown, UnsavedText.holder_id.not_in(newest)))
    )


async def end(tx: Tx, subject_id: UUID, sections: Collection[str], holder: Holder | None = None) -> None:
    """Forget what was typed here, by the actor where no other holder is named, and the copy that the page showed: it is saved, or not
    wanted. What somebody else types stays."""
    if holder is None:
        if tx.actor is None:
            return
        holder = Holder(tx.actor)
    own = or_(UnsavedText.holder_id == holder.id, _shown(holder))
    await tx.session.execute(
        delete(UnsavedText).where(
            UnsavedText.subject_id == subject_id, UnsavedText.section.in_(sections), own
        )
    )


def _shown(holder: Holder) -> ColumnElement[bool]:
    return and_(UnsavedText.holder_id == holder.resumed, UnsavedText.saved_at == holder.resumed_at)


async def drop(tx: Tx, subject_id: UUID, section: str | None = None) -> None:
    """Forget what anybody has typed in something that is gone; None: in all of it."""
    of = [UnsavedText.subject_id == subject_id]
    if section is not None:
        of.append(UnsavedText.section == section)
    await tx.session.execute(delete(UnsavedText).where(*of))


_FORGOTTEN: list[str] = []


def forgets(condition: str) -> None:
    """Register what nobody will save any more: a condition on a row of `unsaved`. `:left` is when what was left lying was typed last."""
    _FORGOTTEN.append(f"({condition})")


@scheduled("drafting: forget what nobody will save")
async def forget(db: Database, now: datetime) -> int:
    """Forget what every room says of its own; how many."""
    over = text(" OR ".join(_FORGOTTEN)).bindparams(left=now - KEPT_FOR)
    async with db.reader() as connection:
        left = len((await connection.execute(select(UnsavedText.section).where(over))).all())
    if left:
        async with db.transaction(now=now) as tx:
            await tx.session.execute(delete(UnsavedText).where(over))
    return left
