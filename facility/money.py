"""Amounts in EUR: exact to the cent, never a float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

EUR = Decimal
"""An amount in EUR with two decimal places."""

CENT = Decimal("0.01")
"""EUR: the smallest amount."""

NO_BREAK_SPACE = "\u00a0"


def to_cents(amount: Decimal) -> int:
    """The amount as whole cents; ValueError when it is finer than a cent or not a number."""
    if not amount.is_finite():
        raise ValueError(f"not an amount: {amount}")
    cents = Fraction(amount) * 100
    if cents.denominator != 1:
        raise ValueError(f"finer than a cent: {amount}")
    return cents.numerator


def from_cents(cents: int) -> Decimal:
    """Whole cents as EUR with two decimal places."""
    return Decimal(cents).scaleb(-2)


def to_the_cent(amount: Decimal) -> Decimal:
    """An exact product in EUR rounded to the cent, half up: the only rounding of amounts that people enter."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The amount in EUR divided in proportion to the weights, to the cent, by largest remainder.

    Equal remainders: the weight listed first. A weight may be zero; their sum may not (ValueError).
    The parts come in the order of the weights and sum to the amount (scenarios/README, donors).
    """
    cents = to_cents(amount)
    total = sum(map(Fraction, weights), Fraction(0))
    if cents < 0 or total <= 0 or min(weights) < 0:
        raise ValueError("an amount and weights are not negative, and the weights' sum is above zero")
    quotas = [cents * Fraction(weight) / total for weight in weights]
    parts = [int(quota) for quota in quotas]
    # sorted() is stable: of equal remainders the one listed first stays first
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - quotas[i])
    for i in by_remainder[: cents - sum(parts)]:
        parts[i] += 1
    return [from_cents(part) for part in parts]


def format_eur(amount: Decimal) -> str:
    """For people: "35 427.70", thousands set apart by a no-break space (U+00A0)."""
    return f"{amount:,.2f}".replace(",", NO_BREAK_SPACE)


def display(value: Fraction) -> str:
    """A score with two decimals, half up: 403/5 is "80.60". Only for display, never to compare."""
    hundredths = (value * 200 + 1) // 2
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{rest:02}"
