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


def unit_row(unit: UnitLine) -> list[object]:
    return [
        unit.reference,
        unit.title,
        translated(KINDS[unit.kind]),  # type: ignore[index]  # a StrEnum is its value
        unit.starts_on.isoformat(),
        unit.ends_on.isoformat(),
        unit.year,
        _("yes") if unit.reason is None else _("no"),
        translated(NOT_COUNTED[unit.reason]) if unit.reason else "",
        unit.application,
        " ".join(unit.chips),
        sum(unit.attended.values()),
        unit.pieces,
    ]


def indicators_csv(lines: Sequence[IndicatorShown]) -> bytes:
    """All indicators of the action with baselines, targets, and the value so far where the facility counts it."""
    head = [
        _("Indicator"),
        _("Name"),
        _("Result"),
        _("Unit"),
        _("Baseline year"),
        _("Baseline"),
        _("Target 2021"),
        _("Target 2023"),
        _("So far"),
        _("Source"),
        _("Note"),
    ]
    rows = [
        [
            indicator.code,
            indicator.name,
            indicator.result_code,
            translated(UNITS[indicator.unit]),
            indicator.baseline_year,
            f"{indicator.baseline_value:f}",
            *(f"{indicator.targets[year]:f}" for year in (2021, 2023)),
            indicator.done,
            indicator.source,
            indicator.note,
        ]
        for indicator in lines
    ]
    return to_csv(head, rows)


def money_csv(contracts: Sequence[ContractFigure]) -> bytes:
    """What each donor of each contract planned and agreed to, what is committed and what is not, in EUR."""
    head = [
        _("Contract"),
        _("Counterpart"),
        _("Donor"),
        _("Planned EUR"),
        _("Agreed EUR"),
        _("Committed EUR"),
        _("Not committed EUR"),
    ]
    rows = [
        [
            contract.reference,
            contract.counterpart,
            donor.name,
            donor.planned,
            donor.agreed,
            donor.committed,
            donor.uncommitted,
        ]
        for contract in contracts
        for donor in contract.donors
    ]
    return to_csv(head, rows)


def calls_head() -> list[str]:
    """Published calls, what came in, what was awarded, how long the answer took, and the same figures of exceptions."""
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
        _("Exceptions received"),
        _("Awards on exceptions"),
        _("Committed for exceptions EUR"),
    ]


def call_row(call: CallLine) -> list[object]:
    return [
        call.reference,
        call.title,
        call.opens_at.isoformat(),
        call.closes_at.isoformat(),
        call.decided_at.isoformat() if call.decided_at else "",
        call.received,
        call.withdrawn,
        call.awarded,
        call.reserve,
        call.amount,
        call.committed,
        call.days,
        call.exceptions_received,
        call.exceptions_awarded,
        call.exceptions_committed,
    ]


def requests_head() -> list[str]:
    """Requests for expertise and how long it took until an expert said yes."""
    return [
        _("Request"),
        _("Application"),
        _("Requested"),
        _("First acceptance"),
        _("Days"),
        _("First day"),
        _("Last day"),
        _("Seats"),
        _("Asked"),
        _("Accepted"),
    ]


def request_row(request: RequestLine) -> list[object]:
    return [
        request.reference,
        request.application,
        request.requested_at.isoformat(),
        request.first_yes_at.isoformat() if request.first_yes_at else "",
        request.days,
        request.starts_on.isoformat(),
        request.ends_on.isoformat(),
        request.seats,
        request.asked,
        request.accepted,
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
