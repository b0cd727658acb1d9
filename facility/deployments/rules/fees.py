"""What a mission pays an expert (dossier 3): a fee for each day, less for a day of travel by its hour, and a per diem for each night
abroad. All amounts are EUR. Times are those of the clock at the airport, so they have no zone."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Literal

import msgspec

from facility.contracts.rules import Rate, UnitCostKind
from facility.refused import Reason, refuse, refuse_if

NOTHING = Decimal("0.00")


class Portion(StrEnum):
    """How much of a day's fee a day of travel pays."""

    WHOLE = "whole"
    HALF = "half"
    NONE = "none"


class Windows(msgspec.Struct, frozen=True):
    """What a day of travel pays. On the way out, a departure up to `whole_until` pays a whole day, one up to `half_until` half a day, a
    later one `late`. On the way back, a landing before `early_before` pays `early`, one before `half_before` half a day, a later one a
    whole day."""

    whole_until: time
    half_until: time
    late: Portion
    early_before: time
    half_before: time
    early: Portion

    def out(self, departs: time) -> Portion:
        """What the day of the outbound flight pays."""
        if departs <= self.whole_until:
            return Portion.WHOLE
        return Portion.HALF if departs <= self.half_until else self.late

    def back(self, lands: time) -> Portion:
        """What the day of the return flight pays."""
        if lands < self.early_before:
            return self.early
        return Portion.HALF if lands < self.half_before else Portion.WHOLE


TAIEX = Windows(
    whole_until=time(14),
    half_until=time(18, 30),
    late=Portion.NONE,
    early_before=time(9),
    half_before=time(12),
    early=Portion.NONE,
)
"""The windows at the start (dossier 3)."""
TAIEX_FROM = date(2017, 3, 8)


def check_windows(windows: Windows) -> None:
    """Refused (invalid): "windows_order" where a whole day would end after half a day does, or half a day before it begins."""
    if windows.half_until < windows.whole_until:
        refuse("windows_order", kind="invalid", field="half_until")
    if windows.half_before < windows.early_before:
        refuse("windows_order", kind="invalid", field="half_before")


class Cancellation(msgspec.Struct, frozen=True):
    """Where the facility or the lead cancels a booking fewer than `days` days before the first day, `percent` of the fee of the booked days
    is due to the expert. An expert who cancels gets nothing."""

    days: int
    percent: int


class Pay(msgspec.Struct, frozen=True):
    """What a request says about pay: the country of the place, what is taken off each night's per diem for a hotel that is provided,
    what the planned days of travel pay, and what a cancellation does; None: nothing."""

    country: str
    hotel: Decimal = NOTHING
    out: Portion = Portion.WHOLE
    back: Portion = Portion.WHOLE
    cancellation: Cancellation | None = None


class Terms(msgspec.Struct, frozen=True):
    """The pay of a request, with the rates and windows that were in force on the day `on`. example: a rate stands in no list."""

    pay: Pay
    on: date
    day: Decimal
    half_day: Decimal
    night: Decimal
    windows: Windows
    example: bool = False


def terms_of(pay: Pay, rates: Iterable[Rate], windows: Windows, on: date) -> Terms:
    """Freeze what is in force. The per diem of the place's own list goes before the one for anywhere; what a hotel takes off is at most
    the per diem. Refused (invalid): "rate_missing", "hotel_above_per_diem"."""
    known = list(rates)
    day, half_day = (_rate(known, UnitCostKind.FEE, unit, None) for unit in ("day", "half day"))
    night = _rate(known, UnitCostKind.PER_DIEM, "night", pay.country)
    if day is None or half_day is None or night is None:
        refuse("rate_missing", kind="invalid", field="country")
    if pay.hotel > night.amount:
        refuse("hotel_above_per_diem", kind="invalid", field="hotel")
    example = day.illustrative or half_day.illustrative or night.illustrative
    return Terms(pay, on, day.amount, half_day.amount, night.amount, windows, example)


def _rate(rates: Iterable[Rate], kind: UnitCostKind, unit: str, country: str | None) -> Rate | None:
    fitting = [rate for rate in rates if rate.kind is kind and rate.unit.casefold() == unit]
    own = [rate for rate in fitting if rate.country is not None and rate.country == country]
    return next(iter([*own, *(rate for rate in fitting if rate.country is None)]), None)


class Travel(msgspec.Struct, frozen=True):
    """When an expert left home and landed there again."""

    departed: datetime
    landed: datetime


class Line(msgspec.Struct, frozen=True):
    """So many days, half days or nights at a rate."""

    kind: Literal["day", "half_day", "night"]
    count: int
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        return self.count * self.rate


class NoPerDiem(StrEnum):
    """Why a mission pays no per diem."""

    HOME = "home"
    NO_NIGHT = "no_night"
    HOTEL = "hotel"


class Due(msgspec.Struct, frozen=True):
    """What a mission pays, line by line. no_per_diem: None where it pays one."""

    lines: tuple[Line, ...]
    no_per_diem: NoPerDiem | None = None

    @property
    def fee(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.kind != "night"), NOTHING)

    @property
    def per_diem(self) -> Decimal:
        return sum((line.amount for line in self.lines if line.kind == "night"), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.fee + self.per_diem


def planned(terms: Terms, first: date, last: date, home: str) -> Due:
    """For travel on the first and the last day, as the request plans it. home: the country the expert comes from."""
    return _due(terms, (last - first).days, terms.pay.out, terms.pay.back, home)


class Owed(msgspec.Struct, frozen=True):
    """What a cancellation makes due. days_before: days from the cancellation to the first day, below 0 once it has begun; booked: the fee of
    the booked days; fee: the share of it that is due."""

    days_before: int
    percent: int
    booked: Decimal
    fee: Decimal


def owed(terms: Terms, first: date, last: date, on: date) -> Owed | None:
    """For a booking from the first to the last day that the facility or the lead cancels on this day; None where nothing is due. The fee is
    that of the planned travel, and no per diem: nobody was away. Rounded to the cent, half a cent up."""
    rule = terms.pay.cancellation
    days_before = (first - on).days
    if rule is None or days_before >= rule.days or on > last:
        return None
    booked = planned(terms, first, last, terms.pay.country).fee
    fee = (booked * rule.percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Owed(days_before, rule.percent, booked, fee)


def stated(terms: Terms, travel: Travel, home: str) -> Due:
    """For the hours that the expert stated."""
    nights = (travel.landed.date() - travel.departed.date()).days
    out, back = terms.windows.out(travel.departed.time()), terms.windows.back(travel.landed.time())
    return _due(terms, nights, out, back, home)


def _due(terms: Terms, nights: int, out: Portion, back: Portion, home: str) -> Due:
    """Out and back on one day is one whole day. No per diem in the home country."""
    days = [out, *[Portion.WHOLE] * (nights - 1), back] if nights else [Portion.WHOLE]
    at_home = home == terms.pay.country
    lines = (
        Line("day", days.count(Portion.WHOLE), terms.day),
        Line("half_day", days.count(Portion.HALF), terms.half_day),
        Line("night", 0 if at_home else nights, terms.night - terms.pay.hotel),
    )
    return Due(tuple(line for line in lines if line.count), _no_per_diem(terms, nights, at_home=at_home))


def _no_per_diem(terms: Terms, nights: int, *, at_home: bool) -> NoPerDiem | None:
    if at_home:
        return NoPerDiem.HOME
    if not nights:
        return NoPerDiem.NO_NIGHT
    return NoPerDiem.HOTEL if terms.pay.hotel == terms.night else None


def check_travel(travel: Travel, first: date, last: date) -> None:
    """Whoever is booked from the first to the last day leaves home on the first day or the day before, and is back on the last day or
    the day after. Refused (invalid): "departure_elsewhere", "landing_elsewhere", "landing_first"."""
    day = timedelta(days=1)
    mistakes = []
    if not first - day <= travel.departed.date() <= first:
        mistakes.append(Reason("departure_elsewhere", "departed"))
    if not last <= travel.landed.date() <= last + day:
        mistakes.append(Reason("landing_elsewhere", "landed"))
    elif travel.landed <= travel.departed:
        mistakes.append(Reason("landing_first", "landed"))
    refuse_if(mistakes)
