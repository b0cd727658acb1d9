"""What is to be done in a call by a day that the Regulation sets: rooms register it, the call's overview shows it.

A kind is SQL over the row `call`: all that a page shows of them is one statement.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.web.i18n import Message

PRESSES = 14
"""Days before its end in which a deadline presses."""


class DeadlineKind(msgspec.Struct, frozen=True):
    """`begins` is an expression for the instant from which `counted` counts to the last day, or, without that, for the last day
    itself; NULL where there is nothing to do. `met`: the day on which it was done, NULL until then; `number`, `of`: how many of how
    many are done."""

    label: Message
    order: int
    begins: str
    counted: Callable[[datetime], date] | None
    met: str
    number: str
    of: str


class Deadline(msgspec.Struct, frozen=True):
    """The last day of a deadline of a call, and when it was met."""

    label: Message
    by: date
    met: date | None
    number: int
    of: int
    today: date

    @property
    def late(self) -> int:
        """Days after the last one on which it was met, or that have passed without; 0 where it was or can be in time."""
        return max(((self.met or self.today) - self.by).days, 0)

    @property
    def left(self) -> int:
        """Days until its last one, for what is not met yet."""
        return (self.by - self.today).days

    @property
    def presses(self) -> bool:
        return self.met is None and self.left <= PRESSES


class _Raw(msgspec.Struct):
    begins: datetime | None
    last: date | None
    met: date | None
    number: int
    of: int


KINDS: list[DeadlineKind] = []
_raws = msgspec.json.Decoder(list[_Raw])


def deadline(
    label: Message,
    *,
    order: int,
    begins: str,
    met: str,
    number: str,
    of: str,
    counted: Callable[[datetime], date] | None = None,
) -> None:
    """Register a deadline. Mark labels with N_()."""
    KINDS.append(DeadlineKind(label, order, begins, counted, met, number, of))
    KINDS.sort(key=lambda kind: kind.order)


def _measured(kind: DeadlineKind) -> str:
    begins, last = (kind.begins, "NULL") if kind.counted else ("NULL", kind.begins)
    return f"""json_build_object('begins', {begins}, 'last', {last}, 'met', {kind.met}, 'number', {kind.number},
        'of', {kind.of})"""


def _statement(where: str) -> TextClause:
    # All texts are constants of the code.
    kinds = ", ".join(_measured(kind) for kind in KINDS)
    return text(
        f"""SELECT call.id, call.reference, CAST(json_build_array({kinds}) AS text) AS measured FROM call WHERE {where}
        ORDER BY call.closes_at DESC, call.id"""  # noqa: S608
    )


def _deadlines(measured: str, today: date) -> list[Deadline]:
    deadlines = []
    for kind, raw in zip(KINDS, _raws.decode(measured), strict=True):
        by = kind.counted(raw.begins) if kind.counted and raw.begins else raw.last
        if by is not None:
            deadlines.append(Deadline(kind.label, by, raw.met, raw.number, raw.of, today))
    return deadlines


async def deadlines_of(connection: AsyncConnection, call_id: UUID, today: date) -> list[Deadline]:
    """The deadlines that this call has, in their order: one statement."""
    row = (await connection.execute(_statement("call.id = :call"), {"call": call_id})).first()
    return _deadlines(row.measured, today) if row else []


class Missed(msgspec.Struct, frozen=True):
    """A deadline that a call missed, or met late."""

    call_id: UUID
    reference: str
    deadline: Deadline


async def missed_in(connection: AsyncConnection, call_ids: Sequence[UUID], today: date) -> list[Missed]:
    """What these calls, and of a series its batches, missed or met late, the latest closing first: one statement."""
    where = "call.id = ANY(:calls) OR call.series_id = ANY(:calls)"
    rows = await connection.execute(_statement(where), {"calls": list(call_ids)})
    return [
        Missed(row.id, row.reference, deadline)
        for row in rows
        for deadline in _deadlines(row.measured, today)
        if deadline.late
    ]
