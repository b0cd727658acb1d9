"""What a new version of a decided ranking changes: awards stay, and what now lies above the line heads the reserve list (ADR 42)."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from facility.applications.rules.status import ApplicationStatus as S
from facility.awards.rules.bundle import Bundle, ProposedLine, RevisionRecord
from facility.awards.rules.complaints import About
from facility.awards.rules.cool_down import Cooling
from facility.awards.rules.money_line import Request
from facility.awards.rules.recomputing import Recomputed
from facility.awards.rules.reserve import held_back, serve_reserve
from facility.calls.rules.modes import Mode
from facility.refused import refuse

RANKED_AGAIN = frozenset({S.RESERVE, S.BELOW_THRESHOLD, S.COOLED_DOWN})
"""The statuses in which an application of a decided call can be assessed and ranked again."""
STILL_OPEN = RANKED_AGAIN | {S.ADMISSIBLE}
"""Where something can still come of a new version: everything else has its award, or has left."""


def can_be_ranked_again(about: About, status: S, mode: Mode, *, decided: bool) -> bool:
    """Whether the person who upholds a complaint may have the ranking made anew: the call is decided and had one
    deadline for all, and its application got no award. A batch hands over to the next, and an urgent application is
    decided alone."""
    return about is About.DECISION and decided and mode is Mode.DEADLINE and status in RANKED_AGAIN


def may_rank_again(*, possible: bool, proposed: bool) -> None:
    """Refused: "not_ranked_again" where it is not `possible` (any more), "version_proposed" while the next version waits for its
    decision, which would not hold this application."""
    if not possible:
        refuse("not_ranked_again")
    if proposed:
        refuse("version_proposed")


def may_propose_version(*, left: bool, waiting_for: Sequence[str]) -> None:
    """Refused: "nothing_to_rank" where nothing is `left` that is assessed again, "reassessment_open" while something lacks assessments."""
    if not left:
        refuse("nothing_to_rank")
    if waiting_for:
        refuse("reassessment_open", applications=", ".join(waiting_for))


class Before(msgspec.Struct, frozen=True):
    """How things stood when a version was made, by references; waiting: the reserve list from its top."""

    awarded: frozenset[str]
    gone: frozenset[str]
    waiting: tuple[str, ...]


class Revised(msgspec.Struct, frozen=True):
    """What a version would change: the line by its ranking, who of those above it still has no award, and the reserve list from its top."""

    line: ProposedLine
    above: tuple[str, ...]
    reserve: tuple[str, ...]


def above_and_reserve(
    computed: Recomputed, before: Before, reopened: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The applications above the line that have no award, which head the new reserve list; and that whole list from its
    top.

    The new ranking draws its line from the money that the first one had. Awards stay, whatever the new ranking says of
    them. After the head follow, by rank, those that waited before, and those that were assessed again and are ranked
    now.
    """
    ranked = [record.application for record in computed.ranking if record.rank is not None]
    left = [key for key in ranked if key not in before.awarded and key not in before.gone]
    above = tuple(key for key in left if key in computed.line.awards)
    waits = set(before.waiting) | (set(reopened) - computed.line.cooled.keys())
    behind = tuple(key for key in left if key not in above and key in waits)
    return above, above + behind


class Place(msgspec.Struct, frozen=True):
    """A place on the reserve list: what an award of all that its application requests needs beside what is `held` for an offer to it, in
    EUR; until: its last day, None where it has none."""

    request: Request
    held: Decimal
    until: date | None


def served_at_once(
    places: Sequence[Place],
    left: Sequence[Place],
    free: Decimal,
    cooling: Cooling,
    today: date,
    *,
    skip_unaffordable: bool,
) -> set[str]:
    """Which applications of a new reserve list get an award as it is decided, with the EUR that are `free` and with what comes free since
    some have `left` the list."""
    gone = {place.request.application for place in left}
    return set(
        serve_reserve(
            [place.request for place in places if place.until is None or place.until >= today],
            free + sum((place.held for place in left), Decimal(0)),
            skip_unaffordable,
            msgspec.structs.replace(cooling, offered=cooling.offered - gone),
        )
    )


def still_limited(
    places: Sequence[Place], served: Collection[str], free: Decimal, cooling: Cooling
) -> frozenset[str]:
    """Who waits after these have been `served` although the rest of the EUR that were free is enough: see `held_back`."""
    requests = [place.request for place in places]
    spent = sum((request.amount for request in requests if request.application in served), Decimal(0))
    waiting = [request for request in requests if request.application not in served]
    return held_back(waiting, free - spent, cooling.with_taken(cooling.codes_of(served)))


def revision_of(bundle: Bundle, computed: Recomputed) -> RevisionRecord:
    """The revision that a bundle states, with what follows from the rest of it."""
    stated = bundle.revision
    assert stated, "only a later version has one"
    before = Before(frozenset(stated.awarded), frozenset(stated.gone), stated.waiting)
    above, reserve = above_and_reserve(computed, before, stated.reopened)
    return msgspec.structs.replace(stated, above=above, reserve=reserve)


def places_after(old: dict[str, int], reserve: Sequence[str], last: int) -> dict[str, int]:
    """The numbers on the reserve list, in this order: those that its applications have already, and above `last`, the highest that was
    ever given, one for each that comes new. So whoever stays in order keeps its number."""
    kept = sorted(old[key] for key in reserve if key in old)
    new = range(last + 1, last + 1 + len(reserve) - len(kept))
    return dict(zip(reserve, [*kept, *new], strict=True))
