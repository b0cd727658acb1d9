"""Putting away a call that is over, and taking it out again."""

from uuid import UUID

from facility.calls.events import CallArchived, CallTakenFromArchive
from facility.calls.models.call import Call
from facility.calls.rules.standing import may_archive, may_take_from_archive
from facility.calls.service.people import acting, refuse_batch
from facility.db import Tx
from facility.events.log import record


async def archive_call(tx: Tx, call_id: UUID) -> None:
    """Put the call away: it leaves the lists, and its questions and answers change no more. Awards run on.

    Raises Refused: rules.standing.may_archive.
    """
    actor = acting(tx)
    call = await tx.lock(Call, call_id)
    refuse_batch(call)
    may_archive(call.state, call.archived_at)
    call.archived_at, call.archived_by = tx.now, actor
    await record(tx, CallArchived(call_id=call_id))


async def take_from_archive(tx: Tx, call_id: UUID) -> None:
    """The call stands in the lists again. Raises Refused "not_archived"."""
    acting(tx)
    call = await tx.lock(Call, call_id)
    may_take_from_archive(call.archived_at)
    call.archived_at = call.archived_by = None
    await record(tx, CallTakenFromArchive(call_id=call_id))
