"""Accepting an award: its lead is asked, reminded, and the question is settled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from facility.awards.events.awards import AcceptanceReminded, AcceptanceSettled
from facility.awards.models.award import Award, AwardAcceptance
from facility.awards.rules.acceptance import Outcome, is_overdue
from facility.db import Database, Tx
from facility.events.log import record
from facility.events.schedule import one_by_one, scheduled
from facility.periods import last_of_days, reminder_before
from facility.zone import BRUSSELS


def ask_to_accept(tx: Tx, award: Award, days: int) -> None:
    """Ask the lead to accept the new award within so many days; the letter on the award says so."""
    last = last_of_days(award.made_at, days)
    remind_at = reminder_before(last, award.made_at)
    tx.add(AwardAcceptance(award_id=award.id, accept_by=last, remind_at=remind_at))


async def open_acceptance(tx: Tx, award_id: UUID) -> AwardAcceptance | None:
    """The question to the lead, locked, while it has no answer. The caller
    holds the envelope, or changes nothing of the award."""
    query = select(AwardAcceptance).filter_by(award_id=award_id, outcome=None).with_for_update()
    return (await tx.session.scalars(query.execution_options(populate_existing=True))).first()


async def settle_acceptance(tx: Tx, award: Award, outcome: Outcome, acceptance: AwardAcceptance) -> None:
    """Write down how the question to the lead ended."""
    acceptance.outcome, acceptance.settled_by, acceptance.settled_at = outcome, tx.actor, tx.now
    await tx.flush()
    await record(
        tx,
        AcceptanceSettled(
            award_id=award.id,
            application_id=award.application_id,
            outcome=outcome,
            late=is_overdue(acceptance.accept_by, tx.now),
        ),
    )


@scheduled("awards: remind of acceptances")
async def remind_of_acceptances(db: Database, now: datetime) -> int:
    """Remind each lead once, before the last day."""
    due = select(AwardAcceptance.award_id).where(
        AwardAcceptance.outcome.is_(None),
        AwardAcceptance.reminded_at.is_(None),
        AwardAcceptance.remind_at <= now,
        AwardAcceptance.accept_by >= now.astimezone(BRUSSELS).date(),
    )
    return await one_by_one(
        db, now, due.order_by(AwardAcceptance.remind_at, AwardAcceptance.award_id), _remind
    )


async def _remind(tx: Tx, award_id: UUID) -> bool:
    award = await tx.get(Award, award_id)
    acceptance = await open_acceptance(tx, award_id)
    if acceptance is None or acceptance.reminded_at is not None:
        return False
    acceptance.reminded_at = tx.now
    await tx.flush()
    await record(tx, AcceptanceReminded(award_id=award_id, application_id=award.application_id))
    return True
