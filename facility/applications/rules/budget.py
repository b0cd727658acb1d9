"""What it costs: lines, sums to the cent, the flat rate for indirect costs, and what stands against a budget (dossier 2d)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.calls.rules.forms import FormSection
from facility.contracts.rules import Rate, UnitCostKind, ceiling
from facility.money import from_cents, split, to_cents, to_the_cent
from facility.refused import Reason
from facility.zone import BRUSSELS

MAX_LINES = 100
TOO_MANY_LINES = Reason("too_many_lines", "", {"most": str(MAX_LINES)})
"""Why a budget that is full gets no other line."""
MAX_QUANTITY = Decimal("99999.99")
MAX_UNIT_COST = Decimal("9999999.99")
MAX_LINE = Decimal("999999999.99")
MAX_DESCRIPTION, MAX_UNIT, MAX_LINE_REASON = 300, 40, 1000
NOTHING = Decimal("0.00")


class BudgetLine(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity, a number of units for each and a cost per unit (EUR): 2 experts, 5 days, 350. rate: the row of the
    dated tables that was taken, with its amount then as `ceiling`; without one, what the tables allow. reason: why it
    costs more."""

    id: UUID
    party: UUID
    activity: UUID | None
    category: UnitCostKind
    description: str
    quantity: Decimal
    units: Decimal
    unit: str
    unit_cost: Decimal
    rate: UUID | None = None
    ceiling: Decimal | None = None
    reason: str = ""

    @property
    def amount(self) -> Decimal:
        """What the line comes to, in EUR, rounded half up: each line by itself, so that a sum is that of what is shown."""
        return to_the_cent(self.quantity * self.units * self.unit_cost)

    @property
    def unexplained(self) -> bool:
        """Whether it is above the ceiling and nobody says why."""
        return self.ceiling is not None and self.unit_cost > self.ceiling and not self.reason.strip()


class Sum(msgspec.Struct, frozen=True):
    """Direct costs and their share of the indirect ones, in EUR."""

    direct: Decimal = NOTHING
    indirect: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.direct + self.indirect


class Totals(msgspec.Struct, frozen=True):
    """A budget added up, in EUR. Each breakdown sums to the whole, to the cent; cells: direct costs by activity and party."""

    whole: Sum
    by_party: dict[UUID, Sum]
    by_activity: dict[UUID | None, Sum]
    by_category: dict[UnitCostKind, Sum]
    cells: dict[tuple[UUID | None, UUID], Decimal]


def add_up(lines: Iterable[BudgetLine], parties: Sequence[UUID], indirect_percent: Decimal) -> Totals:
    """Add up the lines of these parties, who are on board; lines of others don't count.

    Indirect costs are the percentage of all direct costs, rounded half up once, and divided in proportion to the
    direct costs by largest remainder, the party (activity, category) listed first before.
    """
    counted = [line for line in lines if line.party in parties]
    direct = sum((line.amount for line in counted), NOTHING)
    indirect = to_the_cent(direct * indirect_percent / 100)
    spent = _grouped(counted, lambda line: line.party)
    spent_on = _grouped(counted, lambda line: line.category)
    by_party = {party: spent.get(party, NOTHING) for party in parties}
    return Totals(
        whole=Sum(direct, indirect),
        by_party=_shared(by_party, indirect),
        by_activity=_shared(_grouped(counted, lambda line: line.activity), indirect),
        by_category=_shared({kind: spent_on[kind] for kind in UnitCostKind if kind in spent_on}, indirect),
        cells=_grouped(counted, lambda line: (line.activity, line.party)),
    )


def shares[Party: Hashable](
    spent: Mapping[Party, Decimal], parties: Sequence[Party], indirect_percent: Decimal
) -> dict[Party, Decimal]:
    """What each of these parties asks for, in EUR: its direct costs and its share of the indirect ones."""
    direct = {party: spent.get(party, NOTHING) for party in parties}
    indirect = to_the_cent(sum(direct.values(), NOTHING) * indirect_percent / 100)
    return {party: share.total for party, share in _shared(direct, indirect).items()}


def _grouped[Group: Hashable](
    lines: Iterable[BudgetLine], by: Callable[[BudgetLine], Group]
) -> dict[Group, Decimal]:
    cents: dict[Group, int] = defaultdict(int)
    for line in lines:
        cents[by(line)] += to_cents(line.amount)
    return {group: from_cents(amount) for group, amount in cents.items()}


def _shared[Group](direct: dict[Group, Decimal], indirect: Decimal) -> dict[Group, Sum]:
    if not any(direct.values()):
        return {group: Sum(amount) for group, amount in direct.items()}
    shares = split(indirect, list(direct.values()))
    return {group: Sum(amount, share) for (group, amount), share in zip(direct.items(), shares, strict=True)}


def rates_day(section: FormSection, published_at: datetime | None, now: datetime) -> date:
    """The day whose rates count: the one that the call names, else that of its publication, in Brussels."""
    return section.rates_on or (published_at or now).astimezone(BRUSSELS).date()


def may_take_rate(rate: Rate, category: UnitCostKind, country: str | None) -> str | None:
    """The code of what is wrong with taking this rate for a line of this category there; None where nothing is."""
    if rate.kind is not category:
        return "rate_of_another_category"
    if rate.country is not None and country is not None and rate.country != country:
        return "rate_of_another_country"
    return None


def lines_left(count: int) -> int:
    """How many more lines fit into a budget of so many; less than none where these are too many."""
    return MAX_LINES - count


def ceiling_of(
    rates: Iterable[Rate], taken: Rate | None, category: UnitCostKind, country: str | None
) -> Decimal | None:
    """What one unit of a line may cost, in EUR: the rate that was taken, or what the tables allow."""
    return taken.amount if taken else ceiling(rates, category, country)


def line_mistakes(
    line: BudgetLine, *, parties: Collection[UUID], countries: Mapping[UUID, str], rates: Mapping[UUID, Rate]
) -> Iterator[tuple[str, str]]:
    """What can't be kept of a line, as fields with the codes of what is wrong.

    parties: those of the application, also one that left, whose lines don't count; countries: of each activity;
    rates: those that may be taken.
    """
    if line.amount > MAX_LINE:
        yield "quantity", "line_too_large"
    if line.party not in parties:
        yield "party", "party_unknown"
    if line.activity and line.activity not in countries:
        yield "activity", "activity_unknown"
    if line.rate:
        rate = rates.get(line.rate)
        country = countries.get(line.activity) if line.activity else None
        code = may_take_rate(rate, line.category, country) if rate else "rate_unknown"
        if code:
            yield "rate", code
