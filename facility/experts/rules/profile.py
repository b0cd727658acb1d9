"""Who can help: Member States, themes and days of the pool's experts (scenarios/README; dossier 5)."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import CefrLevel, Skill

Period = tuple[date, date]
"""First and last day, both included."""


class OwnProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What experts state about themselves. `skills`: those at another level than their language, by language; `branch_other`: in their
    own words, where the branch is another."""

    name: str
    country: str
    gender: str | None
    branch: Branch | None
    themes: dict[str, int]
    languages: Mapping[str, CefrLevel]
    available: Sequence[Period]
    skills: Mapping[str, Mapping[Skill, CefrLevel]] = {}
    branch_other: str = ""
    past_deployments: str = ""
    employer: str = ""
    superior_name: str = ""
    superior_email: str = ""


class Feedback(msgspec.Struct, frozen=True):
    """What leads said after so many missions: the sum of all their figures from 1 to 5, three for each mission."""

    missions: int
    total: int


class ExpertProfile(msgspec.Struct, frozen=True):
    """An expert as matching sees one: themes by level 1-5, languages by CEFR level and skills at another one. What an expert has not set says nothing: weekdays
    of absence (0 is Monday), the earliest day after the notice period, and the days left in calendar years."""

    id: str
    country: str
    themes: dict[str, int]
    languages: dict[str, CefrLevel]
    available: tuple[Period, ...]
    deployments_12m: int
    conflict: bool = False
    absent_weekdays: tuple[int, ...] = ()
    earliest: date | None = None
    days_left: dict[int, int] | None = None
    feedback: Feedback | None = None
    skills: Mapping[str, Mapping[Skill, CefrLevel]] = {}
    branch: Branch | None = None


def is_in_pool(active: bool, valid_until: date | None, today: date) -> bool:
    """Whether an expert is shortlisted and asked: has not left, and the last day, if there is one, is not over."""
    return active and (valid_until is None or valid_until >= today)
