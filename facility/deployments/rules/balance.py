"""How a group of experts is made up: Member States, women and men, and how often they were deployed lately."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec


class Member(NamedTuple):
    """What counts of an expert. gender: None where it is not stated; recent: deployments in the last twelve months."""

    country: str
    gender: str | None
    recent: int


class Balance(msgspec.Struct, frozen=True):
    """How many of them, the most frequent first, equal ones by key."""

    size: int
    countries: list[tuple[str, int]]
    genders: list[tuple[str | None, int]]
    recent: list[tuple[int, int]]


def balance(members: Iterable[Member]) -> Balance:
    """What these are together; `recent` runs from few deployments to many."""
    group = list(members)
    countries, genders = (
        Counter(member.country for member in group),
        Counter(member.gender for member in group),
    )
    return Balance(
        len(group),
        sorted(countries.items(), key=lambda item: (-item[1], item[0])),
        sorted(genders.items(), key=lambda item: (-item[1], item[0] or "~")),
        sorted(Counter(member.recent for member in group).items()),
    )
