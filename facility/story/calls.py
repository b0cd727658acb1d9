"""What a call of a story says where the story says nothing else, and the money that it draws on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from facility.calls.rules.call import CallDraft, Grid
from facility.calls.rules.scoring import Section
from facility.contracts.service.money import open_contract, open_envelope
from facility.db import Tx

SECTIONS = (
    Section("capacity", "Financial and operational capacity", 20),
    Section("relevance", "Relevance of the action", 20),
    Section("design", "Design of the action", 15),
    Section("implementation", "Implementation approach", 15),
    Section("sustainability", "Sustainability of the action", 15),
    Section("cost_effectiveness", "Budget and cost-effectiveness", 15),
)
GRID = Grid(
    sections=SECTIONS,
    thresholds={"capacity": Decimal(12), "total": Decimal(60)},
    min_assessments=2,
    tie_break=("relevance", "design", "beneficiaries", "received_at"),
)
SHORT_GRID = Grid(
    sections=(
        Section("capacity", "Financial and operational capacity", 20),
        Section("relevance", "Relevance", 80),
    ),
    thresholds={"capacity": Decimal(12), "total": Decimal(60)},
    min_assessments=2,
    tie_break=("relevance", "beneficiaries", "received_at"),
)
"""Two sections, where a story is not about scores."""


def points(*given: int) -> dict[str, Decimal]:
    """Scores by the sections of `GRID`, in their order."""
    return {section.key: Decimal(score) for section, score in zip(SECTIONS, given, strict=True)}


_OVER = datetime(2021, 7, 30, 10, tzinfo=UTC)
CALL = CallDraft(
    reference="",
    title="Joint initiatives",
    text="What we look for.",
    opens_at=_OVER,
    closes_at=_OVER,
    envelope_id=UUID(int=0),
    amount=Decimal("100000.00"),
    award_min=Decimal("5000.00"),
    award_max=Decimal("60000.00"),
    min_beneficiaries=2,
    grid=GRID,
)
"""To be replaced in it: reference, envelope_id, opens_at and closes_at, and what the story is about."""


ONLY_EU = (("EU", Decimal("900000.00")),)


async def enter_money(
    tx: Tx,
    amount: str = "100000.00",
    name: str = "Facility",
    *,
    contract: str = "CA1",
    donors: Sequence[tuple[str, Decimal]] = ONLY_EU,
) -> UUID:
    """An envelope of a contract of its own."""
    made = await open_contract(tx, reference=contract, counterpart="GIZ", donors=donors)
    return (await open_envelope(tx, contract_id=made.id, name=name, amount=Decimal(amount))).id
