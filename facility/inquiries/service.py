"""What happens to every inquiry: it is asked, asked again, answered in time or late, ended by silence, cancelled; and its mails.

The room's locks come first, in the room's order; the inquiry's own row is locked last.
"""

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_, select

from facility.db import Database, Tx, new_id
from facility.events.base import Event
from facility.events.log import record
from facility.events.schedule import one_by_one
from facility.inquiries.delivery import (
    asked_since,
    delivered_after,
    is_undelivered,
    must_be_undelivered,
    undelivered,
)
from facility.inquiries.kinds import GRACE, Kind, RemindedKind, RemindingKind
from facility.inquiries.models import OPEN, Inquiry, RemindedInquiry
from facility.outbox.links import live_link, make_link, revoke_links
from facility.refused import refuse


class Locked[Row: Inquiry, Subject](NamedTuple):
    """An inquiry and what it is about, both locked."""

    row: Row
    subject: Subject


type AnyKind = Kind[Any, Any]
type AnyRemindedKind = RemindedKind[Any, Any]
type AnyRemindingKind = RemindingKind[Any, Any]
type AnyLocked = Locked[Any, Any]


async def lock[Row: Inquiry, Subject](
    tx: Tx, kind: Kind[Row, Subject], key: UUID, about: UUID | None = None
) -> Locked[Row, Subject]:
    """Raises Refused (missing), also where it is about something else."""
    unlocked = await tx.get(kind.table, key)
    if about is not None and kind.subject_of(unlocked) != about:
        refuse("not_found", kind="missing", what=kind.name)
    subject = await kind.lock(tx, kind.subject_of(unlocked))
    return Locked(await tx.lock(kind.table, key), subject)


async def lock_to_answer[Row: Inquiry, Subject](
    tx: Tx, kind: Kind[Row, Subject], key: UUID, about: UUID | None = None
) -> Locked[Row, Subject]:
    """`lock`, where what it is about goes on. Refused: as the kind's `may_answer`."""
    locked = await lock(tx, kind, key, about)
    kind.may_answer(locked.subject)
    return locked


async def lock_in_time[Row: Inquiry, Subject](
    tx: Tx, kind: Kind[Row, Subject], key: UUID
) -> Locked[Row, Subject]:
    """`lock_to_answer`, where only an answer in the period counts, and one. Refused: as the kind's `over`, too."""
    locked = await lock_to_answer(tx, kind, key)
    _must_be_open(kind, locked.row)
    if await is_late(tx, locked.row):
        refuse(kind.over, status=locked.row.state)
    return locked


async def lock_all[Row: Inquiry, Subject](
    tx: Tx, kind: Kind[Row, Subject], *conditions: ColumnElement[bool]
) -> Sequence[Row]:
    """All inquiries that meet the conditions, as they are now, locked. The caller holds the locks of the room."""
    query = select(kind.table).where(*conditions).order_by(kind.table.id).with_for_update(key_share=True)
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).all()


async def is_late(tx: Tx, row: Inquiry) -> bool:
    """Whether the period is over; it is not while the mail is undelivered, whichever way the link came."""
    if tx.now < row.ends_at or row.state != OPEN:
        return tx.now >= row.ends_at
    return await asked_since(tx, row) == row.asked_at


async def record_event(
    tx: Tx, row: Inquiry, event: type[Event], /, *, due_at: datetime | None = None, **more: Any
) -> None:
    """Record an event of the inquiry: its fields come from `more` or else from the columns of the same names."""
    own: dict[str, Any] = {f"{row.__tablename__}_id": row.id, **more}
    values = {name: own[name] if name in own else getattr(row, name) for name in event.__struct_fields__}
    await record(tx, event(**values), due_at=due_at)


def put[Row: Inquiry, Subject](tx: Tx, kind: Kind[Row, Subject], subject: Subject, /, **columns: Any) -> Row:
    """A new inquiry with these columns of its own; its period begins now. The caller records it, and a reaction sends the link."""
    row = kind.table(**columns, id=new_id(), state=OPEN)
    kind.begin(row, subject, tx.now)
    tx.add(row)
    return row


def end(tx: Tx, row: Inquiry, state: str) -> None:
    """It ends now, in this state; the caller records it."""
    row.state, row.ended_at = state, tx.now


async def cancel[Row: RemindedInquiry, Subject](
    tx: Tx, kind: RemindingKind[Row, Subject], about: UUID, key: UUID
) -> Row:
    """The answer is no longer needed; the link says so. Refused: as the kind's `over`."""
    row, _subject = await lock(tx, kind, key, about)
    _must_be_open(kind, row)
    await cancel_locked(tx, kind, row)
    return row


async def cancel_locked(tx: Tx, kind: AnyRemindingKind, row: Inquiry) -> None:
    """`cancel`, of a row that is locked."""
    end(tx, row, "cancelled")
    await record_event(tx, row, kind.cancelled)


def _must_be_open(kind: AnyKind, row: Inquiry) -> None:
    if row.state != OPEN:
        refuse(kind.over, status=row.state)


async def ask_again[Row: Inquiry, Subject](tx: Tx, kind: Kind[Row, Subject], about: UUID, key: UUID) -> Row:
    """An undelivered mail is sent again, with a new link; the period begins anew.

    Refused: as the kind's `may_answer` and `over`, "mail_got_through".
    """
    locked = await lock_to_answer(tx, kind, key, about)
    _must_be_open(kind, locked.row)
    await must_be_undelivered(tx, locked.row)
    await ask_anew(tx, kind, locked)
    return locked.row


async def ask_at_new_address(tx: Tx, kind: AnyKind, *conditions: ColumnElement[bool]) -> None:
    """An address was corrected: of these, whatever is open is asked anew, and the links sent to the old one end."""
    query = select(kind.table.id).where(kind.table.state == OPEN, *conditions)
    for key in (await tx.session.scalars(query.order_by(kind.column, kind.table.id))).all():
        locked = await lock(tx, kind, key)
        if locked.row.state == OPEN:
            await ask_anew(tx, kind, locked)


async def ask_anew(tx: Tx, kind: AnyKind, locked: AnyLocked, **more: Any) -> None:
    """Ask with a new link and a whole new period; the old link ends. `more`: further fields of the event."""
    await revoke_links(tx, kind.name, locked.row.id)
    await _restart_period(tx, kind, locked, tx.now, **more)


async def _restart_period(tx: Tx, kind: AnyKind, locked: AnyLocked, at: datetime, **more: Any) -> None:
    """Start a whole new period at this instant. Where there is no link, a reaction sends one."""
    kind.begin(locked.row, locked.subject, at)
    await record_event(tx, locked.row, kind.asked_again, **{"corrected": False, **more})


async def send_link(tx: Tx, kind: AnyKind, key: UUID) -> None:
    """Whoever is asked gets a link. After an outage that was longer than the period, this begins now."""
    locked = row, _subject = await lock(tx, kind, key)
    if row.state != OPEN or await live_link(tx, kind.name, row.id) is not None:
        return
    if tx.now >= row.ends_at:
        await _restart_period(tx, kind, locked, tx.now)
    await kind.write(tx, row, kind.asks, await make_link(tx, kind.name, row.id))


async def send_reminder(tx: Tx, kind: AnyRemindedKind, key: UUID) -> None:
    """The same link once more, before the period ends."""
    row = await tx.get(kind.table, key)
    if row.state == OPEN:
        await kind.write(tx, row, kind.reminds, await live_link(tx, kind.name, row.id))


async def end_what_is_over(db: Database, now: datetime, kind: AnyKind) -> int:
    """Silence counts wherever a period has ended, each in a transaction of its own, the earliest first. After an outage it
    catches up: each ended when it was due. Who was not asked is not silent: the period of an undelivered mail stands still, and
    begins anew once it got through."""
    table = kind.table
    over = and_(table.ends_at <= now - GRACE, not_(undelivered(table)))
    due = select(table.id).where(table.state == OPEN, or_(over, delivered_after(table)))
    act = functools.partial(end_if_silent, kind=kind)
    return await one_by_one(db, now, due.order_by(table.ends_at, table.id), act)


async def end_if_silent(tx: Tx, key: UUID, *, kind: AnyKind) -> bool:
    """End an inquiry whose period is over without an answer; or begin the period anew, where the mail got through late.
    False where neither was due."""
    locked = row, subject = await lock(tx, kind, key)
    # It may have been answered, or given more time, since the list was read.
    if row.state != OPEN:
        return False
    asked_at = await asked_since(tx, row)
    if asked_at is not None and asked_at > row.asked_at:
        await _restart_period(tx, kind, locked, asked_at)
        return True
    if asked_at is None or tx.now < row.ends_at:
        return False
    await end_silent(tx, kind, row)
    await kind.after_silence(tx, row, subject)
    return True


async def end_silent(tx: Tx, kind: AnyKind, row: Inquiry) -> None:
    """It ended without an answer when its period was over."""
    row.state, row.ended_at = kind.silent, row.ends_at
    await record_event(tx, row, kind.ended_silent, due_at=row.ends_at)


async def remind(db: Database, now: datetime, kind: AnyRemindedKind) -> int:
    """Remind once before each period ends; one that has ended needs no reminder, and who was not asked none either."""
    table = kind.table
    due = select(table.id).where(
        table.state == OPEN,
        table.reminded_at.is_(None),
        table.remind_at <= now,
        table.ends_at > now,
        not_(undelivered(table)),
    )
    return await one_by_one(
        db, now, due.order_by(table.ends_at, table.id), functools.partial(_remind, kind=kind)
    )


async def _remind(tx: Tx, key: UUID, *, kind: AnyRemindedKind) -> bool:
    row, _subject = await lock(tx, kind, key)
    waits = row.state == OPEN and row.reminded_at is None and row.remind_at <= tx.now
    if not waits or await is_undelivered(tx, row):
        return False
    row.reminded_at = tx.now
    await record_event(tx, row, kind.reminded)
    return True
