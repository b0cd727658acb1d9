"""What the version of a ranking that is being made would change, application by application."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from facility.awards.queries.later_version import Making
from facility.awards.rules.bundle import Bundle, RankRecord
from facility.awards.rules.later_version import places_after


class Change(msgspec.Struct, frozen=True):
    """An application whose result changes, or that was assessed again; places on the reserve list. fate: an award at once; the head of the
    list, since it lies above the line; another place; or none."""

    application_id: UUID
    reference: str
    title: str
    requested: Decimal
    again: bool
    rank_before: int | None
    rank: int | None
    total_before: str | None
    total: str | None
    place_before: int | None
    place: int | None
    fate: Literal["award", "first", "reserve", "below_threshold", "cooled", "ineligible"]


def changes(now: Making) -> list[Change]:
    """In the order of the new ranking."""
    before = {record.application: record for record in now.previous.ranking}
    waiting = [key for key in now.revised.reserve if key not in now.served]
    places = places_after(now.places, waiting, now.last)
    again = {cause.application for cause in now.version.still_open}
    known = {record.reference: record for record in now.bundle.applications}
    return [
        Change(
            application_id=now.ids[record.application],
            reference=record.application,
            title=known[record.application].title,
            requested=known[record.application].requested,
            again=record.application in again,
            rank_before=before[record.application].rank,
            rank=record.rank,
            total_before=_total(before[record.application]),
            total=_total(record),
            place_before=now.places.get(record.application),
            place=places.get(record.application),
            fate=_fate(now, record),
        )
        for record in now.bundle.ranking
        if record.application in again
        or record.application in now.served
        or places.get(record.application) != now.places.get(record.application)
    ]


def _total(record: RankRecord) -> str | None:
    return record.total.shown if record.total else None


def _fate(
    now: Making, record: RankRecord
) -> Literal["award", "first", "reserve", "below_threshold", "cooled", "ineligible"]:
    key = record.application
    if key in now.served:
        return "award"
    if key in now.revised.above:
        return "first"
    if key in now.revised.reserve:
        return "reserve"
    if record.rank is not None:
        return "cooled"
    return "ineligible" if record.outcome == "ineligible" else "below_threshold"


def unchanged_awards(bundle: Bundle) -> list[str]:
    """The awards that stand though they lie below the line of the version, in rank order."""
    assert bundle.revision
    ranked = [record.application for record in bundle.ranking if record.rank is not None]
    return [key for key in ranked if key in bundle.revision.awarded and key not in bundle.line.awards]
