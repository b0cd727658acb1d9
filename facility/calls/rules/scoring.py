"""How assessors score by a grid, and which of several scores counts (dossier 2c)."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

import msgspec

from facility.refused import Reason

LOWEST, HIGHEST = 1, 5
"""What a sub-criterion is scored with: 1 very poor, 5 very good (dossier 2c)."""
MOST_WEIGHT = 100


class Aggregate(StrEnum):
    """Which score counts, of all that assessors gave."""

    MEAN = "mean"
    MEDIAN = "median"
    CONSENSUS = "consensus"


class Settles(StrEnum):
    """What is asked for where the totals of an application's assessors are too far apart."""

    EITHER = "either"
    ASSESSOR = "assessor"
    CONSENSUS = "consensus"


class Steps(StrEnum):
    """How finely assessors score."""

    WHOLE = "whole"
    HALF = "half"
    HUNDREDTH = "hundredth"


PARTS = {Steps.WHOLE: 1, Steps.HALF: 2, Steps.HUNDREDTH: 100}
"""Into how many parts a point is divided."""


class Criterion(msgspec.Struct, frozen=True):
    """A sub-criterion of a section, scored from LOWEST to HIGHEST; the score is multiplied by its weight."""

    key: str
    title: str
    weight: int = 1


class Section(msgspec.Struct, frozen=True, omit_defaults=True):
    """A section of the evaluation grid. It is scored from 0 to max points, or by its sub-criteria, which add up to them.

    reject_at: an application is rejected where a sub-score that counts is this or less; needs_comment: by every assessor;
    may_not_apply: an assessor may leave it, or a sub-criterion of it, out as not applicable.
    """

    key: str
    title: str
    max: int
    criteria: tuple[Criterion, ...] = ()
    reject_at: Decimal | None = None
    needs_comment: bool = False
    may_not_apply: bool = False

    @property
    def weight(self) -> int:
        """What the weights of its sub-criteria add up to."""
        return sum(criterion.weight for criterion in self.criteria)

    @property
    def items(self) -> "tuple[Item, ...]":
        """What is scored of it."""
        if not self.criteria:
            return (Item(self.key, self.title, 0, self.max, 1, self),)
        return tuple(
            Item(item_key(self.key, criterion.key), criterion.title, LOWEST, HIGHEST, criterion.weight, self)
            for criterion in self.criteria
        )


class Item(msgspec.Struct, frozen=True):
    """What gets a score of its own, from `least` to `most`: a section without sub-criteria, or a sub-criterion."""

    key: str
    title: str
    least: int
    most: int
    weight: int
    section: Section


def item_key(section: str, criterion: str) -> str:
    """Under which key a sub-criterion is scored. No key of a section has a point in it."""
    return f"{section}.{criterion}"


def is_of_criterion(key: str) -> bool:
    """Whether an item's key is that of a sub-criterion."""
    return "." in key


def criteria_mistakes(section: Section, field: str) -> Iterator[Reason]:
    """What is wrong with the sub-criteria of a section, which stands at this field."""
    if section.reject_at is not None and not section.criteria:
        yield Reason("rejects_without_criteria", "rejecting", {"section": section.title})
    if not section.criteria:
        return
    keys = [criterion.key for criterion in section.criteria]
    for i, criterion in enumerate(section.criteria):
        if keys.count(criterion.key) > 1:
            yield Reason("criterion_twice", f"{field}.criteria.{i}", {"title": criterion.title})
        if criterion.weight < 1:
            yield Reason("below_one", f"{field}.criteria.{i}")
    if (points := HIGHEST * section.weight) != section.max:
        params = {"points": str(points), "most": str(section.max)}
        yield Reason("criteria_do_not_add_up", f"{field}.max", params)
