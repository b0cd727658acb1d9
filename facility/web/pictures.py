"""What pictures are drawn from: spans of time; and a call's overview, for which rooms register how many applications got how far and
what takes up the call's envelope.

Each figure of the overview is SQL over the rows `call` and `envelope`; one statement reads them all.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.web.i18n import Message
from facility.zone import BRUSSELS, brussels_midnight

_MOST_MARKS = 6


class Kind(msgspec.Struct, frozen=True):
    """A registered figure; `sql` is an expression over `call`, `envelope` and :viewer."""

    label: Message
    order: int
    sql: str


class Overview(msgspec.Struct, frozen=True):
    """`levels`: label and number, as far as they are known to the viewer, of the applications that compete; `exceptions`: of those that
    don't; `shares`: label and EUR, of `envelope` EUR."""

    levels: list[tuple[Message, int]]
    exceptions: list[tuple[Message, int]]
    shares: list[tuple[Message, Decimal]]
    envelope: Decimal

    @property
    def left(self) -> Decimal:
        """What no share takes up, in EUR; less than nothing where they take up more than there is."""
        return self.envelope - sum((amount for _, amount in self.shares), Decimal(0))


OF_CALL = "(SELECT own.id FROM call AS own WHERE own.id = call.id OR own.series_id = call.id)"
"""The ids of the row's call and, of a series, of its batches."""
_LEVELS: list[Kind] = []
_EXCEPTIONS: list[Kind] = []
_SHARES: list[Kind] = []


def level(label: Message, *, order: int, number: str) -> None:
    """Register how many joint applications of the call got so far; NULL where it is not known, or not for the viewer. Mark labels with
    N_()."""
    _register(_LEVELS, Kind(label, order, number))


def exception_level(label: Message, *, order: int, number: str) -> None:
    """The same of requests on the exception track, which stand in no competition and are shown apart."""
    _register(_EXCEPTIONS, Kind(label, order, number))


def share(label: Message, *, order: int, amount: str) -> None:
    """Register what takes up the envelope of the call, in EUR. Mark labels with N_()."""
    _register(_SHARES, Kind(label, order, amount))


def _register(kinds: list[Kind], kind: Kind) -> None:
    kinds.append(kind)
    kinds.sort(key=attrgetter("order"))


async def overview_of(connection: AsyncConnection, call_id: UUID, viewer: UUID) -> Overview:
    """The figures of a call that is there: one statement."""
    # All texts are constants of the code.
    levels, exceptions, shares = (
        ", ".join(f"({kind.sql})" for kind in kinds) for kinds in (_LEVELS, _EXCEPTIONS, _SHARES)
    )
    query = f"""SELECT CAST(ARRAY[{levels}] AS bigint[]) AS levels, CAST(ARRAY[{exceptions}] AS bigint[]) AS exceptions,
            CAST(ARRAY[{shares}] AS numeric[]) AS shares, envelope.amount
        FROM call JOIN envelope ON envelope.id = call.envelope_id WHERE call.id = :call"""  # noqa: S608
    about = {"call": call_id} | ({"viewer": viewer} if ":viewer" in query else {})
    row = (await connection.execute(text(query), about)).one()
    return Overview(
        _known(_LEVELS, row.levels),
        _known(_EXCEPTIONS, row.exceptions),
        [(kind.label, amount) for kind, amount in zip(_SHARES, row.shares, strict=True)],
        row.amount,
    )


def _known(kinds: list[Kind], numbers: Sequence[int | None]) -> list[tuple[Message, int]]:
    counted = zip(kinds, numbers, strict=True)
    return [(kind.label, number) for kind, number in counted if number is not None]


class Axis(msgspec.Struct, frozen=True):
    """A span of time from left to right."""

    first: datetime
    last: datetime

    def at(self, instant: datetime | date) -> float:
        """Where an instant, or the beginning of a day, stands: 0 to 100; what lies outside stands at an end."""
        moment = instant if isinstance(instant, datetime) else brussels_midnight(instant)
        whole = (self.last - self.first).total_seconds()
        return (
            round(min(max((moment - self.first).total_seconds() / whole, 0.0), 1.0) * 100, 2)
            if whole
            else 0.0
        )

    @property
    def marks(self) -> list[date]:
        """First days of months, at most six of them, evenly apart."""
        begins, ends = (instant.astimezone(BRUSSELS).date() for instant in (self.first, self.last))
        months = [
            date(begins.year + month // 12, month % 12 + 1, 1)
            for month in range(begins.month, begins.month + (ends - begins).days // 28 + 2)
        ]
        within = [month for month in months if month <= ends]
        step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if len(within) / step <= _MOST_MARKS)
        return [month for month in within if (month.year * 12 + month.month - 1) % step == 0]
