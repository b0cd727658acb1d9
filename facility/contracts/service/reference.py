"""The action's agreements as the reference data tell them (dossier 1b), and the unit costs that are known (2d, 3)."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from facility.contracts.rules import UnitCostKind, UnitCostRow
from facility.data import DATA

REFERENCE = DATA / "reference.json"
_DERIVED = " (derived)"


class Share(msgspec.Struct, frozen=True):
    """What one donor agreed to, in EUR, and what was signed in the end (None: not known).

    `derived`: the amount stands in no source and was worked out from the agreement's total.
    """

    name: str
    amount: Decimal
    signed: Decimal | None = None
    derived: bool = False


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement with its donors, the European Union first. `results`: what it serves ("R10")."""

    reference: str
    counterpart: str
    instrument: str = "contribution_agreement"
    mode: str = "indirect"
    sub_grant: str | None = None
    results: tuple[str, ...] = ()
    signed_from: date | None = None
    signed_until: date | None = None
    shares: tuple[Share, ...]


def agreements() -> list[Agreement]:
    """Every agreement of the action, in the order of the reference data."""
    data = json.loads(REFERENCE.read_text("utf-8"))
    signed = {entry["id"]: entry for entry in data["contracts_as_signed"]}
    return [_agreement(entry, signed.get(entry["id"])) for entry in data["contracts"]]


def _agreement(entry: dict[str, Any], signed: dict[str, Any] | None) -> Agreement:
    return Agreement(
        reference=entry["id"],
        counterpart=entry["counterpart"],
        instrument=entry["instrument"],
        mode=entry["mode"],
        sub_grant=entry.get("sub_grant"),
        results=tuple(entry["results_inferred"]),
        signed_from=_first_day(signed["start"]) if signed else None,
        signed_until=_last_day(signed["end"]) if signed else None,
        shares=tuple(_shares(entry, signed)),
    )


def _shares(entry: dict[str, Any], signed: dict[str, Any] | None) -> list[Share]:
    """The planned amounts beside the signed ones; the reference data list both in the same order."""
    planned = [("EU", entry["eu"]), *((share["by"], share["amount"]) for share in entry["cofinancing"])]
    later = [signed["eu"], *(share["amount"] for share in signed["cofinancing"])] if signed else []
    return [
        Share(
            name=name.removesuffix(_DERIVED),
            amount=Decimal(amount).quantize(Decimal("0.01")),
            signed=Decimal(later[i]).quantize(Decimal("0.01")) if later else None,
            derived=name.endswith(_DERIVED),
        )
        for i, (name, amount) in enumerate(planned)
    ]


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _last_day(month: str) -> date:
    return (_first_day(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


_TAIEX = date(2017, 3, 8)
"""From this day on TAIEX pays experts 350 a day, and half of it for a part of a day (dossier 3)."""
_PER_DIEM_LIST = date(2017, 3, 17)
"""The first of the lists of per diems (dossier 2d); their figures are not known here."""

UNIT_COSTS = (
    UnitCostRow(
        kind=UnitCostKind.FEE,
        country=None,
        unit="day",
        amount=Decimal("350.00"),
        valid_from=_TAIEX,
        source="TAIEX, flat allowance since 8 March 2017",
    ),
    UnitCostRow(
        kind=UnitCostKind.FEE,
        country=None,
        unit="half day",
        amount=Decimal("175.00"),
        valid_from=_TAIEX,
        source="TAIEX, travel days with a flight after 14:00 or back before 12:00",
    ),
    UnitCostRow(
        kind=UnitCostKind.HOST_FEE,
        country=None,
        unit="day",
        amount=Decimal("350.00"),
        valid_from=_TAIEX,
        source="TAIEX, host fee of study visits",
    ),
    UnitCostRow(
        kind=UnitCostKind.PER_DIEM,
        country=None,
        unit="night",
        amount=Decimal("160.00"),
        valid_from=_PER_DIEM_LIST,
        source="An example. Enter the rates of the list in force",
        illustrative=True,
    ),
    UnitCostRow(
        kind=UnitCostKind.PER_DIEM,
        country="IT",
        unit="night",
        amount=Decimal("230.00"),
        valid_from=_PER_DIEM_LIST,
        source="An example. Enter the rates of the list in force",
        illustrative=True,
    ),
)
"""What the tables hold at the start."""
