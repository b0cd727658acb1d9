"""The secretariat keeps the stand-by rota: which themes have it, and who is on call. Locks: theme, then experts in the order of their ids."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select

from facility.db import Tx, new_id
from facility.events.log import record
from facility.experts.events.rota import PutOnCall, RotaBegun, RotaEnded, TakenOffCall
from facility.experts.models.profile import Expert, Theme
from facility.experts.models.rota import OnCall
from facility.experts.queries.rota import members
from facility.experts.rules.rota import hindrances, last_day, week_of, weeks_from
from facility.experts.service.swaps import cancel_swaps, lock_on_call
from facility.experts.service.taxonomy import lock_theme
from facility.refused import refuse, refuse_if
from facility.zone import BRUSSELS


async def set_rota_themes(tx: Tx, theme_ids: Collection[UUID]) -> None:
    """These themes have a rota, and no others. Refused (invalid): "rota_in_use" for one that is to have it no more, while somebody is on
    call for it."""
    this_week = week_of(tx.now.astimezone(BRUSSELS).date())
    rows = await tx.session.scalars(select(Theme.id).order_by(Theme.id))
    for theme_id in rows.all():
        theme = await lock_theme(tx, theme_id)
        if theme_id in theme_ids and theme.rota_since is None and theme.active:
            theme.rota_since = tx.now
            await record(tx, RotaBegun(theme_id=theme_id))
        elif theme_id not in theme_ids and theme.rota_since:
            in_use = exists().where(OnCall.theme_id == theme_id, OnCall.week >= this_week)
            if await tx.session.scalar(select(in_use)):
                refuse("rota_in_use", kind="invalid", field="themes", theme=theme.name)
            theme.rota_since = None
            await record(tx, RotaEnded(theme_id=theme_id))


async def put_on_call(tx: Tx, theme_id: UUID, expert_id: UUID, first: date, weeks: int) -> None:
    """The expert is on call for the theme in so many weeks, from the one of this day on; in all of them, or in none.

    Refused: "rota_missing"; (invalid) as `rules.rota.hindrances`.
    """
    theme = await lock_theme(tx, theme_id)
    if theme.rota_since is None or not theme.active:
        refuse("rota_missing")
    await tx.lock(Expert, expert_id)
    wanted = weeks_from(week_of(first), weeks)
    (offered,) = await members(await tx.session.connection(), theme_id, wanted[0], wanted[-1], expert_id)
    taken = select(OnCall.week).where(OnCall.theme_id == theme_id, OnCall.week.in_(wanted))
    today = tx.now.astimezone(BRUSSELS).date()
    refuse_if(hindrances(offered.member, wanted, set(await tx.session.scalars(taken)), today))
    tx.add(
        *(
            OnCall(id=new_id(), theme_id=theme_id, week=week, expert_id=expert_id, since=tx.now)
            for week in wanted
        )
    )
    await tx.flush()
    await record(
        tx,
        PutOnCall(
            expert_id=expert_id, theme_id=theme_id, theme_code=theme.code, first=wanted[0], last=wanted[-1]
        ),
    )


async def take_off_call(tx: Tx, on_call_id: UUID) -> OnCall:
    """Nobody is on call in this week any more, and nobody is asked to swap it. Refused: "rota_week_over"."""
    theme, row = await lock_on_call(tx, on_call_id)
    if last_day(row.week) < tx.now.astimezone(BRUSSELS).date():
        refuse("rota_week_over")
    await cancel_swaps(tx, row)
    await tx.session.delete(row)
    await record(
        tx,
        TakenOffCall(expert_id=row.expert_id, theme_id=row.theme_id, theme_code=theme.code, week=row.week),
    )
    return row
