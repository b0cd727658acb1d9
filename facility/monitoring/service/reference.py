"""The action's results and indicators as the reference data tell them (dossier 1c, 1d)."""

from decimal import Decimal
from typing import Any

import msgspec

from facility.data import DATA

REFERENCE = DATA / "reference.json"


class ReferenceResult(msgspec.Struct, frozen=True):
    """A result: "R10", the number of its component, its title, who leads on it."""

    id: str
    component: int
    title: str
    lead: list[str]


class Baseline(msgspec.Struct, frozen=True):
    """Where an indicator stood before the action."""

    year: int
    value: Decimal


class ReferenceIndicator(msgspec.Struct, frozen=True):
    """An indicator: "10.1", its unit, where it stood, and what it is to reach by the end of 2021 and of 2023."""

    id: str
    name: str
    unit: str
    baseline: Baseline
    target_2021: Decimal
    target_2023: Decimal
    source: str
    note: str | None

    @property
    def result(self) -> str:
        """The result that it measures: the part of its number before the dot."""
        return f"R{self.id.partition('.')[0]}"

    @property
    def targets(self) -> dict[int, Decimal]:
        return {2021: self.target_2021, 2023: self.target_2023}


class ReferenceData(msgspec.Struct, frozen=True):
    """What of the reference data this room reads. `components`: names by number."""

    results: list[ReferenceResult]
    indicators: list[ReferenceIndicator]
    components: dict[str, str]


def reference_data() -> ReferenceData:
    """Results and indicators in the order of the reference data."""
    data: dict[str, Any] = msgspec.json.decode(REFERENCE.read_bytes())
    return msgspec.convert(data, ReferenceData, strict=False)
