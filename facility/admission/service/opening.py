"""Opening a call: one person begins with the list as it stands, a second one confirms it, and what came in is unsealed."""

import hashlib
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from facility.accounts.models import Person
from facility.admission.events import CallOpened, OpeningStarted
from facility.admission.models.opening import OpeningSession
from facility.admission.queries.opening import list_of, opening_list
from facility.admission.rules.opening import (
    SESSION,
    Minutes,
    OpeningList,
    may_confirm_opening,
    may_start_opening,
)
from facility.applications.models.application import Application
from facility.applications.rules.submission import canonical
from facility.applications.service.changing_submitted import discard_of_call
from facility.calls.models.call import Call
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import run
from facility.db import Tx, new_id
from facility.events.log import record
from facility.refused import refuse


async def start_opening(tx: Tx, call_id: UUID) -> OpeningSession:
    """Begin to open a closed call; nothing happens where the same person has begun with the same list and waits for the
    second one. Refused: as `rules.may_start_opening`, "assesses_here"."""
    actor = _actor(tx)
    await run(tx, call_id, Duty.OPENED)
    call = await tx.lock(Call, call_id)
    last = await last_session(tx, call_id)
    running = last.started_by if last and last.confirmed_at is None and tx.now <= last.ends_at else None
    may_start_opening(call.closed_at, call.opened_at, running=running, me=actor)
    await discard_of_call(tx, call_id)
    listed = await opening_list(tx.session, call_id)
    if last is not None and running == actor and list_of(last.listed) == listed:
        return last
    session = OpeningSession(
        id=new_id(),
        call_id=call_id,
        number=last.number + 1 if last else 1,
        started_by=actor,
        started_at=tx.now,
        ends_at=tx.now + SESSION,
        listed=msgspec.to_builtins(listed),
    )
    tx.add(session)
    await tx.flush()
    await record(tx, OpeningStarted(call_id=call_id, session_id=session.id, listed=len(listed.received)))
    return session


async def confirm_opening(tx: Tx, call_id: UUID, *, seen: UUID | None = None) -> OpeningSession:
    """Open the call as the second person: everything that came in is unsealed, and the minutes are frozen.

    `seen`: the session that this person was shown. Refused: as `rules.may_confirm_opening`, "opening_not_started", "assesses_here",
    "changed_since_shown" when the list is no longer the one that the first person had before them.
    """
    actor = _actor(tx)
    await run(tx, call_id, Duty.OPENED)
    call = await tx.lock(Call, call_id)
    session = await last_session(tx, call_id)
    if session is None:
        refuse("opening_not_started")
    may_confirm_opening(call.opened_at, session.started_by, session.ends_at, me=actor, now=tx.now)
    listed = await opening_list(tx.session, call_id)
    if seen not in (None, session.id) or listed != list_of(session.listed):
        refuse("changed_since_shown")
    minutes = await _minutes(tx, call, session, listed)
    call.opened_at = tx.now
    session.confirmed_by, session.confirmed_at = actor, tx.now
    session.minutes = msgspec.to_builtins(minutes)
    await _unseal(tx, call_id)
    await record(
        tx,
        CallOpened(
            call_id=call_id,
            session_id=session.id,
            started_by=session.started_by,
            opened=len(listed.opened),
            minutes=minutes_hash(session.minutes),
        ),
    )
    return session


def minutes_hash(minutes: dict[str, Any]) -> str:
    """The SHA-256 of what minutes say, in hexadecimal: the PDF differs from run to run, this doesn't."""
    return hashlib.sha256(canonical(minutes)).hexdigest()


async def last_session(tx: Tx, call_id: UUID) -> OpeningSession | None:
    """The call's latest session; the caller holds the call's row."""
    query = (
        select(OpeningSession)
        .where(OpeningSession.call_id == call_id)
        .order_by(OpeningSession.number.desc())
        .limit(1)
    )
    return (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _minutes(tx: Tx, call: Call, session: OpeningSession, listed: OpeningList) -> Minutes:
    return Minutes(
        number=f"{call.reference}/OPENING-{session.number}",
        call=call.reference,
        call_title=call.title,
        closes_at=call.closes_at,
        started_by=(await tx.get(Person, session.started_by)).name,
        started_at=session.started_at,
        confirmed_by=(await tx.get(Person, _actor(tx))).name,
        confirmed_at=tx.now,
        listed=listed,
    )


async def _unseal(tx: Tx, call_id: UUID) -> None:
    # Locked in the order of their ids, as everywhere.
    sealed = (
        select(Application.id)
        .where(
            Application.call_id == call_id,
            Application.received_at.is_not(None),
            ~Application.opened,
        )
        .order_by(Application.id)
        .with_for_update(key_share=True)
    )
    await tx.session.execute(
        update(Application)
        .where(Application.id.in_(sealed))
        .values(opened_at=tx.now)
        .execution_options(synchronize_session="fetch")
    )


def _actor(tx: Tx) -> UUID:
    assert tx.actor is not None, "calls are opened by people"
    return tx.actor
