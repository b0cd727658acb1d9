from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.contracts.rules import Donor, donor_mistakes, donor_split, free, may_commit, rebook
from facility.money import from_cents
from facility.refused import Refused

DONORS = [
    Donor("EU", Decimal("15800000.00")),
    Donor("DE", Decimal("1500000.00")),
    Donor("IT", Decimal("900000.00")),
]
amounts = st.integers(0, 10**8).map(from_cents)


def test_a_closed_award_gives_back_by_donor() -> None:
    assert rebook(Decimal("35427.70"), Decimal("32100.00"), DONORS) == {
        "EU": Decimal("-2888.89"),
        "DE": Decimal("-274.25"),
        "IT": Decimal("-164.56"),
    }


@given(st.lists(amounts, min_size=1, max_size=5))
def test_bookings_always_sum_to_the_split_of_what_stands(changes: list[Decimal]) -> None:
    booked = dict.fromkeys(("EU", "DE", "IT"), Decimal("0.00"))
    old = Decimal("0.00")
    for new in changes:
        booked = {name: booked[name] + part for name, part in rebook(old, new, DONORS).items()}
        old = new
    assert booked == donor_split(old, DONORS)


def test_what_is_free_may_be_committed_to_the_cent() -> None:
    left = free(Decimal("80000.00"), [Decimal("35427.70")])
    assert left == Decimal("44572.30")
    may_commit(Decimal("44572.30"), left)
    with pytest.raises(Refused, match="envelope_exceeded"):
        may_commit(Decimal("44572.31"), left)
    with pytest.raises(Refused, match="envelope_exceeded"):
        may_commit(Decimal("-0.01"), left)


def test_mistakes_among_donors() -> None:
    assert donor_mistakes(DONORS) == []
    reasons = donor_mistakes([Donor("EU", Decimal("0.00")), Donor("EU", Decimal("-1.00"))])
    assert [(reason.code, reason.field) for reason in reasons] == [
        ("negative", "donors.1.amount"),
        ("donor_twice", "donors"),
        ("no_money", "donors"),
    ]
