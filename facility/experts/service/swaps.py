"""Experts swap weeks on call: one offers a week to a colleague on the same theme's rota, who agrees by an inquiry.

Locks: theme, then experts in the order of their ids; the theme's lock holds its rota and the offers on it.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from facility.db import Database, Tx
from facility.events.schedule import scheduled
from facility.experts.events.rota import (
    SwapAgreed,
    SwapAskedAgain,
    SwapCancelled,
    SwapDeclined,
    SwapLapsed,
    SwapOffered,
    SwapReminded,
    WeekTakenOver,
)
from facility.experts.models.profile import Expert, Theme
from facility.experts.models.rota import OnCall, Swap
from facility.experts.queries.rota import members
from facility.experts.rules.rota import REMINDED_BEFORE, answer_by, hindrance, may_swap, week_of
from facility.experts.service.profile_link import lock_member
from facility.experts.service.taxonomy import lock_theme
from facility.experts.words import week_days
from facility.inquiries.kinds import Mailing, RemindingKind
from facility.inquiries.models import OPEN
from facility.inquiries.service import (
    cancel_locked,
    end,
    end_what_is_over,
    lock,
    lock_all,
    lock_in_time,
    put,
    record_event,
    remind,
)
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.refused import refuse
from facility.web import filters
from facility.web.i18n import N_, filled
from facility.zone import BRUSSELS


def _weeks(swap: Swap) -> list[date]:
    return [swap.week, swap.in_exchange] if swap.in_exchange else [swap.week]


def _begin(swap: Swap, _theme: Theme, at: datetime) -> None:
    swap.asked_at, swap.reminded_at = at, None
    swap.ends_at = answer_by(at, _weeks(swap))
    swap.remind_at = max(swap.ends_at - REMINDED_BEFORE, at + (swap.ends_at - at) / 2)


async def write_about(tx: Tx, swap: Swap, to: UUID, mailing: Mailing, link: Link | None = None) -> None:
    """A mail about the offer to who made it or to whoever is asked. Colleagues read codes of each other, no names."""
    expert = await tx.get(Expert, to)
    other = await tx.get(Expert, swap.colleague_id if to == swap.expert_id else swap.expert_id)
    theme = (await tx.session.scalars(select(Theme).where(Theme.id == swap.theme_id))).one()
    await post(
        tx,
        template=f"experts/{mailing.template}",
        to=expert.email,
        to_name=expert.name,
        subject=filled(mailing.subject),
        subject_id=expert.id,
        context={
            "theme": theme.name,
            "colleague": other.code,
            "week": week_days(swap.week),
            "in_exchange": week_days(swap.in_exchange) if swap.in_exchange else "",
            "answer_by": filters.instant(swap.ends_at),
            "offered": to == swap.expert_id,
            "silent": swap.state == "lapsed",
        },
        link=link,
    )


async def _write(tx: Tx, swap: Swap, mailing: Mailing, link: Link | None) -> None:
    await write_about(tx, swap, swap.colleague_id, mailing, link)


SWAP = RemindingKind(
    table=Swap,
    about="theme_id",
    lock=lock_theme,
    over="swap_over",
    begin=_begin,
    write=_write,
    asks=Mailing("swap", N_("A week on call: can you take it over?")),
    asked_again=SwapAskedAgain,
    silent="lapsed",
    ended_silent=SwapLapsed,
    reminds=Mailing("swap_again", N_("Reminder: a week on call, can you take it over?")),
    reminded=SwapReminded,
    calls_off=Mailing("swap_cancelled", N_("The offer of a week on call was cancelled")),
    cancelled=SwapCancelled,
)


@scheduled("experts: swaps of weeks on call")
async def look_after_swaps(db: Database, now: datetime) -> int:
    """Remind whoever is asked, and end what is over."""
    return await remind(db, now, SWAP) + await end_what_is_over(db, now, SWAP)


async def lock_on_call(tx: Tx, on_call_id: UUID) -> tuple[Theme, OnCall]:
    """The theme and the week, both locked. Raises Refused (missing)."""
    theme = await lock_theme(tx, (await tx.get(OnCall, on_call_id)).theme_id)
    return theme, await tx.lock(OnCall, on_call_id)


def _open_for(theme_id: UUID, weeks: Collection[date]) -> ColumnElement[bool]:
    touched = or_(Swap.week.in_(weeks), Swap.in_exchange.in_(weeks))
    return and_(Swap.theme_id == theme_id, Swap.state == OPEN, touched)


async def offer_swap(
    tx: Tx, expert_id: UUID, on_call_id: UUID, colleague_id: UUID, in_exchange: date | None
) -> Swap:
    """The expert offers a week of their own; `in_exchange`: for this week of the colleague, otherwise the colleague takes it over.

    Refused: "left_the_pool", "swap_open", `may_swap`; (invalid, at "choice") "not_on_rota", "swap_impossible", "swap_own_week"; (missing)
    for a week that is not the expert's.
    """
    theme, own = await lock_on_call(tx, on_call_id)
    if own.expert_id != expert_id:
        refuse("not_found", kind="missing", what="on_call")
    await lock_experts(tx, expert_id, colleague_id)
    await lock_member(tx, expert_id)
    weeks = [own.week, in_exchange] if in_exchange else [own.week]
    for week in weeks:
        may_swap(week, _today(tx))
    await _must_be_on_rota(tx, theme.id, colleague_id, in_exchange)
    if (await tx.session.scalars(select(Swap.id).where(_open_for(theme.id, weeks)).limit(1))).first():
        refuse("swap_open")
    if await _why_not(tx, theme.id, colleague_id, own.week):
        refuse("swap_impossible", kind="invalid", field="choice")
    if in_exchange and await _why_not(tx, theme.id, expert_id, in_exchange):
        refuse("swap_own_week", kind="invalid", field="choice", week=in_exchange.isoformat())
    swap = put(
        tx,
        SWAP,
        theme,
        theme_id=theme.id,
        expert_id=expert_id,
        colleague_id=colleague_id,
        week=own.week,
        in_exchange=in_exchange,
    )
    await tx.flush()
    await record_event(tx, swap, SwapOffered)
    return swap


def _today(tx: Tx) -> date:
    return tx.now.astimezone(BRUSSELS).date()


async def lock_experts(tx: Tx, *expert_ids: UUID) -> None:
    """In the order of their ids: whoever records what happened to them, or reads when they can come, does so one after the other."""
    for expert_id in sorted(set(expert_ids)):
        await tx.lock(Expert, expert_id)


async def _must_be_on_rota(tx: Tx, theme_id: UUID, colleague_id: UUID, week: date | None) -> None:
    """In this week, or in any from the present one on."""
    when = OnCall.week == week if week else OnCall.week >= week_of(_today(tx))
    query = select(OnCall.id).where(OnCall.theme_id == theme_id, OnCall.expert_id == colleague_id, when)
    if (await tx.session.scalars(query.limit(1))).first() is None:
        refuse("not_on_rota", kind="invalid", field="choice")


async def _why_not(tx: Tx, theme_id: UUID, expert_id: UUID, week: date) -> str | None:
    """Why this expert can't be on call in this week, as the rota stands."""
    (offered,) = await members(await tx.session.connection(), theme_id, week, week, expert_id)
    return hindrance(offered.member, week)


async def accept_swap(tx: Tx, swap_id: UUID) -> None:
    """The colleague agrees, and the weeks change hands. Refused: "swap_over", "swap_not_possible" where one of both can't be on call
    then."""
    swap, theme = await lock_in_time(tx, SWAP, swap_id)
    await lock_experts(tx, swap.expert_id, swap.colleague_id)
    moves = [(swap.week, swap.expert_id, swap.colleague_id)]
    if swap.in_exchange:
        moves.append((swap.in_exchange, swap.colleague_id, swap.expert_id))
    for week, holder, taker in moves:
        await _hand_over(tx, theme.id, week, holder, taker)
    end(tx, swap, "agreed")
    await record_event(tx, swap, SwapAgreed)
    await record_event(tx, swap, WeekTakenOver, expert_id=swap.colleague_id)


async def _hand_over(tx: Tx, theme_id: UUID, week: date, holder: UUID, taker: UUID) -> None:
    query = select(OnCall).where(OnCall.theme_id == theme_id, OnCall.week == week).with_for_update()
    row = (await tx.session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    stands = row and row.expert_id == holder and week > _today(tx)
    if row is None or not stands or await _why_not(tx, theme_id, taker, week):
        refuse("swap_not_possible")
    row.expert_id, row.since = taker, tx.now


async def decline_swap(tx: Tx, swap_id: UUID) -> None:
    """Nothing changes. Refused: "swap_over"."""
    swap, _theme = await lock_in_time(tx, SWAP, swap_id)
    await lock_experts(tx, swap.expert_id)
    end(tx, swap, "declined")
    await record_event(tx, swap, SwapDeclined)


async def take_offer_back(tx: Tx, expert_id: UUID, swap_id: UUID) -> None:
    """Whoever made the offer needs no answer any more. Refused: "swap_over"; (missing) for the offer of somebody else."""
    swap, _theme = await lock(tx, SWAP, swap_id)
    if swap.expert_id != expert_id:
        refuse("not_found", kind="missing", what="swap")
    if swap.state != OPEN:
        refuse("swap_over")
    await lock_experts(tx, expert_id)
    await cancel_locked(tx, SWAP, swap)


async def cancel_swaps(tx: Tx, row: OnCall) -> None:
    """The week is not the expert's to swap any more. The caller holds the theme's lock."""
    swaps = await lock_all(tx, SWAP, _open_for(row.theme_id, [row.week]))
    await lock_experts(tx, row.expert_id, *(swap.expert_id for swap in swaps))
    for swap in swaps:
        await cancel_locked(tx, SWAP, swap)
