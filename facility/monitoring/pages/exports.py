"""Figures as CSV."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities.words import KINDS, NOT_COUNTED
from facility.db import Database
from facility.monitoring.queries import lists
from facility.monitoring.queries.lists import IndicatorShown, RequestLine, UnitLine
from facility.monitoring.queries.overview import CallLine, ContractFigure
from facility.monitoring.words import UNITS
from facility.web.i18n import _, translated
from facility.web.sheets import Rows, to_csv

BATCH = 1_000
"""Lines that are read at a time."""


def units_head() -> list[str]:
    """Every activity: whether it counts for indicator 10.1, when, or why not, and whose people came."""
    return [
        _("Activity"),
        _("Title"),
        _("Kind"),
        _("First day"),
        _("Last day"),
        _("Year"),
        _("Counts"),
        _("Why not"),
        _("Application"),
        _("Beneficiaries present"),
        _("People present"),
        _("Pieces of evidence"),
    ]


def unit_row(one: UnitLine) -> list[object]:
    """One activity."""
    return [
        one.reference,
        one.title,
        translated(KINDS[one.kind]),  # type: ignore[index]  # a StrEnum is its value
        one.starts_on.isoformat(),
        one.ends_on.isoformat(),
        one.year,
        _("yes") if one.reason is None else _("no"),
        translated(NOT_COUNTED[one.reason]) if one.reason else "",
        one.application,
        " ".join(one.chips),
        sum(one.attended.values()),
        one.pieces,
    ]


def indicators_csv(lines: Sequence[IndicatorShown]) -> bytes:
    """All indicators of the action with baselines and targets."""
    head = [
        _("Indicator"),
        _("Name"),
        _("Result"),
        _("Unit"),
        _("Baseline year"),
        _("Baseline"),
        _("Target 2021"),
        _("Target 2023"),
        _("Source"),
        _("Note"),
    ]
    rows = [
        [
            one.code,
            one.name,
            one.result_code,
            translated(UNITS[one.unit]),
            one.baseline_year,
            f"{one.baseline_value:f}",
            *(f"{one.targets[year]:f}" for year in (2021, 2023)),
            one.source,
            one.note,
        ]
        for one in lines
    ]
    return to_csv(head, rows)


def money_csv(contracts: Sequence[ContractFigure]) -> bytes:
    """What each donor of each contract planned and agreed to, what is committed and free, in EUR."""
    head = [
        _("Contract"),
        _("Counterpart"),
        _("Donor"),
        _("Planned EUR"),
        _("Agreed EUR"),
        _("Committed EUR"),
        _("Free EUR"),
    ]
    rows = [
        [
            one.reference,
            one.counterpart,
            donor.name,
            donor.planned,
            donor.agreed,
            donor.committed,
            donor.free,
        ]
        for one in contracts
        for donor in one.donors
    ]
    return to_csv(head, rows)


def calls_head() -> list[str]:
    """Published calls, what came in, what was awarded, and how long the answer took."""
    return [
        _("Call"),
        _("Title"),
        _("Opens"),
        _("Closes"),
        _("Decided"),
        _("Received"),
        _("Withdrawn"),
        _("Awards"),
        _("Waiting on the reserve list"),
        _("Amount EUR"),
        _("Committed EUR"),
        _("Mean days from receipt to answer"),
    ]


def call_row(one: CallLine) -> list[object]:
    """One call."""
    return [
        one.reference,
        one.title,
        one.opens_at.isoformat(),
        one.closes_at.isoformat(),
        one.decided_at.isoformat() if one.decided_at else "",
        one.received,
        one.withdrawn,
        one.awarded,
        one.reserve,
        one.amount,
        one.committed,
        one.days,
    ]


def requests_head() -> list[str]:
    """Requests for expertise and how long it took until an expert said yes."""
    return [
        _("Request"),
        _("Application"),
        _("Requested"),
        _("First yes"),
        _("Days"),
        _("First day"),
        _("Last day"),
        _("Seats"),
        _("Asked"),
        _("Accepted"),
    ]


def request_row(one: RequestLine) -> list[object]:
    """One request."""
    return [
        one.reference,
        one.application,
        one.requested_at.isoformat(),
        one.first_yes_at.isoformat() if one.first_yes_at else "",
        one.days,
        one.starts_on.isoformat(),
        one.ends_on.isoformat(),
        one.seats,
        one.asked,
        one.accepted,
    ]


class Longest(msgspec.Struct, frozen=True):
    """An export that grows with the years: its columns, a row, and a page of its lines with what the next page goes on from."""

    head: Callable[[], list[str]]
    row: Callable[[Any], list[object]]
    page: Callable[..., Awaitable[tuple[list[Any], UUID | None]]]
    at: Callable[[Any], date | datetime]

    async def batches(self, db: Database, viewer: UUID) -> AsyncIterator[Rows]:
        """All rows that the viewer may see, the latest first, read while they are sent: in short turns, since who loads them may be slow."""
        before, at = None, None
        while True:
            async with db.reader() as connection:
                lines, before = await self.page(connection, viewer, before=before, at=at, limit=BATCH)
            yield [self.row(line) for line in lines]
            if before is None:
                return
            at = self.at(lines[-1])


async def _calls(connection: AsyncConnection, _viewer: UUID, **more: Any) -> tuple[list[Any], UUID | None]:
    """Figures of whole calls, the same for everybody."""
    return await lists.calls(connection, **more)


LONG: dict[str, Longest] = {
    "joint-activities.csv": Longest(
        units_head, unit_row, partial(lists.units, counted=None), attrgetter("ends_on")
    ),
    "calls.csv": Longest(calls_head, call_row, _calls, attrgetter("closes_at")),
    "requests.csv": Longest(requests_head, request_row, lists.requests, attrgetter("requested_at")),
}
