"""Taking on a duty in a call: running it, or assessing in it. A series and its batches are one call here."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from facility.calls.models.call import Call
from facility.calls.models.duty import CallDuty
from facility.calls.rules.duties import Duty, may_run
from facility.db import Tx


async def take_duties(tx: Tx, call_id: UUID, duties: Mapping[UUID, Duty]) -> dict[UUID, Duty]:
    """What these people do in the call from now on: what they did first, else this. Nobody in a call that isn't there.

    Whoever comes second waits here for whoever comes first, and reads what that one did. Commands of later rooms ask before
    they lock anything; people are taken in the order of their ids.
    """
    series_id = await tx.session.scalar(
        select(func.coalesce(Call.series_id, Call.id)).where(Call.id == call_id)
    )
    if series_id is None:
        return {}
    rows = [
        {"call_id": series_id, "person_id": person_id, "duty": duties[person_id], "since": tx.now}
        for person_id in sorted(duties)
    ]
    await tx.session.execute(insert(CallDuty).values(rows).on_conflict_do_nothing())
    query = select(CallDuty.person_id, CallDuty.duty).where(
        CallDuty.call_id == series_id, CallDuty.person_id.in_(duties)
    )
    return {row.person_id: Duty(row.duty) for row in await tx.session.execute(query)}


async def run(tx: Tx, call_id: UUID, duty: Duty) -> None:
    """The actor does this for the call. Raises Refused as `rules.duties.may_run`."""
    if tx.actor is not None:
        may_run((await take_duties(tx, call_id, {tx.actor: duty})).get(tx.actor))
