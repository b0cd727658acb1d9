"""What tests of the budget's pages look up, and how they save."""

import re
from uuid import UUID

import httpx
from sqlalchemy import select

from facility import clock
from facility.applications.checks import budgets, requested
from facility.applications.models.application import Application, Party
from facility.applications.models.budget import Budget, BudgetLine
from facility.db import Database
from tests.applications.budgets import Ground
from tests.browser import Browser


async def version(db: Database, application_id: UUID) -> str:
    async with db.transaction(now=clock.now()) as tx:
        return str((await tx.get(Application, application_id)).version)


async def budget_version(db: Database, application_id: UUID) -> str:
    """How often the budget was saved."""
    async with db.transaction(now=clock.now()) as tx:
        budget = await tx.session.get(Budget, application_id)
        return str(budget.version if budget else 0)


async def amounts(db: Database, application_id: UUID) -> dict[str, str]:
    """What each party on board asks for, and all together."""
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.execute(
            select(Party.beneficiary_code, Party.amount)
            .where(Party.application_id == application_id, Party.left_at.is_(None))
            .order_by(Party.position)
        )
        by_code = {row.beneficiary_code: str(row.amount) for row in rows}
        return {**by_code, "all": str((await tx.get(Application, application_id)).requested)}


async def lines(db: Database, application_id: UUID) -> list[BudgetLine]:
    async with db.transaction(now=clock.now()) as tx:
        rows = await tx.session.scalars(
            select(BudgetLine)
            .where(BudgetLine.application_id == application_id)
            .order_by(BudgetLine.position)
        )
        return list(rows)


async def reconciled(db: Database) -> list[str]:
    """What the checks on amounts find."""
    async with db.transaction(now=clock.now()) as tx:
        connection = await tx.session.connection()
        return [*await budgets(connection), *await requested(connection)]


def total(page: httpx.Response) -> str:
    """What the page says that it comes to."""
    match = re.search(r"Total EUR ([0-9\u00a0.]+)", page.text)
    return match[1].replace("\u00a0", " ") if match else ""


def lines_shown(page: httpx.Response) -> list[int]:
    """The numbers of the lines, in the order in which the page shows them."""
    return [int(number) for number in re.findall(r'<details class="line" id="line-(\d+)"', page.text)]


def lines_open(page: httpx.Response) -> list[int]:
    """Those that are open for editing."""
    return [int(number) for number in re.findall(r'<details class="line" id="line-(\d+)" open>', page.text)]


def row(page: httpx.Response, number: int) -> str:
    """The words of a line as it is read, without being opened."""
    markup = re.search(rf'id="row-{number}"[^>]*>(.*?row-sum num">[^<]*)', page.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", markup[1]).split()).replace("\u00a0", " ") if markup else ""


async def save(db: Database, omar: Browser, ground: Ground, **more: str) -> httpx.Response:
    form = ground.form(version=await budget_version(db, ground.application), **more)
    return await omar.send_form(f"/applications/{ground.application}/budget", form)
