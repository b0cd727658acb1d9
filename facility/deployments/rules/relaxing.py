"""Who could be asked if one condition of a request were relaxed. What binds every request is never relaxed: Member States, conflicts."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from facility.deployments.rules.shortlist import ExpertiseRequest, Match, exclusion, match
from facility.experts.rules.languages import CEFR
from facility.experts.rules.profile import ExpertProfile

Condition = Literal["none", "language", "theme", "branch", "days"]
"""What is relaxed; none: experts who fit the request as it is, and are not on the list."""
LEVELS_DOWN = 2
DAYS_APART = 7


class Relaxed(msgspec.Struct, frozen=True):
    """The request with one condition relaxed. `value`: the level that is enough, or by how many days it is later (earlier: below 0)."""

    condition: Condition
    value: str
    request: ExpertiseRequest


class Proposal(msgspec.Struct, frozen=True):
    """Whom a relaxed condition adds, best first."""

    condition: Condition
    value: str
    experts: tuple[Match, ...]


_EXCLUDED_BY = {
    "none": None,
    "language": "language",
    "theme": "theme",
    "branch": "branch",
    "days": "not_available",
}
"""For each condition, why those are left out now whom relaxing it could add."""


def relaxations(request: ExpertiseRequest, not_before: date) -> Iterator[Relaxed]:
    """One condition at a time, the smallest step first. No mission begins before `not_before`."""
    yield Relaxed("none", "", request)
    for level in reversed(CEFR[: CEFR.index(request.level)][-LEVELS_DOWN:]):
        yield Relaxed("language", level, replace(request, level=level))
    for least in range(request.min_theme_level - 1, max(request.min_theme_level - LEVELS_DOWN, 1) - 1, -1):
        yield Relaxed("theme", str(least), replace(request, min_theme_level=least))
    if request.branch:
        yield Relaxed("branch", "", replace(request, branch=None))
    for sign in (1, -1):
        for apart in range(1, DAYS_APART + 1):
            days = timedelta(days=sign * apart)
            if (date.max - request.end >= days) and (request.start - not_before >= -days):
                moved = replace(request, start=request.start + days, end=request.end + days)
                yield Relaxed("days", str(sign * apart), moved)


def around(first: date, last: date) -> tuple[date, date]:
    """The first and the last day on which a booking matters to proposals for these days."""
    apart = timedelta(days=DAYS_APART)
    return max(first, date.min + apart) - apart, min(last, date.max - apart) + apart


def proposals(
    experts: Iterable[ExpertProfile],
    request: ExpertiseRequest,
    booked: Mapping[str, Collection[date]],
    *,
    listed: Collection[str],
    not_before: date,
) -> list[Proposal]:
    """What each relaxed condition adds to those on the list (`listed`), in the order of `relaxations`; steps that add nobody beyond a
    smaller one of the same kind are left out. `booked`: each expert's days elsewhere, also those around the request's."""
    beyond = [expert for expert in experts if expert.id not in listed]
    reasons = {expert.id: exclusion(expert, request, booked.get(expert.id, ())) for expert in beyond}
    made: list[Proposal] = []
    most: dict[tuple[str, bool], int] = {}
    for relaxed in relaxations(request, not_before):
        fit = [
            expert
            for expert in beyond
            if reasons[expert.id] == _EXCLUDED_BY[relaxed.condition]
            and exclusion(expert, relaxed.request, booked.get(expert.id, ())) is None
        ]
        kind = (relaxed.condition, relaxed.value.startswith("-"))
        if len(fit) > most.get(kind, 0):
            most[kind] = len(fit)
            made.append(Proposal(relaxed.condition, relaxed.value, in_order(fit, relaxed.request)))
    return made


def in_order(experts: Iterable[ExpertProfile], request: ExpertiseRequest) -> tuple[Match, ...]:
    """In the order in which a shortlist has them."""
    ranked = sorted(
        experts, key=lambda expert: (-match(expert, request).score, expert.deployments_12m, expert.id)
    )
    return tuple(match(expert, request) for expert in ranked)
