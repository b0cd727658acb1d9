"""How the scores of a call are spread, by section and by assessor, so that an assessor who scores differently can be
seen."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import msgspec

from facility.evaluation.rules.means import Scores
from facility.money import display


class Spread(msgspec.Struct, frozen=True):
    """Scores of a section or sub-criterion. `marks`: how often each score was given, the lowest first."""

    marks: list[tuple[Decimal, int]]

    @property
    def lowest(self) -> Decimal:
        return self.marks[0][0]

    @property
    def highest(self) -> Decimal:
        return self.marks[-1][0]

    @property
    def mean(self) -> Fraction:
        times = sum(count for _, count in self.marks)
        return sum((Fraction(score) * count for score, count in self.marks), Fraction(0)) / times

    @property
    def shown(self) -> str:
        """The mean as people read it."""
        return display(self.mean)


type Spreads = dict[str, Spread]
"""By the key of the item; what has no score is not in it."""


def spread_of(assessments: Iterable[Scores]) -> Spreads:
    """The scores of these assessments, item by item; what does not apply is not among them."""
    given: dict[str, Counter[Decimal]] = defaultdict(Counter)
    for scores in assessments:
        for key, score in scores.items():
            if score is not None:
                given[key][score] += 1
    return {key: Spread(sorted(counter.items())) for key, counter in given.items()}
