"""Who does what in a call, for pages that offer only what may be done."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.calls.rules.segregation_of_duties import Duty, may_run
from facility.refused import Refused
from facility.web.sentences import sentence

ASSESSES = """EXISTS (SELECT FROM call_duty WHERE call_duty.call_id = coalesce(call.series_id, call.id)
    AND call_duty.person_id = :person_id AND call_duty.duty = 'assesses')"""
"""The person assesses in the row's call, so that running it is not among what they have to do."""
_DUTIES = text(
    """
    SELECT person_id, duty FROM call_duty JOIN call ON call.id = :call
    WHERE call_id = coalesce(call.series_id, call.id)
    """
)


async def duties_in(reader: AsyncConnection | AsyncSession, call_id: UUID) -> dict[UUID, Duty]:
    """What everybody did first in the call, a batch's series included."""
    return {row.person_id: Duty(row.duty) for row in await reader.execute(_DUTIES, {"call": call_id})}


async def why_not_run(connection: AsyncConnection, call_id: UUID, person_id: UUID) -> str:
    """Why this person may not help to run the call, as a sentence; "" if they may."""
    try:
        may_run((await duties_in(connection, call_id)).get(person_id))
    except Refused as refused:
        return sentence(refused.reasons[0])
    return ""
