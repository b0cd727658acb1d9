"""Reminders before the deadline, by the clock; in a rolling call before each cut-off."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, ColumnElement, and_, cast, func, or_, select

from facility.applications.events import LeadToldWhoIsMissing, PartnerReminded
from facility.applications.models.application import Application, Party
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.reminders import REMIND_DAYS, TELL_LEAD_DAYS, reminder_due
from facility.applications.service.editing import lock_with_call
from facility.calls.models.call import Call
from facility.calls.models.standing import runs
from facility.db import Database, Tx
from facility.events.log import record
from facility.events.schedule import one_by_one, scheduled

WAITED_FOR = (Confirmation.INVITED, Confirmation.VOID)
"""Who was asked and has not answered."""


def _deadline(now: datetime) -> ColumnElement[datetime]:
    """`calls.rules.modes.submit_by` of the call, as a column."""
    cut_off = func.jsonb_array_elements_text(Call.cut_offs).column_valued("cut_off")
    at = cast(cut_off, TIMESTAMP(timezone=True))
    following = select(func.min(at)).where(at >= now).correlate(Call)
    return func.coalesce(following.scalar_subquery(), Call.closes_at)


def _due(days: Sequence[int], last: Any, now: datetime) -> ColumnElement[bool]:
    """`reminder_due`, as a condition on rows."""
    ends = (*days[1:], 0)
    deadline = _deadline(now)
    return or_(
        *(
            and_(
                deadline <= now + timedelta(days=first),
                deadline > now + timedelta(days=end),
                or_(last.is_(None), last < deadline - timedelta(days=first)),
            )
            for first, end in zip(days, ends, strict=True)
        )
    )


def _open_drafts(now: datetime) -> ColumnElement[bool]:
    return and_(
        Application.editable,
        Application.track == "joint",
        runs(now),
    )


@scheduled("applications: remind partners")
async def remind_partners(db: Database, now: datetime) -> int:
    """Remind each partner that was asked and has not answered; a partner that was just asked needs no reminder."""
    last = func.greatest(Party.invited_at, Party.reminded_at)
    query = (
        select(Party.id, Party.application_id)
        .join(Application, Application.id == Party.application_id)
        .join(Call, Call.id == Application.call_id)
        .where(
            _open_drafts(now),
            Party.confirmation.in_(WAITED_FOR),
            Party.on_board,
            _due(REMIND_DAYS, last, now),
        )
        .order_by(Call.closes_at, Party.id)
    )
    return await one_by_one(db, now, query, _remind)


async def _remind(tx: Tx, party_id: UUID, application_id: UUID) -> bool:
    application, call = await lock_with_call(tx, application_id)
    party = await tx.lock(Party, party_id)
    mailed = [at for at in (party.invited_at, party.reminded_at) if at]
    days = reminder_due(REMIND_DAYS, call.submit_by(tx.now), max(mailed, default=None), tx.now)
    waits = party.confirmation in WAITED_FOR and party.on_board
    if days is None or not waits or not application.editable:
        return False
    party.reminded_at = tx.now
    await record(
        tx,
        PartnerReminded(application_id=application_id, party_id=party_id, days=days),
        due_at=call.submit_by(tx.now) - timedelta(days=days),
    )
    return True


@scheduled("applications: tell leads who is missing")
async def tell_leads(db: Database, now: datetime) -> int:
    """Tell each lead once, shortly before the deadline, which partners have not confirmed."""
    last = func.greatest(Application.started_at, Application.missing_told_at)
    query = (
        select(Application.id)
        .join(Call, Call.id == Application.call_id)
        .where(_open_drafts(now), _due(TELL_LEAD_DAYS, last, now), _missing())
        .order_by(Call.closes_at, Application.id)
    )
    return await one_by_one(db, now, query, _tell)


def _missing() -> ColumnElement[bool]:
    return (
        select(Party.id)
        .where(
            Party.application_id == Application.id,
            ~Party.is_lead,
            Party.on_board,
            Party.confirmation != Confirmation.CONFIRMED,
        )
        .exists()
    )


async def _tell(tx: Tx, application_id: UUID) -> bool:
    application, call = await lock_with_call(tx, application_id)
    last_mail = max(at for at in (application.started_at, application.missing_told_at) if at)
    days = reminder_due(TELL_LEAD_DAYS, call.submit_by(tx.now), last_mail, tx.now)
    if days is None or not application.editable:
        return False
    missing = await tx.session.scalars(
        select(Party.id).where(
            Party.application_id == application_id,
            ~Party.is_lead,
            Party.on_board,
            Party.confirmation != Confirmation.CONFIRMED,
        )
    )
    application.missing_told_at = tx.now
    await record(
        tx,
        LeadToldWhoIsMissing(application_id=application_id, party_ids=sorted(missing)),
        due_at=call.submit_by(tx.now) - timedelta(days=days),
    )
    return True
