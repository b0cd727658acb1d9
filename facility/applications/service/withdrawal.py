"""Withdrawing, taking up again, leaving, and who is still on board."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.applications.events import ApplicationTakenUp, ApplicationWithdrawn, PartnerLeft
from facility.applications.models.application import Application, Party
from facility.applications.rules.status import HOLDS_PLACE, ApplicationStatus
from facility.applications.rules.withdrawal import may_leave, may_take_up_again, may_withdraw
from facility.applications.service.amounts import add_up
from facility.applications.service.batches import was_carried_over
from facility.applications.service.change_requests import drop_request
from facility.applications.service.confirmations import PURPOSE
from facility.applications.service.editing import changed, lock_party, lock_with_call, open_again, status_of
from facility.applications.service.ending import end_what_is_open
from facility.applications.service.unsaved import drop_typed
from facility.calls.service.batches import series_of
from facility.calls.service.reading import rules_of
from facility.db import Tx
from facility.events.log import record
from facility.outbox.links import revoke_links
from facility.refused import refuse


async def withdraw(tx: Tx, application_id: UUID) -> Application:
    """The lead withdraws until the decision. An award or a reserve place is withdrawn in awards, where money is freed.

    Refused: "nothing_to_withdraw", "award_stands".
    """
    application, call = await lock_with_call(tx, application_id)
    status = status_of(application)
    may_withdraw(status, call.decided_at, tx.now)
    if status in HOLDS_PLACE:
        refuse("award_stands")
    application.status = ApplicationStatus.WITHDRAWN
    application.changing_since = application.as_submitted = None
    application.withdrawn_at = tx.now
    await record(tx, ApplicationWithdrawn(application_id=application_id, call_id=call.id))
    await end_what_is_open(tx, [application_id])
    return application


async def take_up_again(tx: Tx, application_id: UUID) -> Application:
    """A withdrawn application becomes a draft again while the call is open; confirmations stand, unless a partner has left
    since it was submitted.

    From a batch it goes back to its series. Refused: "wrong_status", "late", "call_decided" once its batch is decided,
    "carried_over" when it has been ranked before.
    """
    application, call = await lock_with_call(tx, application_id)
    series = await series_of(tx, call)
    may_take_up_again(status_of(application), rules_of(series), tx.now)
    if call.decided_at is not None:
        refuse("call_decided")
    if await was_carried_over(tx, application_id):
        refuse("carried_over")
    application.call_id = series.id
    application.status = ApplicationStatus.DRAFT
    application.withdrawn_at = None
    application.received_at = None
    application.fingerprint = None
    application.submission = None
    application.submitted_by = None
    application.opened_at = None
    await open_again(tx, application)
    await record(tx, ApplicationTakenUp(application_id=application_id, call_id=series.id))
    return application


async def leave(tx: Tx, party_id: UUID, *, reason: str | None = None) -> Party:
    """A partner leaves, also after the award. What follows for eligibility is decided with the call, and by awards.
    reason: None where a scenario gives none. Refused: as `rules.may_leave`."""
    application, party = await lock_party(tx, party_id)
    may_leave(is_lead=party.is_lead, left=not party.on_board, reason=reason)
    party.left_at = tx.now
    party.leave_reason = reason and reason.strip()
    if application.editable:
        await drop_request(tx, party.id)
        await drop_typed(tx, party)
        await revoke_links(tx, PURPOSE, party.id)
        await add_up(tx, application)
        await changed(tx, application, {"partners", "requested"}, may_void=True)
    codes = await parties_on_board(tx, application.id)
    await record(
        tx,
        PartnerLeft(
            application_id=application.id,
            call_id=application.call_id,
            party_id=party_id,
            on_board=distinct_beneficiaries(codes),
        ),
    )
    return party


async def parties_on_board(tx: Tx, application_id: UUID) -> tuple[str, ...]:
    """The beneficiaries' codes of the lead and of the partners that have not left, lead first."""
    rows = await tx.session.scalars(
        select(Party.beneficiary_code)
        .where(Party.application_id == application_id, Party.on_board)
        .order_by(Party.position)
    )
    return tuple(rows)


async def boards(tx: Tx, call_id: UUID) -> dict[UUID, tuple[str, ...]]:
    """`parties_on_board` for every application of a call, by application, in one statement."""
    rows = await tx.session.execute(
        select(Party.application_id, Party.beneficiary_code)
        .join(Application, Application.id == Party.application_id)
        .where(Application.call_id == call_id, Party.on_board)
        .order_by(Party.application_id, Party.position)
    )
    codes_of: dict[UUID, list[str]] = defaultdict(list)
    for application_id, code in rows:
        codes_of[application_id].append(code)
    return {application_id: tuple(codes) for application_id, codes in codes_of.items()}
