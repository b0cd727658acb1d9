"""What a mission pays, by the rules of dossier 3: windows of travel, home country, hotel, the dated tables."""

import os
from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from facility.contracts.rules import Rate, UnitCostKind
from facility.deployments.rules.fees import (
    TAIEX,
    NoPerDiem,
    Pay,
    Portion,
    Terms,
    Travel,
    Windows,
    check_travel,
    check_windows,
    planned,
    stated,
    terms_of,
)
from facility.refused import Refused

MONDAY, FRIDAY = date(2021, 10, 4), date(2021, 10, 8)
TERMS = Terms(Pay("AL"), MONDAY, Decimal("350.00"), Decimal("175.00"), Decimal("160.00"), TAIEX)


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock))


def test_the_budget_of_the_dossier() -> None:
    due = planned(TERMS, MONDAY, FRIDAY, "IT")
    assert (due.fee, due.per_diem, 2 * due.fee, 2 * due.per_diem) == (
        Decimal("1750.00"),
        Decimal("640.00"),
        Decimal("3500.00"),
        Decimal("1280.00"),
    )


@pytest.mark.parametrize(
    ("departs", "lands", "fee"),
    [
        ("14:00", "12:00", "1750.00"),
        ("14:01", "12:00", "1575.00"),
        ("18:30", "12:00", "1575.00"),
        ("18:31", "12:00", "1400.00"),
        ("09:00", "11:59", "1575.00"),
        ("09:00", "09:00", "1575.00"),
        ("09:00", "08:59", "1400.00"),
        ("18:31", "08:59", "1050.00"),
    ],
)
def test_a_day_of_travel_pays_by_the_hour_of_the_flight(departs: str, lands: str, fee: str) -> None:
    due = stated(TERMS, Travel(at(MONDAY, departs), at(FRIDAY, lands)), "IT")
    assert (due.fee, due.per_diem) == (Decimal(fee), Decimal("640.00"))


def test_a_late_departure_pays_what_an_administrator_says() -> None:
    terms = replace(TERMS, windows=replace(TAIEX, late=Portion.HALF))
    due = stated(terms, Travel(at(MONDAY, "20:00"), at(FRIDAY, "15:00")), "IT")
    assert due.fee == Decimal("1575.00")


def test_out_and_back_on_one_day_is_one_whole_day_without_a_night() -> None:
    due = stated(TERMS, Travel(at(MONDAY, "15:00"), at(MONDAY, "23:00")), "IT")
    assert (due.fee, due.per_diem) == (Decimal("350.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("pay", "last", "home", "why"),
    [
        (Pay("AL"), FRIDAY, "IT", None),
        (Pay("AL"), FRIDAY, "AL", NoPerDiem.HOME),
        (Pay("AL"), MONDAY, "IT", NoPerDiem.NO_NIGHT),
        (Pay("AL", Decimal("160.00")), FRIDAY, "IT", NoPerDiem.HOTEL),
    ],
)
def test_a_mission_without_a_per_diem_says_why(
    pay: Pay, last: date, home: str, why: NoPerDiem | None
) -> None:
    due = planned(replace(TERMS, pay=pay), MONDAY, last, home)
    assert (due.no_per_diem, bool(due.per_diem)) == (why, why is None)


def test_no_per_diem_in_the_home_country_and_a_hotel_is_taken_off() -> None:
    assert planned(TERMS, MONDAY, FRIDAY, "AL").per_diem == Decimal("0.00")
    hotel = replace(TERMS, pay=Pay("AL", Decimal("99.95")))
    assert planned(hotel, MONDAY, FRIDAY, "IT").per_diem == Decimal("240.20")


def independent(travel: Travel, home: str, hotel: int, night: int, day: int) -> int:
    """In cents, minute by minute of the clock: every calendar day that was touched, then what the flights take off."""
    nights, touched = 0, [travel.departed.date()]
    while touched[-1] < travel.landed.date():
        touched.append(touched[-1] + timedelta(days=1))
        nights += 1
    halves = 2 * len(touched)
    if nights:
        minutes = travel.departed.hour * 60 + travel.departed.minute
        halves -= (minutes > 14 * 60) + (minutes > 18 * 60 + 30)
        minutes = travel.landed.hour * 60 + travel.landed.minute
        halves -= (minutes < 12 * 60) + (minutes < 9 * 60)
    abroad = nights * (night - hotel) if home != "AL" else 0
    return halves * day // 2 + abroad


@given(
    st.datetimes(at(date(2021, 10, 3), "00:00"), at(MONDAY, "23:59")).map(lambda t: t.replace(second=0)),
    st.datetimes(at(FRIDAY, "00:00"), at(date(2021, 10, 9), "23:59")).map(lambda t: t.replace(second=0)),
    st.sampled_from(["AL", "IT"]),
    st.integers(0, 16_000),
    st.integers(0, 10_000).map(lambda cents: 16_000 + cents),
    st.integers(1, 40_000).map(lambda half: 2 * half),
)
@settings(max_examples=3000 if os.environ.get("HOSTILE") == "all" else 60)
def test_fees_equal_an_independent_computation(
    departed: datetime, landed: datetime, home: str, hotel: int, night: int, day: int
) -> None:
    travel = Travel(departed, landed)
    rates = {"day": day, "half_day": day // 2, "night": night}
    terms = replace(
        TERMS,
        pay=Pay("AL", Decimal(hotel) / 100),
        **{name: Decimal(cents) / 100 for name, cents in rates.items()},
    )
    assert stated(terms, travel, home).total * 100 == independent(travel, home, hotel, night, day)


def rate(
    kind: UnitCostKind, unit: str, amount: str, country: str | None = None, *, example: bool = False
) -> Rate:
    return Rate(uuid4(), kind, country, unit, Decimal(amount), date(2017, 3, 8), example, "A list")


RATES = [
    rate(UnitCostKind.FEE, "day", "350.00"),
    rate(UnitCostKind.FEE, "half day", "175.00"),
    rate(UnitCostKind.PER_DIEM, "Night", "160.00", example=True),
    rate(UnitCostKind.PER_DIEM, "night", "230.00", "IT"),
]


def test_the_terms_take_the_per_diem_of_the_place_before_the_general_one() -> None:
    italy, albania = (terms_of(Pay(code), RATES, TAIEX, MONDAY) for code in ("IT", "AL"))
    assert (italy.night, italy.example) == (Decimal("230.00"), False)
    assert (albania.night, albania.example) == (Decimal("160.00"), True)


def test_terms_need_every_rate_and_a_hotel_takes_off_no_more_than_the_per_diem() -> None:
    for rates, pay, code in (
        (RATES[1:], Pay("IT"), "rate_missing"),
        (RATES[:3], Pay("AL", Decimal("160.01")), "hotel_above_per_diem"),
    ):
        with pytest.raises(Refused) as refused:
            terms_of(pay, rates, TAIEX, MONDAY)
        assert refused.value.codes == (code,)


@pytest.mark.parametrize(
    ("departed", "landed", "codes"),
    [
        ("2021-10-03T20:00", "2021-10-09T01:00", ()),
        ("2021-10-02T20:00", "2021-10-08T15:00", ("departure_elsewhere",)),
        ("2021-10-05T20:00", "2021-10-10T15:00", ("departure_elsewhere", "landing_elsewhere")),
        ("2021-10-04T08:00", "2021-10-07T15:00", ("landing_elsewhere",)),
    ],
)
def test_travel_goes_with_the_booked_days(departed: str, landed: str, codes: tuple[str, ...]) -> None:
    travel = Travel(datetime.fromisoformat(departed), datetime.fromisoformat(landed))
    with pytest.raises(Refused) if codes else nullcontext() as refused:
        check_travel(travel, MONDAY, FRIDAY)
    assert (refused.value.codes if refused else ()) == codes


def test_nobody_lands_before_they_leave() -> None:
    with pytest.raises(Refused) as refused:
        check_travel(Travel(at(MONDAY, "15:00"), at(MONDAY, "09:00")), MONDAY, MONDAY)
    assert refused.value.codes == ("landing_first",)


def test_windows_follow_each_other() -> None:
    for windows, field in (
        (replace(TAIEX, half_until=time(13)), "half_until"),
        (replace(TAIEX, half_before=time(8)), "half_before"),
    ):
        with pytest.raises(Refused) as refused:
            check_windows(windows)
        assert [(reason.code, reason.field) for reason in refused.value.reasons] == [("windows_order", field)]
    check_windows(Windows(time(14), time(14), Portion.HALF, time(9), time(9), Portion.HALF))
