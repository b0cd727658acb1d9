"""Who could be sent, and in which order to ask them (scenarios/README, deployments)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

import msgspec

from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.experts.rules.branches import Branch
from facility.experts.rules.calendar import can_come, is_booked
from facility.experts.rules.languages import (
    CefrLevel,
    Skill,
    counts_as,
    language_taken,
    regional_language,
)
from facility.experts.rules.profile import ExpertProfile, Feedback
from facility.refused import refuse


class RecentFrom(StrEnum):
    """Where an expert's deployments in the last twelve months are counted: as the profile states them, or from bookings."""

    PROFILE = "profile"
    BOOKINGS = "bookings"


PartKind = Literal["theme", "regional_language", "no_recent_deployment", "feedback"]


class ExpertiseRequest(msgspec.Struct, frozen=True):
    """What a deployment asks for: days (both included), a language at a level, themes by weight, bonuses. `skill`: at which the level is
    needed, not the language as a whole; `bcms`: Bosnian, Croatian, Montenegrin and Serbian count as the same; `branch`: the only one
    from which experts come. feedback_weight: the most points for feedback after earlier missions; 0: it doesn't count."""

    start: date
    end: date
    seats: int
    language: str
    level: CefrLevel
    themes: dict[str, int]
    min_theme_level: int
    regional_language: int
    no_recent_deployment: int
    skill: Skill | None = None
    bcms: bool = False
    branch: Branch | None = None
    feedback_weight: int = 0

    @property
    def languages(self) -> tuple[str, ...]:
        """Each of which meets the request, the one it names first."""
        return counts_as(self.language, bcms=self.bcms)


class Part(msgspec.Struct, frozen=True):
    """One summand of a score: a theme (level × weight), a bonus, whose key is the language or empty, or feedback: the key is the mean to one
    decimal, the level the number of missions."""

    kind: PartKind
    points: int
    key: str = ""
    level: int = 0
    weight: int = 0


class Conflict(NamedTuple):
    """A conflict that the data show: its kind, and what its sentence names."""

    key: str
    about: str


class Match(msgspec.Struct, frozen=True):
    """An expert on the shortlist; the parts sum to the score. `language`: by which the expert meets the request, where several can."""

    expert: str
    score: int
    parts: tuple[Part, ...]
    language: str = ""


class Shortlist(msgspec.Struct, frozen=True):
    """Experts in the order in which to ask them, and everybody else with the one reason."""

    ranked: tuple[Match, ...]
    excluded: dict[str, str]


def shortlist(
    experts: Iterable[ExpertProfile],
    request: ExpertiseRequest,
    booked: Mapping[str, Collection[date]],
    on_call: Collection[str] = (),
) -> Shortlist:
    """Rank the pool for a request; booked holds each expert's days in other deployments at this instant.

    Order: who is in on_call before all others; higher score, fewer recent deployments, then id.
    """
    excluded: dict[str, str] = {}
    matches: list[tuple[bool, int, int, str, Match]] = []
    for expert in experts:
        if reason := exclusion(expert, request, booked.get(expert.id, ())):
            excluded[expert.id] = reason
        else:
            matched = match(expert, request)
            later = expert.id not in on_call
            matches.append((later, -matched.score, expert.deployments_12m, expert.id, matched))
    return Shortlist(tuple(expert for *_, expert in sorted(matches, key=lambda m: m[:4])), excluded)


def exclusion(expert: ExpertProfile, request: ExpertiseRequest, booked: Collection[date]) -> str | None:
    """The first reason that applies why the expert can't be asked, or None."""
    if expert.country not in EU_MEMBER_STATES:
        return "not_eu_member_state"
    if hindered := hindrance(expert, request.start, request.end, booked):
        return hindered
    if language_of(expert, request) is None:
        return "language"
    if not any(expert.themes.get(theme, 0) >= request.min_theme_level for theme in request.themes):
        return "theme"
    if request.branch and expert.branch != request.branch:
        return "branch"
    return None


def language_of(expert: ExpertProfile, request: ExpertiseRequest) -> str | None:
    """The language by which the expert meets the request; None: by none."""
    return language_taken(expert.languages, expert.skills, request.languages, request.level, request.skill)


def hindrance(expert: ExpertProfile, start: date, end: date, booked: Collection[date]) -> str | None:
    """What keeps an expert from these days, and can change between the shortlist and the moment at which they are asked."""
    if expert.conflict:
        return "conflict"
    if not can_come(expert, start, end) or is_booked(booked, start, end):
        return "not_available"
    return None


def match(expert: ExpertProfile, request: ExpertiseRequest) -> Match:
    """The score and its parts: weight × level over all asked themes, the bonuses, and feedback where it counts."""
    parts = [
        Part("theme", weight * expert.themes[theme], theme, expert.themes[theme], weight)
        for theme, weight in request.themes.items()
        if theme in expert.themes
    ]
    spoken = regional_language(expert.languages)
    if spoken and request.regional_language:
        parts.append(Part("regional_language", request.regional_language, spoken))
    if expert.deployments_12m == 0 and request.no_recent_deployment:
        parts.append(Part("no_recent_deployment", request.no_recent_deployment))
    if request.feedback_weight and expert.feedback:
        parts.append(_feedback_part(expert.feedback, request.feedback_weight))
    several = len(request.languages) > 1
    taken = language_of(expert, request) if several else None
    return Match(expert.id, sum(part.points for part in parts), tuple(parts), taken or "")


MOST_FEEDBACK = 5
"""The most points that a request may give for feedback."""
LEAST_MISSIONS = 3
"""Feedback counts from so many missions on, so that no single answer shows in a score."""
_FIGURES = 3
"""Figures from 1 to 5 of each mission."""


def _feedback_part(feedback: Feedback, weight: int) -> Part:
    """No points for a mean of 1, the whole weight for one of 5, in proportion between them; rounded, half a point up."""
    count = _FIGURES * feedback.missions
    points = (weight * (feedback.total - count) + 2 * count) // (4 * count)
    mean = (Decimal(feedback.total) / count).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Part("feedback", points, str(mean), feedback.missions, weight)


def check_order[Key](shortlisted: Sequence[Key], chosen: Sequence[Key], reason: str) -> None:
    """A person asks experts of the shortlist, each once; leaving some out or another order takes a reason.

    Refused (invalid): "nobody_chosen", "chosen_twice", "not_on_shortlist", "reason_missing".
    """
    if not chosen and shortlisted:
        refuse("nobody_chosen", kind="invalid")
    if len(set(chosen)) < len(chosen):
        refuse("chosen_twice", kind="invalid")
    if not set(shortlisted).issuperset(chosen):
        refuse("not_on_shortlist", kind="invalid")
    if list(chosen) != list(shortlisted) and not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
