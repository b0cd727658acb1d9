from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.money import display, format_eur, from_cents, split, to_cents


def test_split_of_the_worked_example() -> None:
    donors = [Decimal("15800000.00"), Decimal("1500000.00"), Decimal("900000.00")]
    assert list(map(str, split(Decimal("35427.70"), donors))) == ["30755.92", "2919.86", "1751.92"]


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("0.01", ["1", "1", "1"], ["0.01", "0.00", "0.00"]),
        ("0.02", ["1", "1", "1"], ["0.01", "0.01", "0.00"]),
        ("0.02", ["1", "0", "1", "1"], ["0.01", "0.00", "0.01", "0.00"]),
        ("0.00", ["3", "1"], ["0.00", "0.00"]),
        ("999999999999.99", ["1", "999999999999.99"], ["1.00", "999999999998.99"]),
    ],
)
def test_split_by_largest_remainder(amount: str, weights: list[str], parts: list[str]) -> None:
    assert list(map(str, split(Decimal(amount), list(map(Decimal, weights))))) == parts


@given(
    st.integers(0, 10**14),
    st.lists(st.integers(0, 10**14), min_size=1, max_size=6).filter(any),
)
def test_parts_sum_to_the_amount_and_are_less_than_a_cent_off(cents: int, weights: list[int]) -> None:
    parts = [to_cents(part) for part in split(from_cents(cents), [from_cents(weight) for weight in weights])]
    assert sum(parts) == cents
    quotas = [Fraction(cents * weight, sum(weights)) for weight in weights]
    assert [abs(part - quota) < 1 for part, quota in zip(parts, quotas, strict=True)] == [True] * len(parts)


@pytest.mark.parametrize("weights", [[], ["0"], ["2", "-1"]])
def test_split_needs_weights(weights: list[str]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(Decimal("1.00"), list(map(Decimal, weights)))


@pytest.mark.parametrize("amount", ["1.005", "NaN", "Infinity"])
def test_what_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match=r"cent|amount"):
        to_cents(Decimal(amount))


def test_amounts_for_people() -> None:
    shown = [format_eur(Decimal(text)) for text in ("35427.7", "0", "1234567.89", "-3327.70")]
    assert shown == ["35\u00a0427.70", "0.00", "1\u00a0234\u00a0567.89", "-3\u00a0327.70"]


def test_display_rounds_half_up() -> None:
    values = [Fraction(403, 5), Fraction(1, 200), Fraction(1, 201), Fraction(2, 3), Fraction(11995, 1000)]
    assert [display(value) for value in values] == ["80.60", "0.01", "0.00", "0.67", "12.00"]
