"""What money there is: envelopes, and commitments shared among donors (scenarios/README, budget)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec

from facility.money import format_eur, split
from facility.refused import Reason, refuse


class Donor(msgspec.Struct, frozen=True):
    """A donor of a contribution agreement with the amount in EUR that it agreed to, which is its weight."""

    name: str
    amount: Decimal


def donor_split(amount: Decimal, donors: Sequence[Donor]) -> dict[str, Decimal]:
    """The amount in EUR by donor: in proportion, by largest remainder to the cent, the first listed before."""
    parts = split(amount, [donor.amount for donor in donors])
    return {donor.name: part for donor, part in zip(donors, parts, strict=True)}


def rebook(old: Decimal, new: Decimal, donors: Sequence[Donor]) -> dict[str, Decimal]:
    """What to book per donor, in EUR, when a commitment changes: the new split less the old one."""
    before, after = donor_split(old, donors), donor_split(new, donors)
    return {name: after[name] - before[name] for name in after}


def free(envelope: Decimal, commitments: Iterable[Decimal]) -> Decimal:
    """What is left of an envelope, in EUR."""
    return envelope - sum(commitments, Decimal("0.00"))


def may_commit(amount: Decimal, free_amount: Decimal) -> None:
    """A commitment fits what is free (Refused "envelope_exceeded")."""
    if not 0 <= amount <= free_amount:
        refuse("envelope_exceeded", free=format_eur(free_amount), amount=format_eur(amount))


def shared_anew(booked: dict[str, Decimal], donors: Sequence[Donor]) -> dict[str, Decimal]:
    """What to book per donor, in EUR, so that what is booked is shared by these donors' amounts."""
    parts = donor_split(sum(booked.values(), Decimal("0.00")), donors)
    return {name: part - booked.get(name, Decimal("0.00")) for name, part in parts.items()}


def may_set_aside(amount: Decimal, *, committed: Decimal, other_envelopes: Decimal, agreed: Decimal) -> None:
    """An envelope may be this large: what is committed fits in it, and all envelopes fit what the donors agreed to.

    All in EUR; raises Refused (invalid, at the field "amount"): "negative", "below_committed", "above_agreed".
    """
    if not amount >= 0:
        refuse("negative", kind="invalid", field="amount")
    if amount < committed:
        refuse("below_committed", kind="invalid", field="amount", committed=format_eur(committed))
    if amount + other_envelopes > agreed:
        left = max(agreed - other_envelopes, Decimal("0.00"))
        refuse("above_agreed", kind="invalid", field="amount", left=format_eur(left))


def donor_mistakes(donors: Sequence[Donor]) -> list[Reason]:
    """What is wrong with an agreement's donors: names that don't differ, amounts that sum to nothing."""
    mistakes = [
        Reason("negative", f"donors.{i}.amount") for i, donor in enumerate(donors) if not donor.amount >= 0
    ]
    if len({donor.name for donor in donors}) < len(donors):
        mistakes.append(Reason("donor_twice", "donors"))
    if not sum(donor.amount for donor in donors) > 0:
        mistakes.append(Reason("no_money", "donors"))
    return mistakes


class UnitCostKind(StrEnum):
    """What a unit cost is for; the categories of a budget's lines are these."""

    FEE = "fee"
    PER_DIEM = "per_diem"
    TRAVEL = "travel"
    VENUE = "venue"
    INTERPRETATION = "interpretation"
    HOST_FEE = "host_fee"
    VISIBILITY = "visibility"
    OTHER = "other"


class Rate(msgspec.Struct, frozen=True):
    """What one unit may cost on a day, in EUR, and the list that says so (source); country: None for any."""

    id: UUID
    kind: UnitCostKind
    country: str | None
    unit: str
    amount: Decimal
    valid_from: date
    illustrative: bool
    source: str


def ceiling(rates: Iterable[Rate], kind: UnitCostKind, country: str | None) -> Decimal | None:
    """The most that one unit of this kind may cost there, in EUR; None where no rate says. A country's own rates go
    before those for anywhere."""
    fitting = [rate for rate in rates if rate.kind is kind and rate.country in (None, country)]
    own = [rate.amount for rate in fitting if rate.country is not None]
    return max(own or [rate.amount for rate in fitting], default=None)


class UnitCostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a dated table: from this day on, one unit costs at most so much (EUR). country: None for any.

    reason: why a row of the same day is replaced. illustrative: the figure stands in no list.
    """

    kind: UnitCostKind
    country: str | None
    unit: str
    amount: Decimal
    valid_from: date
    source: str
    reason: str = ""
    illustrative: bool = False

    @property
    def place(self) -> tuple[UnitCostKind, str | None, str, date]:
        """What a second row may not share without a reason."""
        return self.kind, self.country, self.unit.casefold(), self.valid_from


def unit_cost_mistakes(
    rows: Sequence[UnitCostRow], known: Collection[tuple[UnitCostKind, str | None, str, date]]
) -> Iterator[tuple[int, Reason]]:
    """What is wrong with rows to enter, each with the row's number: nothing is overwritten in silence.

    known: the places of the rows that are there.
    """
    count = Counter(row.place for row in rows)
    for number, row in enumerate(rows):
        if count[row.place] > 1:
            yield number, Reason("unit_cost_twice", "valid_from")
        elif row.place in known and not row.reason.strip():
            yield number, Reason("unit_cost_reason_missing", "reason")
