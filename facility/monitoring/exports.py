"""Figures as CSV. Where a designation is printed, its footnote stands in the same row."""

from collections.abc import Sequence

from facility.activities.sentences import KINDS, NOT_COUNTED
from facility.monitoring.lists import IndicatorShown, RequestLine, UnitLine
from facility.monitoring.queries import CallLine, ContractFigure
from facility.monitoring.words import UNITS
from facility.web.i18n import _
from facility.web.sheets import NOTE, to_csv


def units_csv(lines: Sequence[UnitLine]) -> bytes:
    """Every activity: whether it counts for indicator 10.1, when, or why not, and whose people came."""
    head = [
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
        NOTE,
    ]
    rows = [
        [
            one.reference,
            one.title,
            _(KINDS[one.kind]),  # type: ignore[index]  # a StrEnum is its value
            one.starts_on.isoformat(),
            one.ends_on.isoformat(),
            one.year,
            _("yes") if one.reason is None else _("no"),
            _(NOT_COUNTED[one.reason]) if one.reason else "",
            one.application,
            " ".join(one.chips),
            sum(one.attended.values()),
            one.pieces,
            " ".join(one.notes),
        ]
        for one in lines
    ]
    return to_csv(head, rows)


def indicators_csv(lines: Sequence[IndicatorShown], note: str) -> bytes:
    """All indicators of the action with baselines and targets. `note`: the footnote to designations."""
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
        NOTE,
    ]
    rows = [
        [
            one.code,
            one.name,
            one.result_code,
            _(UNITS[one.unit]),
            one.baseline_year,
            f"{one.baseline_value:f}",
            *(f"{one.targets[year]:f}" for year in (2021, 2023)),
            one.source,
            one.note,
            note if one.note and "XK" in one.note else "",
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
        NOTE,
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
            "",
        ]
        for one in contracts
        for donor in one.donors
    ]
    return to_csv(head, rows)


def calls_csv(calls: Sequence[CallLine]) -> bytes:
    """Published calls, what came in, what was awarded, and how long the answer took."""
    head = [
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
        NOTE,
    ]
    rows = [
        [
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
            "",
        ]
        for one in calls
    ]
    return to_csv(head, rows)


def requests_csv(lines: Sequence[RequestLine]) -> bytes:
    """Requests for expertise and how long it took until an expert said yes."""
    head = [
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
        NOTE,
    ]
    rows = [
        [
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
            "",
        ]
        for one in lines
    ]
    return to_csv(head, rows)
