"""Budgets to the cent: the worked example, sums in every breakdown, rates and ceilings, plans of activities."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facility.applications.rules.activities import ActivityKind, Plan, check_activity, moved, not_joint
from facility.applications.rules.budget import (
    BudgetLine,
    Sum,
    Totals,
    add_up,
    ceiling_of,
    line_mistakes,
    rates_day,
)
from facility.calls.rules.forms import FormSection, SectionKind
from facility.contracts.rules import Rate, UnitCostKind
from facility.refused import Refused

K = UnitCostKind
AL, XK, ME = (UUID(int=number) for number in (1, 2, 3))
WORKSHOP, TRIP = UUID(int=10), UUID(int=11)


def line(
    number: int,
    party: UUID,
    activity: UUID | None,
    category: UnitCostKind,
    quantity: str,
    units: str,
    unit_cost: str,
) -> BudgetLine:
    return BudgetLine(
        id=UUID(int=100 + number),
        party=party,
        activity=activity,
        category=category,
        description=f"Line {number}",
        quantity=Decimal(quantity),
        units=Decimal(units),
        unit="",
        unit_cost=Decimal(unit_cost),
    )


BUDGET_A = [
    line(0, AL, WORKSHOP, K.FEE, "2", "5", "350.00"),
    line(1, AL, WORKSHOP, K.PER_DIEM, "2", "4", "160.00"),
    line(2, AL, WORKSHOP, K.TRAVEL, "2", "1", "420.00"),
    line(3, XK, WORKSHOP, K.TRAVEL, "16", "1", "60.00"),
    line(4, XK, WORKSHOP, K.PER_DIEM, "16", "3", "160.00"),
    line(5, AL, WORKSHOP, K.VENUE, "3", "1", "1900.00"),
    line(6, AL, WORKSHOP, K.VISIBILITY, "1", "1", "400.00"),
    line(7, ME, TRIP, K.TRAVEL, "9", "1", "380.00"),
    line(8, ME, TRIP, K.PER_DIEM, "9", "4", "230.00"),
    line(9, ME, TRIP, K.HOST_FEE, "3", "1", "350.00"),
]
"""The worked budget of the dossier's scenario (9)."""


def test_the_worked_budget() -> None:
    totals = add_up(BUDGET_A, [AL, XK, ME], Decimal(7))
    assert [str(line.amount) for line in BUDGET_A] == [
        "3500.00",
        "1280.00",
        "840.00",
        "960.00",
        "7680.00",
        "5700.00",
        "400.00",
        "3420.00",
        "8280.00",
        "1050.00",
    ]
    assert totals.whole == Sum(Decimal("33110.00"), Decimal("2317.70"))
    assert str(totals.whole.total) == "35427.70"
    assert {party: str(share.total) for party, share in totals.by_party.items()} == {
        AL: "12540.40",
        XK: "9244.80",
        ME: "13642.50",
    }
    assert {activity: str(share.total) for activity, share in totals.by_activity.items()} == {
        WORKSHOP: "21785.20",
        TRIP: "13642.50",
    }
    assert totals.cells[WORKSHOP, XK] == Decimal("8640.00")


def test_each_line_is_rounded_half_up_by_itself() -> None:
    assert str(line(0, AL, None, K.OTHER, "0.5", "1", "0.01").amount) == "0.01"
    assert str(line(0, AL, None, K.OTHER, "0.33", "1.5", "10.01").amount) == "4.95"  # 4.95495
    assert str(line(0, AL, None, K.OTHER, "0.33", "0.5", "0.1").amount) == "0.02"  # 0.0165


def test_indirect_costs_are_rounded_once_and_shared_out_whole() -> None:
    lines = [line(n, party, None, K.OTHER, "1", "1", "0.33") for n, party in enumerate((AL, XK, ME))]
    totals = add_up(lines, [AL, XK, ME], Decimal(7))
    assert totals.whole == Sum(Decimal("0.99"), Decimal("0.07"))
    assert [share.indirect for share in totals.by_party.values()] == [
        Decimal("0.03"),
        Decimal("0.02"),
        Decimal("0.02"),
    ]


def test_lines_of_a_party_that_left_do_not_count() -> None:
    totals = add_up(BUDGET_A, [AL, XK], Decimal(7))
    assert totals.whole.direct == Decimal("20360.00")
    assert ME not in totals.by_party
    assert TRIP not in totals.by_activity


def test_nothing_adds_up_to_nothing() -> None:
    nothing = Sum(Decimal("0.00"), Decimal("0.00"))
    assert add_up([], [AL], Decimal(7)) == Totals(nothing, {AL: nothing}, {}, {}, {})


AMOUNTS = st.decimals(min_value="0.01", max_value="99999.99", places=2)
LINES = st.lists(
    st.builds(
        line,
        st.integers(0, 10**9),
        st.sampled_from([AL, XK, ME]),
        st.sampled_from([WORKSHOP, TRIP, None]),
        st.sampled_from(K),
        AMOUNTS.map(str),
        AMOUNTS.map(str),
        st.decimals(min_value=0, max_value="9999999.99", places=2).map(str),
    ),
    max_size=30,
)


@given(LINES, st.decimals(min_value=0, max_value=100, places=2), st.permutations([AL, XK, ME]))
def test_every_breakdown_adds_up_to_the_cent(
    lines: list[BudgetLine], percent: Decimal, parties: Sequence[UUID]
) -> None:
    on_board = parties[:2]
    totals = add_up(lines, on_board, percent)
    counted = [line for line in lines if line.party in on_board]
    assert totals.whole.direct == sum((line.amount for line in counted), Decimal(0))
    exact = Fraction(totals.whole.direct) * Fraction(percent) / 100
    assert abs(Fraction(totals.whole.indirect) - exact) <= Fraction(1, 200)
    for shares in (totals.by_party, totals.by_activity, totals.by_category):
        assert sum((share.direct for share in shares.values()), Decimal(0)) == totals.whole.direct
        if totals.whole.direct:
            assert sum((share.total for share in shares.values()), Decimal(0)) == totals.whole.total
    assert sum(totals.cells.values(), Decimal(0)) == totals.whole.direct
    for party, share in totals.by_party.items():
        assert share.direct == sum((a for (_, p), a in totals.cells.items() if p == party), Decimal(0))
        fair = totals.whole.direct and exact * Fraction(share.direct) / Fraction(totals.whole.direct)
        assert abs(Fraction(share.indirect) - Fraction(fair)) < Fraction(2, 100)


def rate(
    number: int, kind: UnitCostKind, amount: str, country: str | None = None, unit: str = "night"
) -> Rate:
    return Rate(
        id=UUID(int=200 + number),
        kind=kind,
        country=country,
        unit=unit,
        amount=Decimal(amount),
        valid_from=date(2020, 1, 1),
        illustrative=False,
        source="An example",
    )


RATES = [
    rate(0, K.PER_DIEM, "160.00"),
    rate(1, K.PER_DIEM, "230.00", "IT"),
    rate(2, K.FEE, "350.00", unit="day"),
    rate(3, K.FEE, "175.00", unit="half day"),
]


@pytest.mark.parametrize(
    ("taken", "kind", "country", "most"),
    [
        (None, K.PER_DIEM, "AL", "160.00"),
        (None, K.PER_DIEM, "IT", "230.00"),
        (None, K.PER_DIEM, None, "160.00"),
        (None, K.FEE, "IT", "350.00"),
        (3, K.FEE, "IT", "175.00"),
        (None, K.TRAVEL, "IT", None),
    ],
)
def test_what_a_unit_may_cost(
    taken: int | None, kind: UnitCostKind, country: str | None, most: str | None
) -> None:
    rate_taken = None if taken is None else RATES[taken]
    ceiling = ceiling_of(RATES, rate_taken, kind, country)
    assert (str(ceiling) if ceiling is not None else None) == most


def test_a_reason_explains_what_is_above_the_ceiling() -> None:
    dear = msgspec.structs.replace(BUDGET_A[8], ceiling=Decimal("229.99"))
    assert dear.unexplained
    assert not msgspec.structs.replace(dear, reason="No other hotel").unexplained
    assert not BUDGET_A[8].unexplained


def test_what_cannot_be_kept_of_a_line() -> None:
    countries = {WORKSHOP: "AL", TRIP: "IT"}
    rates = {rate.id: rate for rate in RATES}

    def wrong(**changes: object) -> list[tuple[str, str]]:
        line = msgspec.structs.replace(BUDGET_A[8], **changes)
        return list(line_mistakes(line, parties={AL, ME}, countries=countries, rates=rates))

    assert wrong() == []
    assert wrong(rate=RATES[1].id) == []
    assert wrong(party=XK) == [("party", "party_unknown")]
    assert wrong(activity=UUID(int=99)) == [("activity", "activity_unknown")]
    assert wrong(rate=UUID(int=99)) == [("rate", "rate_unknown")]
    assert wrong(rate=RATES[2].id) == [("rate", "rate_of_another_category")]
    assert wrong(rate=RATES[1].id, activity=WORKSHOP) == [("rate", "rate_of_another_country")]
    assert wrong(quantity=Decimal("99999.99"), units=Decimal("99999.99")) == [("quantity", "line_too_large")]


def plan(**changes: object) -> Plan:
    usual = Plan(
        kind=ActivityKind.WORKSHOP,
        title="Tracing",
        place="Tirana",
        country="AL",
        days=3,
        month=date(2027, 3, 1),
        purpose="To trace",
        people={AL: 8, XK: 8},
    )
    return msgspec.structs.replace(usual, **changes)


def test_days_of_an_activity() -> None:
    check_activity(plan())
    check_activity(plan(starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 3)))
    for starts, ends, code in ((3, 1, "ends_before_it_starts"), (1, 2, "more_days_than_that")):
        wrong = plan(starts_on=date(2027, 3, starts), ends_on=date(2027, 3, ends))
        with pytest.raises(Refused) as refused:
            check_activity(wrong)
        assert (refused.value.kind, refused.value.codes) == ("invalid", (code,))


def test_joint_means_people_of_two_beneficiaries_on_board() -> None:
    codes = {AL: "AL", XK: "XK", ME: "TR"}
    assert not not_joint({AL: 1, XK: 1}, codes)
    assert not_joint({AL: 9}, codes)
    assert not_joint({AL: 9, XK: 0}, codes)
    assert not_joint({AL: 9, ME: 9}, codes)
    assert not_joint({AL: 9, UUID(int=7): 9}, codes)


def test_moving_up_and_down_stops_at_the_ends() -> None:
    assert moved("abc", "b", -1) == ["b", "a", "c"]
    assert moved("abc", "b", 1) == ["a", "c", "b"]
    assert moved("abc", "a", -1) == ["a", "b", "c"]
    assert moved("abc", "c", 1) == ["a", "b", "c"]


def test_the_day_of_the_rates() -> None:
    section = FormSection(key="budget", title="Budget", kind=SectionKind.BUDGET)
    published = datetime(2021, 6, 1, 22, 30, tzinfo=UTC)
    later = datetime(2021, 7, 1, tzinfo=UTC)
    assert rates_day(section, published, later) == date(2021, 6, 2)  # the day begins in Brussels
    assert rates_day(section, None, later) == date(2021, 7, 1)
    stated = msgspec.structs.replace(section, rates_on=date(2024, 11, 8))
    assert rates_day(stated, published, later) == date(2024, 11, 8)
