"""What an application plans and what it costs, as commands, pages and documents read it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.rules.activities import Planned
from facility.applications.rules.budget import BudgetLine, Totals, add_up
from facility.contracts.queries import rates_on
from facility.contracts.rules import Rate, UnitCostKind


class BudgetLineShown(BudgetLine, frozen=True, kw_only=True):
    """A line of the budget, with the day from which the rate is valid that was taken, and the list that it stands in."""

    rate_from: date | None = None
    rate_source: str | None = None


class PlanShown(msgspec.Struct, frozen=True):
    """Activities in their order, lines in theirs, and the percentage for indirect costs; budget_version: how often the budget was saved."""

    activities: tuple[Planned, ...] = ()
    lines: tuple[BudgetLineShown, ...] = ()
    indirect_percent: Decimal | None = None
    budget_version: int = 0

    @property
    def percent(self) -> Decimal:
        """Indirect costs in percent of the direct ones; none as long as nothing was saved."""
        return self.indirect_percent or Decimal("0.00")

    def activity(self, activity_id: UUID | None) -> Planned | None:
        """The activity with this id."""
        return next((activity for activity in self.activities if activity.id == activity_id), None)

    def totals(self, parties: Sequence[UUID]) -> Totals:
        """The budget of these parties, who are on board, added up."""
        return add_up(self.lines, parties, self.percent)


PLAN = """
        (SELECT jsonb_build_object(
            'activities', (SELECT coalesce(jsonb_agg(to_jsonb(planned_activity) || jsonb_build_object('people',
                (SELECT coalesce(jsonb_object_agg(party_id, people), '{}') FROM planned_people
                 WHERE activity_id = planned_activity.id)) ORDER BY position), '[]')
                FROM planned_activity WHERE application_id = :id),
            'lines', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', budget_line.id, 'party', party_id,
                'activity', activity_id, 'category', category, 'description', description,
                'quantity', quantity::text, 'units', units::text, 'unit', budget_line.unit,
                'unit_cost', unit_cost::text, 'rate', unit_cost_id, 'ceiling', ceiling::text,
                'reason', budget_line.reason, 'rate_from', valid_from, 'rate_source', source) ORDER BY position), '[]')
                FROM budget_line LEFT JOIN unit_cost ON unit_cost.id = unit_cost_id
                WHERE application_id = :id),
            'indirect_percent', (SELECT indirect_percent::text FROM budget WHERE application_id = :id),
            'budget_version', (SELECT coalesce(max(version), 0) FROM budget WHERE application_id = :id))) AS plan
"""
"""The column `plan` of a statement about the application :id; a PlanShown as JSON, with amounts as text."""

_PLAN = text(f"SELECT {PLAN}")


async def plan_of(connection: AsyncConnection, application_id: UUID) -> PlanShown:
    """The activities and the budget of an application; nothing where it has none."""
    row = (await connection.execute(_PLAN, {"id": application_id})).one()
    return msgspec.convert(row.plan, PlanShown, strict=False)


_TAKEN = text(
    """
    SELECT id, kind, country, unit, amount, valid_from, illustrative, source FROM unit_cost
    WHERE id IN (SELECT unit_cost_id FROM budget_line WHERE application_id = :id)
    """
)


async def rates_for(
    connection: AsyncConnection, application_id: UUID, day: date
) -> tuple[list[Rate], dict[UUID, Rate]]:
    """The rates in force on the day; and by id all that a line may take: these, and what a line has taken before,
    whatever was corrected since."""
    rates = await rates_on(connection, day)
    rows = await connection.execute(_TAKEN, {"id": application_id})
    before = [Rate(**{**row._mapping, "kind": UnitCostKind(row.kind)}) for row in rows]
    return rates, {rate.id: rate for rate in (*before, *rates)}
