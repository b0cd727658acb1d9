"""Renewing one's place in the pool: who is asked when, and what follows from the answer."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from facility.db import Database, Tx
from facility.events.log import record
from facility.events.schedule import one_by_one, scheduled
from facility.experts.events.pool import (
    ExpertLeft,
    ExpertRenewed,
    NoticeAgreed,
    RenewalAsked,
    RenewalAskedAgain,
    RenewalCancelled,
    RenewalLapsed,
    RenewalReminded,
)
from facility.experts.models.profile import Expert, in_pool
from facility.experts.models.renewal import Renewal
from facility.experts.rules.candidacy import RENEWED_YEARS, years_after
from facility.experts.service.profile_link import lock_member
from facility.inquiries.kinds import Mailing, RemindingKind
from facility.inquiries.service import (
    cancel_locked,
    end,
    end_what_is_over,
    lock_all,
    lock_in_time,
    put,
    record_event,
    remind,
)
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.web import filters
from facility.web.i18n import N_, filled
from facility.zone import BRUSSELS, brussels_midnight

ASKED_BEFORE = timedelta(days=60)
REMINDED_BEFORE = timedelta(days=14)


async def _lock_expert(tx: Tx, expert_id: UUID) -> Expert:
    return await tx.lock(Expert, expert_id)


def _begin(renewal: Renewal, _expert: Expert, at: datetime) -> None:
    """Until the end of the last day; at least two weeks, also where the mail got through late."""
    last = brussels_midnight(renewal.valid_until + timedelta(days=1))
    renewal.asked_at, renewal.reminded_at = at, None
    renewal.ends_at = max(last, at + REMINDED_BEFORE)
    renewal.remind_at = max(renewal.ends_at - REMINDED_BEFORE, at + timedelta(days=3))


async def _write(tx: Tx, renewal: Renewal, mailing: Mailing, link: Link | None) -> None:
    expert = await tx.get(Expert, renewal.expert_id)
    await post(
        tx,
        template=f"experts/{mailing.template}",
        to=expert.email,
        to_name=expert.name,
        subject=filled(mailing.subject),
        subject_id=expert.id,
        context={"last": filters.day(renewal.valid_until), "answer_by": filters.instant(renewal.ends_at)},
        link=link,
    )


RENEWAL = RemindingKind(
    table=Renewal,
    about="expert_id",
    lock=_lock_expert,
    over="renewal_over",
    begin=_begin,
    write=_write,
    asks=Mailing("renew", N_("Will you stay in the pool of experts?")),
    asked_again=RenewalAskedAgain,
    silent="lapsed",
    ended_silent=RenewalLapsed,
    reminds=Mailing("renew_again", N_("Reminder: will you stay in the pool of experts?")),
    reminded=RenewalReminded,
    calls_off=Mailing("renewal_cancelled", N_("No answer about the pool of experts is needed")),
    cancelled=RenewalCancelled,
)


@scheduled("experts: ask to renew")
async def ask_to_renew(db: Database, now: datetime) -> int:
    """Ask everybody whose last day comes near, once for each last day; remind; and end what is over."""
    today = now.astimezone(BRUSSELS).date()
    already_asked = exists().where(
        Renewal.expert_id == Expert.id,
        Renewal.valid_until == Expert.valid_until,
        Renewal.state != "cancelled",
    )
    due = select(Expert.id).where(in_pool(today), Expert.valid_until <= today + ASKED_BEFORE, ~already_asked)
    begun = await one_by_one(db, now, due.order_by(Expert.valid_until, Expert.id), _ask)
    return begun + await remind(db, now, RENEWAL) + await end_what_is_over(db, now, RENEWAL)


async def _ask(tx: Tx, expert_id: UUID) -> bool:
    expert = await tx.lock(Expert, expert_id)
    known = select(Renewal.id).where(
        Renewal.expert_id == expert_id,
        Renewal.valid_until == expert.valid_until,
        Renewal.state != "cancelled",
    )
    if expert.valid_until is None or not expert.active or (await tx.session.scalars(known)).first():
        return False
    renewal = put(tx, RENEWAL, expert, expert_id=expert_id, valid_until=expert.valid_until)
    await tx.flush()
    await record_event(tx, renewal, RenewalAsked)
    return True


async def renew(tx: Tx, renewal_id: UUID, *, notice: date) -> None:
    """The expert stays, and agrees to this privacy notice. Refused: "renewal_over"."""
    renewal, expert = await lock_in_time(tx, RENEWAL, renewal_id)
    today = tx.now.astimezone(BRUSSELS).date()
    expert.valid_until = years_after(max(today, renewal.valid_until), RENEWED_YEARS)
    expert.version += 1
    end(tx, renewal, "renewed")
    await record_event(tx, renewal, ExpertRenewed, valid_until=expert.valid_until)
    expert.notice, expert.agreed_at = notice, tx.now
    await record(tx, NoticeAgreed(expert_id=expert.id, notice=notice))


async def leave_pool(tx: Tx, renewal_id: UUID) -> None:
    """The expert leaves the pool. Refused: "renewal_over"."""
    renewal, expert = await lock_in_time(tx, RENEWAL, renewal_id)
    _go(expert)
    end(tx, renewal, "left")
    await record_event(tx, renewal, ExpertLeft)


async def leave_unasked(tx: Tx, expert_id: UUID) -> None:
    """The expert leaves the pool by the link to the profile; whether to stay is answered with it. Refused: "left_the_pool"."""
    _go(await lock_member(tx, expert_id))
    for renewal in await lock_all(tx, RENEWAL, Renewal.expert_id == expert_id, Renewal.state == "open"):
        end(tx, renewal, "left")
    await record(tx, ExpertLeft(expert_id=expert_id))


def _go(expert: Expert) -> None:
    expert.active = False
    expert.version += 1


async def cancel_renewals(tx: Tx, expert_id: UUID) -> None:
    """The secretariat set another last day, or the expert left: nobody waits for an answer any more."""
    await tx.lock(Expert, expert_id)
    for renewal in await lock_all(tx, RENEWAL, Renewal.expert_id == expert_id, Renewal.state == "open"):
        await cancel_locked(tx, RENEWAL, renewal)
