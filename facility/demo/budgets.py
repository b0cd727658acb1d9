"""Activities and budgets of the demo: the worked example of the dossier (9), and plain ones."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.applications.models.application import Party
from facility.applications.rules.activities import ActivityKind, Plan
from facility.applications.rules.budget import BudgetLine
from facility.applications.service.budget import save_budget
from facility.applications.service.plan import add_activity
from facility.calls.rules.forms import FormDefinition, FormSection, SectionKind
from facility.calls.rules.presets import PLAIN
from facility.contracts.rules import UnitCostKind
from facility.db import Tx, new_id

K = UnitCostKind
BY_LINES = FormDefinition(
    (
        *PLAIN.sections[:-1],
        FormSection(key="activities", title="Activities", kind=SectionKind.ACTIVITIES),
        FormSection(key="budget", title="Budget", kind=SectionKind.BUDGET),
        PLAIN.sections[-1],
    )
)
"""The form of a plain call that also asks for activities one by one and a budget by lines."""


class Row(msgspec.Struct, frozen=True):
    """A line: what, which category, whose (by place among the parties), for which activity, and the figures."""

    what: str
    category: UnitCostKind
    party: int
    activity: int
    quantity: int
    units: int
    unit: str
    cost: str


WORKED = (
    Row("Fees of two experts", K.FEE, 0, 0, 2, 5, "days", "350.00"),
    Row("Per diem of the experts", K.PER_DIEM, 0, 0, 2, 4, "nights", "160.00"),
    Row("Flights of the experts", K.TRAVEL, 0, 0, 2, 1, "", "420.00"),
    Row("Bus for participants", K.TRAVEL, 1, 0, 16, 1, "", "60.00"),
    Row("Per diem of the participants", K.PER_DIEM, 1, 0, 16, 3, "nights", "160.00"),
    Row("Venue and interpretation", K.VENUE, 0, 0, 3, 1, "days", "1900.00"),
    Row("Visibility", K.VISIBILITY, 0, 0, 1, 1, "", "400.00"),
    Row("Flights to Rome", K.TRAVEL, 2, 1, 9, 1, "", "380.00"),
    Row("Per diem in Rome", K.PER_DIEM, 2, 1, 9, 4, "nights", "230.00"),
    Row("Host fee", K.HOST_FEE, 2, 1, 3, 1, "days", "350.00"),
)
"""33 110.00 and 7 % of it: 35 427.70."""


def plain(amounts: Sequence[str]) -> tuple[Row, ...]:
    """A workshop for which each party asks for these amounts (EUR), without indirect costs."""
    rows = []
    for party, amount in enumerate(amounts):
        travel = (Decimal(amount) * 2 / 5).quantize(Decimal("0.01"))
        rows += [
            Row("Travel of its participants", K.TRAVEL, party, 0, 1, 1, "", str(travel)),
            Row("Venue and interpretation", K.VENUE, party, 0, 1, 1, "", str(Decimal(amount) - travel)),
        ]
    return tuple(rows)


async def write_plan(tx: Tx, application_id: UUID, rows: Sequence[Row], month: date) -> None:
    """A workshop in that month, a study trip where a row is for one, and the lines."""
    query = select(Party.id).where(Party.application_id == application_id, Party.on_board)
    parties = (await tx.session.scalars(query.order_by(Party.position))).all()
    workshop = Plan(
        kind=ActivityKind.WORKSHOP,
        title="Workshop on tracing",
        place="Tirana",
        country="AL",
        days=3,
        month=month,
        purpose="Investigators of the parties agree on one procedure and try it on made-up cases.",
        people=dict.fromkeys(parties, 8),
    )
    plans = [workshop]
    if any(row.activity for row in rows):
        trip = msgspec.structs.replace(
            workshop,
            kind=ActivityKind.STUDY_TRIP,
            title="Study trip to a national ballistics centre",
            place="Rome",
            country="IT",
            days=4,
            purpose="They see how a national centre answers requests from abroad within a day.",
            people=dict.fromkeys(parties, 3),
        )
        plans.append(trip)
    planned = [(await add_activity(tx, application_id, plan)).id for plan in plans]
    lines = [_line(row, parties, planned) for row in rows]
    percent = Decimal(7) if rows == WORKED else Decimal(0)
    await save_budget(tx, application_id, lines, indirect_percent=percent)


def _line(row: Row, parties: Sequence[UUID], planned: Sequence[UUID]) -> BudgetLine:
    return BudgetLine(
        id=new_id(),
        party=parties[row.party],
        activity=planned[row.activity],
        category=row.category,
        description=row.what,
        quantity=Decimal(row.quantity),
        units=Decimal(row.units),
        unit=row.unit,
        unit_cost=Decimal(row.cost),
    )
