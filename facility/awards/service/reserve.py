"""Serving the reserve lists when money or a place has become free. The envelope's lock is held throughout."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, select

from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus
from facility.awards.events.awards import AwardMade
from facility.awards.events.decisions import ReserveEnded
from facility.awards.models.award import Award
from facility.awards.models.decision import ReserveEntry, ReserveState
from facility.awards.queries import money
from facility.awards.queries.cool_down import cooling
from facility.awards.rules.reserve import ReserveList, serve_envelope
from facility.awards.service.acceptance import ask_to_accept
from facility.awards.service.held_money import cancel_offer
from facility.calls.models.call import Call
from facility.calls.service.reading import after_decision_of
from facility.contracts.models import Envelope
from facility.contracts.service.money import commit
from facility.db import Tx, new_id
from facility.evaluation.queries.standing import Reader
from facility.events.log import record


async def plan(
    reader: Reader,
    envelope_id: UUID,
    free: Decimal,
    *,
    first: UUID | None = None,
    freed: Decimal,
    leaving: UUID | None = None,
    ending: UUID | None = None,
    at: datetime,
) -> list[UUID]:
    """The applications that get an award once `freed` EUR come back to the call `first`, in order. free: what the envelope
    has left before, in EUR; at: when, since lists end.

    `leaving`: an application that gives up its own place at the same time; `ending`: one that gives its award back. Nothing is changed or locked yet, so that
    applications can be locked in the order of their ids.
    """
    lists = await money.waiting_lists(reader, envelope_id, first=first, freed=freed, leaving=leaving, at=at)
    lists = [await _spread(reader, waiting, ending) for waiting in lists]
    served = serve_envelope(lists, free + freed)
    return [UUID(key) for key in served]


async def plan_after(
    reader: Reader,
    award: Award | Row[Any],
    free: Decimal,
    freed: Decimal,
    *,
    ending: UUID | None,
    at: datetime,
) -> list[UUID]:
    """`plan` once `freed` EUR of the award come back: to its call, unless it took nothing of its call's amount."""
    first = None if award.exceptional else award.call_id
    return await plan(reader, award.envelope_id, free, first=first, freed=freed, ending=ending, at=at)


async def _spread(reader: Reader, waiting: ReserveList, ending: UUID | None) -> ReserveList:
    """The list with the call's limit for each beneficiary. The rule on leads has passed its applications once."""
    cool = await cooling(reader, waiting.call_id, ending=ending)
    return msgspec.structs.replace(waiting, cooling=msgspec.structs.replace(cool, same_lead=frozenset()))


async def lock_applications(tx: Tx, application_ids: Collection[UUID]) -> dict[UUID, Application]:
    """These applications as they are now, locked in the order of their ids."""
    query = (
        select(Application)
        .where(Application.id.in_(application_ids))
        .order_by(Application.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in (await tx.session.execute(query)).scalars()}


async def activate(
    tx: Tx, envelope: Envelope, application: Application, *, amount: Decimal | None = None
) -> Award:
    """Turn a place on the reserve list into an award; the decision that made the list authorises it. amount: the part, in EUR, that its
    lead has agreed to; None: all that it requests, and an open offer of a part falls away."""
    await cancel_offer(tx, envelope, application.id)
    entry = await tx.lock(ReserveEntry, application.id)
    entry.state, entry.ended_at = ReserveState.ACTIVATED, tx.now
    await tx.flush()
    await record(tx, ReserveEnded(application_id=application.id, call_id=entry.call_id, how="activated"))
    return await make_award(tx, envelope, application, amount=amount, from_reserve=True)


async def make_award(
    tx: Tx,
    envelope: Envelope,
    application: Application,
    *,
    amount: Decimal | None = None,
    from_reserve: bool = False,
    exceptional: bool = False,
) -> Award:
    """An award of what the application asks for, or of this amount in EUR, committed out of the locked envelope."""
    awarded = application.requested if amount is None else amount
    award = Award(
        id=new_id(),
        application_id=application.id,
        call_id=application.call_id,
        envelope_id=envelope.id,
        amount=awarded,
        committed=awarded,
        made_at=tx.now,
        from_reserve=from_reserve,
        exceptional=exceptional,
    )
    tx.add(award)
    await move(tx, application, ApplicationStatus.AWARDED)
    await tx.flush()
    await commit(tx, envelope, award_id=award.id, old=Decimal("0.00"), new=award.amount)
    if days := after_decision_of(await tx.get(Call, award.call_id)).accept_days:
        ask_to_accept(tx, award, days)
    await record(
        tx,
        AwardMade(
            award_id=award.id,
            application_id=application.id,
            call_id=application.call_id,
            envelope_id=envelope.id,
            amount=award.amount,
            from_reserve=from_reserve,
            exceptional=exceptional,
        ),
    )
    return award
