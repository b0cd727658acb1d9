"""Taking on a duty in a call: running it, or assessing in it. A series and its batches are one call here."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from sqlalchemy import func, select, text

from facility.accounts.models import accounts_of
from facility.accounts.service.later_rooms import of_people
from facility.calls.models.call import Call
from facility.calls.models.duty import CallDuty
from facility.calls.rules.segregation_of_duties import Duty, may_run
from facility.db import Tx

# All accounts of a person have the duty, in the order of their ids.
_TAKE = text(
    f"""
    INSERT INTO call_duty (call_id, person_id, duty, since)
    SELECT :call, account.id, given.duty, :now
    FROM unnest(CAST(:people AS uuid[]), CAST(:duties AS text[])) AS given (person_id, duty)
    CROSS JOIN LATERAL ({accounts_of("given.person_id")}) AS account
    ORDER BY account.id ON CONFLICT DO NOTHING
    """  # noqa: S608 - our own text
)
_SHARE = text(
    f"""
    INSERT INTO call_duty (call_id, person_id, duty, since)
    SELECT DISTINCT ON (held.call_id, account.id) held.call_id, account.id, held.duty, held.since
    FROM call_duty AS held CROSS JOIN ({accounts_of("CAST(:person AS uuid)")}) AS account
    WHERE held.person_id IN ({accounts_of("CAST(:person AS uuid)")})
    ORDER BY held.call_id, account.id, held.since ON CONFLICT DO NOTHING
    """  # noqa: S608 - our own text
)


@of_people
async def share_duties(tx: Tx, account_id: UUID, _other_id: UUID) -> None:
    """A duty under one account of a person holds for their other account too. Duties that both had before stay as they
    are."""
    await tx.session.execute(_SHARE, {"person": account_id})


async def take_duties(tx: Tx, call_id: UUID, duties: Mapping[UUID, Duty]) -> dict[UUID, Duty]:
    """Give these people their duties in the call, unless they have one, and return the duty that each of them has now.
    Empty for a call that isn't there.

    Two acts at the same moment wait for each other here: the second one reads the duty of the first. Commands of later
    rooms call this before they lock anything; people are taken in the order of their ids.
    """
    series_id = await tx.session.scalar(
        select(func.coalesce(Call.series_id, Call.id)).where(Call.id == call_id)
    )
    if series_id is None:
        return {}
    given = sorted(duties)
    about = {
        "call": series_id,
        "people": given,
        "duties": [duties[key].value for key in given],
        "now": tx.now,
    }
    await tx.session.execute(_TAKE, about)
    query = select(CallDuty.person_id, CallDuty.duty).where(
        CallDuty.call_id == series_id, CallDuty.person_id.in_(duties)
    )
    return {row.person_id: Duty(row.duty) for row in await tx.session.execute(query)}


type Before = Callable[[Tx, UUID, Duty], Awaitable[None]]
"""`before(tx, call_id, duty)`: raises Refused where the actor may not do this for the call yet."""
BEFORE: list[Before] = []


def before_running(before: Before) -> Before:
    """Register what a later room asks of whoever runs a call."""
    if before not in BEFORE:
        BEFORE.append(before)
    return before


async def run(tx: Tx, call_id: UUID, duty: Duty) -> None:
    """The actor does this for the call. Raises Refused as `rules.segregation_of_duties.may_run`, and as later rooms say (`before_running`)."""
    if tx.actor is not None:
        may_run((await take_duties(tx, call_id, {tx.actor: duty})).get(tx.actor))
        await refuse_before(tx, call_id, duty)


async def refuse_before(tx: Tx, call_id: UUID, duty: Duty) -> None:
    """What later rooms ask of the actor before this duty."""
    for before in BEFORE:
        await before(tx, call_id, duty)
