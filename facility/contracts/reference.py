"""The action's agreements as the reference data tell them (dossier 1b)."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

REFERENCE = Path(__file__).parent.parent / "data" / "reference.json"
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
