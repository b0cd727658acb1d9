"""The budget of a draft: its lines, what they may cost, and the amounts that follow from them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, select

from facility.applications.models.application import Application, Party
from facility.applications.models.budget import Budget, BudgetLine, PlannedActivity
from facility.applications.queries.budget import rates_for
from facility.applications.rules import budget
from facility.applications.rules.budget import (
    TOO_MANY_LINES,
    ceiling_of,
    line_mistakes,
    lines_left,
    rates_day,
)
from facility.applications.service.amounts import add_up, asked_section
from facility.applications.service.editing import changed, lock_draft
from facility.calls.models.call import Call
from facility.calls.rules.forms import FormSection, SectionKind
from facility.db import Tx
from facility.refused import Reason, refuse, refuse_if


async def save_budget(
    tx: Tx,
    application_id: UUID,
    lines: Sequence[budget.BudgetLine],
    *,
    indirect_percent: Decimal,
    version: int | None = None,
    may_void: bool = True,
) -> Application:
    """Replace the lines, all or none, and work out what each party asks for; nothing happens where nothing differs.

    A line's `ceiling` is what the tables say. version: of the budget that the editor saw, 0 before the first save (None: whatever it
    is). Refused: "not_a_draft", "not_asked", "edited_meanwhile",
    "voids_confirmations" unless may_void, and (invalid) at "lines-<number>-<field>": as `rules.line_mistakes`,
    "rate_unknown", "rate_of_another_category", "rate_of_another_country", "activity_unknown"; "indirect_too_high".
    """
    application = await lock_draft(tx, application_id)
    section = await asked_section(tx, application, SectionKind.BUDGET)
    saved = await tx.session.get(Budget, application_id, populate_existing=True)
    if version not in (None, saved.version if saved else 0):
        refuse("edited_meanwhile", version=str(application.version))
    priced = await _priced(tx, application, section, lines, indirect_percent)
    await tx.flush()
    if await _replace(tx, application, priced, indirect_percent):
        (await tx.get(Budget, application_id)).version += 1
        await add_up(tx, application)
        await changed(tx, application, {"budget", "requested"}, may_void=may_void)
    return application


async def _priced(
    tx: Tx,
    application: Application,
    section: FormSection,
    lines: Sequence[budget.BudgetLine],
    indirect_percent: Decimal,
) -> list[budget.BudgetLine]:
    """The lines with their ceilings. Raises Refused (invalid) with everything that is wrong with them."""
    call = await tx.get(Call, application.call_id)
    day = rates_day(section, call.published_at, tx.now)
    rates, taken = await rates_for(await tx.session.connection(), application.id, day)
    countries = await _countries(tx, application.id)
    parties = await _parties(tx, application.id)
    mistakes = list(_frame_mistakes(section, lines, indirect_percent))
    priced = []
    for number, line in enumerate(lines):
        mistakes += [
            Reason(code, f"lines-{number}-{field}")
            for field, code in line_mistakes(line, parties=parties, countries=countries, rates=taken)
        ]
        country = countries.get(line.activity) if line.activity else None
        rate = taken.get(line.rate) if line.rate else None
        ceiling = ceiling_of(rates, rate, line.category, country)
        priced.append(msgspec.structs.replace(line, ceiling=ceiling))
    refuse_if(mistakes)
    return priced


def _frame_mistakes(
    section: FormSection, lines: Sequence[budget.BudgetLine], indirect_percent: Decimal
) -> Iterator[Reason]:
    if lines_left(len(lines)) < 0:
        yield TOO_MANY_LINES
    if indirect_percent > section.indirect_most:
        yield Reason("indirect_too_high", "indirect_percent", {"most": f"{section.indirect_most:f}"})


async def _countries(tx: Tx, application_id: UUID) -> dict[UUID, str]:
    """Where each planned activity takes place."""
    rows = await tx.session.execute(
        select(PlannedActivity.id, PlannedActivity.country).where(
            PlannedActivity.application_id == application_id
        )
    )
    return {row.id: row.country for row in rows}


async def _parties(tx: Tx, application_id: UUID) -> set[UUID]:
    return set(await tx.session.scalars(select(Party.id).where(Party.application_id == application_id)))


async def _replace(
    tx: Tx, application: Application, lines: Sequence[budget.BudgetLine], indirect_percent: Decimal
) -> bool:
    """Write the lines down in their order, and take out those that are not among them; False where nothing differs."""
    rows = await tx.session.scalars(select(BudgetLine).where(BudgetLine.application_id == application.id))
    before = {row.id: row for row in rows}
    ids = [line.id for line in lines]
    differs = await _set_percent(tx, application.id, indirect_percent)
    if gone := before.keys() - set(ids):
        await tx.session.execute(delete(BudgetLine).where(BudgetLine.id.in_(gone)))
        differs = True
    for position, line in enumerate(lines, 1):
        columns = _columns(application.id, position, line)
        row = before.get(line.id)
        if row is None:
            tx.add(BudgetLine(**columns))
            differs = True
            continue
        for name, value in columns.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
                differs = True
    await tx.flush()
    return differs


async def _set_percent(tx: Tx, application_id: UUID, percent: Decimal) -> bool:
    row = await tx.session.get(Budget, application_id)
    if row is None:
        tx.add(Budget(application_id=application_id, indirect_percent=percent, version=0))
        return percent != 0
    differs = row.indirect_percent != percent
    row.indirect_percent = percent
    return differs


def _columns(application_id: UUID, position: int, line: budget.BudgetLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "application_id": application_id,
        "position": position,
        "party_id": line.party,
        "activity_id": line.activity,
        "category": line.category.value,
        "description": line.description,
        "quantity": line.quantity,
        "units": line.units,
        "unit": line.unit,
        "unit_cost": line.unit_cost,
        "unit_cost_id": line.rate,
        "ceiling": line.ceiling,
        "reason": line.reason,
        "amount": line.amount,
    }
