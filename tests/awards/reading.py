"""A, B and C ranked, what tests of awards look up, and how a partner leaves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from facility.applications.models.application import Party
from facility.applications.service import withdrawal
from facility.contracts.models import Donor, LedgerEntry
from facility.refused import Refused
from tests.judging import DECIDED, Judging
from tests.prepared import kept


@kept
async def three(play: Judging) -> None:
    """A (ranked first), B and C of the dossier's amounts, assessed; the call closed."""
    await play.apply("A", "35427.70")
    await play.apply("B", "47250.00")
    await play.apply("C", "30000.00")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.score("elena", "B", "14", "60")
    await play.score("elena", "C", "13", "55")


async def by_donor(play: Judging, name: str) -> dict[str, Decimal]:
    """What each donor stands for in the ledger of the award."""
    award = await play.award(name)
    query = (
        select(Donor.name, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, LedgerEntry.donor_id == Donor.id)
        .where(LedgerEntry.award_id == award.id)
        .group_by(Donor.name)
    )
    async with play.db.reader() as connection:
        return {row[0]: row[1] for row in await connection.execute(query)}


async def codes(play: Judging, actor: str, command: object) -> tuple[str, ...]:
    """The codes with which the command is refused."""
    with pytest.raises(Refused) as refused:
        await play.act(actor, command)  # type: ignore[arg-type]
    return refused.value.codes


async def leave(play: Judging, name: str, code: str, *, days: int = 0) -> None:
    """The partner of this beneficiary leaves, so many days after the decision."""
    async with play.db.reader() as connection:
        party_id = (
            await connection.execute(
                select(Party.id).where(
                    Party.application_id == play.applications[name], Party.beneficiary_code == code
                )
            )
        ).scalar_one()
    at = DECIDED + timedelta(days=days)
    await play.act("omar", lambda tx: withdrawal.leave(tx, party_id, reason="Reorganised."), at)
