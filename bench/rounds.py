"""Alternating rounds, and what to say of them."""

import statistics
from collections.abc import Awaitable, Callable, Sequence

import msgspec

type Half = Callable[[], Awaitable[float]]
"""One side's part of a round: how many it did a second."""


class Rounds(msgspec.Struct):
    """Rates of each round, the product's and the bare way's."""

    ours: list[float]
    bare: list[float]

    @property
    def ratio(self) -> float:
        """The median over the rounds of the product's rate over the bare way's."""
        return median([ours / other for ours, other in zip(self.ours, self.bare, strict=True)])


def median(values: Sequence[float]) -> float:
    """The middle one, to three digits."""
    return rounded(statistics.median(values))


def rounded(value: float) -> float:
    """To three digits, but whole above a thousand."""
    return float(f"{value:.3g}") if abs(value) < 1000 else round(value)


async def alternate(ours: Half, bare: Half, rounds: int) -> Rounds:
    """Measure the two in turn; each goes first every other time."""
    measured = Rounds([], [])
    for number in range(rounds):
        if number % 2:
            measured.bare.append(await bare())
            measured.ours.append(await ours())
        else:
            measured.ours.append(await ours())
            measured.bare.append(await bare())
    return measured
