"""A partner asks for a change before it confirms; the lead answers."""

from uuid import UUID

from sqlalchemy import select

from facility.applications.events import ChangeAnswered, PartnerAskedForChange
from facility.applications.models.confirmation import ChangeRequest
from facility.applications.rules.change_requests import ChangeOutcome, may_answer_change, may_ask_for_change
from facility.applications.rules.parties import Confirmation
from facility.applications.service.editing import lock_party
from facility.db import Tx, new_id
from facility.events.log import record


async def ask_for_change(tx: Tx, party_id: UUID, *, wish: str) -> ChangeRequest:
    """The partner says what it wants changed; it can still confirm or decline. Refused: as `may_ask_for_change`."""
    application, party = await lock_party(tx, party_id)
    may_ask_for_change(
        editable=application.editable,
        confirmed=party.confirmation == Confirmation.CONFIRMED,
        declined=party.confirmation == Confirmation.DECLINED,
        left=not party.on_board,
        waiting=await _open(tx, party_id) is not None,
        wish=wish,
    )
    request = ChangeRequest(
        id=new_id(),
        application_id=application.id,
        party_id=party_id,
        wish=wish.strip(),
        asked_by=tx.actor,
        asked_at=tx.now,
    )
    tx.add(request)
    await record(
        tx,
        PartnerAskedForChange(application_id=application.id, party_id=party_id, request_id=request.id),
    )
    return request


async def answer_change(
    tx: Tx, request_id: UUID, *, outcome: ChangeOutcome, answer: str = ""
) -> ChangeRequest:
    """The lead says what it did about it; the partner is told. Refused: as `may_answer_change`."""
    application, _party = await lock_party(tx, (await tx.get(ChangeRequest, request_id)).party_id)
    request = await tx.lock(ChangeRequest, request_id)
    may_answer_change(
        editable=application.editable, answered=request.outcome is not None, outcome=outcome, answer=answer
    )
    _end(tx, request, outcome)
    request.answer = answer.strip()
    await record(
        tx,
        ChangeAnswered(
            application_id=application.id,
            party_id=request.party_id,
            request_id=request_id,
            outcome=outcome.value,
        ),
    )
    return request


async def drop_request(tx: Tx, party_id: UUID) -> None:
    """Nobody waits for the lead's answer any more: the party, which is locked, answers itself or goes."""
    request = await _open(tx, party_id)
    if request is not None:
        _end(tx, request, ChangeOutcome.DROPPED)


def _end(tx: Tx, request: ChangeRequest, outcome: ChangeOutcome) -> None:
    request.outcome = outcome
    request.answered_by, request.answered_at = tx.actor, tx.now


async def _open(tx: Tx, party_id: UUID) -> ChangeRequest | None:
    query = select(ChangeRequest).where(ChangeRequest.party_id == party_id, ChangeRequest.outcome.is_(None))
    return (await tx.session.scalars(query)).first()
