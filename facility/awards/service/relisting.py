"""The reserve list by a later version of the ranking. The envelope's lock is held throughout."""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import count
from uuid import UUID

from sqlalchemy import select

from facility.admission.service.admissibility import move
from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.ending import end_what_is_open
from facility.awards.events.decisions import LeaveKind, ReserveEnded, ReservePlaced
from facility.awards.events.versions import ReserveMoved
from facility.awards.models.decision import ReserveEntry, ReserveState
from facility.awards.queries.later_version import Making
from facility.awards.rules.later_version import places_after
from facility.awards.service.held_money import cancel_offer
from facility.awards.service.shared import LOST
from facility.calls.models.call import Call
from facility.calls.service.reading import after_decision_of
from facility.contracts.models import Envelope
from facility.db import Tx
from facility.evaluation.rules.outcomes import Outcome
from facility.evaluation.rules.ranking import Judged
from facility.events.log import record
from facility.periods import last_of_days

_ASIDE = 1_000_000
"""Above every number on a list, so that numbers change hands while each is one application's only."""


async def line_up(tx: Tx, call: Call, now: Making, applications: Mapping[UUID, Application]) -> None:
    """Put the reserve list into its new order, in which it is served. Those that head it because they lie above the
    line wait at least as long as on a list that begins today. `renumber` gives the places their numbers."""
    entries = await _entries(tx, [now.ids[key] for key in now.revised.reserve])
    for at, key in enumerate(now.revised.reserve):
        if entry := entries.get(now.ids[key]):
            entry.place = _ASIDE + at
    await tx.flush()
    days = after_decision_of(call).reserve_days
    until = last_of_days(tx.now, days) if days else None
    for at, key in enumerate(now.revised.reserve):
        application = applications[now.ids[key]]
        entry = entries.get(application.id)
        if entry is None or key not in now.places:
            await _put(tx, application, entry, at, until)
            continue
        if key in now.revised.above and entry.valid_until is not None and until is not None:
            entry.valid_until = max(entry.valid_until, until)
        if application.status != ApplicationStatus.RESERVE:
            await move(tx, application, ApplicationStatus.RESERVE)
    await tx.flush()


async def renumber(tx: Tx, call: Call, now: Making, served: Collection[UUID]) -> set[UUID]:
    """Give the places their numbers once the list was served: whoever waits on in the same order keeps its own. Returns who waits and has
    another one than before, or had none."""
    entries = await _entries(tx, [now.ids[key] for key in now.revised.reserve])
    waiting = [key for key in now.revised.reserve if now.ids[key] not in served]
    places = places_after(now.places, waiting, now.last)
    unused = count(max([now.last, *places.values()]) + 1)
    for key in now.revised.reserve:
        entries[now.ids[key]].place = places.get(key) or now.places.get(key) or next(unused)
    await tx.flush()
    changed = [key for key in waiting if places[key] != now.places.get(key)]
    for key in changed:
        if key not in now.places and places[key] == now.revised.reserve.index(key) + 1:
            continue  # it was placed there
        moved = ReserveMoved(application_id=now.ids[key], call_id=call.id, place=places[key])
        await record(tx, moved)
    return {now.ids[key] for key in changed}


async def _entries(tx: Tx, application_ids: list[UUID]) -> dict[UUID, ReserveEntry]:
    query = select(ReserveEntry).where(ReserveEntry.application_id.in_(application_ids))
    locked = query.with_for_update().execution_options(populate_existing=True)
    return {entry.application_id: entry for entry in (await tx.session.scalars(locked)).all()}


async def _put(
    tx: Tx, application: Application, entry: ReserveEntry | None, at: int, until: date | None
) -> None:
    """A place for what had none, or had left the list by an earlier version; at: how many stand before it."""
    if entry is None:
        entry = ReserveEntry(application_id=application.id, call_id=application.call_id)
        tx.add(entry)
    entry.place, entry.requested, entry.valid_until = _ASIDE + at, application.requested, until
    entry.state, entry.ended_at, entry.end_reason = ReserveState.WAITING, None, None
    await move(tx, application, ApplicationStatus.RESERVE)
    await tx.flush()
    await record(
        tx,
        ReservePlaced(
            application_id=application.id,
            call_id=application.call_id,
            place=at + 1,
            requested=application.requested,
        ),
    )


async def settle_the_rest(
    tx: Tx, envelope: Envelope, now: Making, applications: Mapping[UUID, Application]
) -> list[UUID]:
    """What was assessed again and gets no place ends, by its new scores; which."""
    judged = {entry.applicant.application_id: entry for entry in now.standing.everyone}
    listed = {now.ids[key] for key in now.revised.reserve}
    ended = [cause.application_id for cause in now.version.still_open if cause.application_id not in listed]
    for key in ended:
        if (entry := (await _entries(tx, [key])).get(key)) and entry.state == ReserveState.WAITING:
            lost = judged[key].outcome is Outcome.INELIGIBLE
            await _leave(tx, envelope, entry, "ineligible" if lost else "below_threshold")
        await _end(tx, applications[key], judged[key])
    await end_what_is_open(tx, ended)
    return ended


async def _leave(tx: Tx, envelope: Envelope, entry: ReserveEntry, how: LeaveKind) -> None:
    await cancel_offer(tx, envelope, entry.application_id)
    entry.state, entry.ended_at = ReserveState(how), tx.now
    await tx.flush()
    await record(tx, ReserveEnded(application_id=entry.application_id, call_id=entry.call_id, how=how))


async def _end(tx: Tx, application: Application, judged: Judged) -> None:
    match judged.outcome:
        case Outcome.BELOW_THRESHOLD:
            await move(tx, application, ApplicationStatus.BELOW_THRESHOLD, reasons=judged.missed)
        case Outcome.INELIGIBLE:
            await move(tx, application, ApplicationStatus.INELIGIBLE, reasons=(LOST,))
        case _:
            await move(tx, application, ApplicationStatus.COOLED_DOWN)
