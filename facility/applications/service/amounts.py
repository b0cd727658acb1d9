"""What the parties ask for, and what an application asks for with that."""

from decimal import Decimal

from sqlalchemy import func, select

from facility.applications.models.application import Application, Party
from facility.applications.models.budget import Budget, BudgetLine
from facility.applications.rules import budget as budget_rules
from facility.calls.models.call import Call
from facility.calls.rules.forms import FormSection, SectionKind
from facility.calls.service.reading import form_of
from facility.contracts.rules import UnitCostKind
from facility.db import Tx
from facility.refused import refuse


async def section_of(tx: Tx, application: Application, kind: SectionKind) -> FormSection | None:
    """The section of this kind of the call's form, if it asks for one."""
    return form_of(await tx.get(Call, application.call_id)).of(kind)


async def asked_section(tx: Tx, application: Application, kind: SectionKind) -> FormSection:
    """The section of this kind. Refused (missing): "not_found" where the call doesn't ask for it."""
    return await section_of(tx, application, kind) or refuse("not_found", kind="missing", what=kind.value)


async def add_up(tx: Tx, application: Application) -> None:
    """Set what the application asks for (EUR): the sum over the parties on board. Where the call asks for a budget by
    lines, the parties' amounts follow from their lines first."""
    await tx.flush()
    if await section_of(tx, application, SectionKind.BUDGET):
        await _share_out(tx, application)
    total = select(func.coalesce(func.sum(Party.amount), 0)).where(
        Party.application_id == application.id, Party.on_board
    )
    application.requested = (await tx.session.execute(total)).scalar_one()


async def _share_out(tx: Tx, application: Application) -> None:
    """Each party on board asks for its lines and its share of the indirect costs."""
    on_board = select(Party).where(Party.application_id == application.id, Party.on_board)
    parties = (await tx.session.scalars(on_board.order_by(Party.position))).all()
    rows = await tx.session.scalars(
        select(BudgetLine)
        .where(BudgetLine.application_id == application.id)
        .order_by(BudgetLine.position)
        .execution_options(populate_existing=True)
    )
    budget = await tx.session.get(Budget, application.id)
    totals = budget_rules.add_up(
        [line_of(row) for row in rows],
        [party.id for party in parties],
        budget.indirect_percent if budget else Decimal("0.00"),
    )
    for party in parties:
        party.amount = totals.by_party[party.id].total
    await tx.flush()


def line_of(row: BudgetLine) -> budget_rules.BudgetLine:
    """A line as the rules know it."""
    return budget_rules.BudgetLine(
        id=row.id,
        party=row.party_id,
        activity=row.activity_id,
        category=UnitCostKind(row.category),
        description=row.description,
        quantity=row.quantity,
        units=row.units,
        unit=row.unit,
        unit_cost=row.unit_cost,
        rate=row.unit_cost_id,
        ceiling=row.ceiling,
        reason=row.reason,
    )
