"""Declarations of those who don't assess: chair, secretary, observers, officers and deciders; and what waits for them."""

from uuid import UUID

from facility.applications.models.application import Application
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.applications.service.conflicts_of_interest import close_to
from facility.calls.models.call import Call
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import before_running
from facility.db import Tx
from facility.evaluation.events import ConflictDeclared
from facility.evaluation.queries.declaring import signed_at
from facility.evaluation.rules.committee import undeclared
from facility.evaluation.service.over import is_over
from facility.evaluation.service.settling import settle
from facility.events.log import record
from facility.refused import refuse, refuse_if

AFTER_SIGNING = (Duty.OPENED, Duty.CHECKED, Duty.ASSIGNED, Duty.REPORTED, Duty.PROPOSED, Duty.DECIDED)
"""What nobody does in a call with a committee before they have signed its declaration: from the opening on."""


@before_running
async def refuse_undeclared(tx: Tx, call_id: UUID, duty: Duty) -> None:
    """In a call with a committee, the actor has signed its declaration of objectivity and confidentiality. Refused (forbidden):
    "not_signed_here"."""
    if duty not in AFTER_SIGNING:
        return
    call = await tx.get(Call, call_id)
    if call.committee:
        signed = tx.actor is not None and bool(await signed_at(tx.session, call_id, tx.actor))
        refuse_if(undeclared(call_id, signed=signed), "forbidden")


async def declare_own_conflict(tx: Tx, application_id: UUID, reason: str) -> None:
    """The actor, who doesn't assess it, declares a conflict of interests on an application: it is closed to them from now on.

    Refused: "not_found" (missing) for what is not opened, or on the exception track not submitted, "already_declared",
    "already_decided", "reason_missing" (invalid).
    """
    assert tx.actor is not None, "conflicts are declared in person"
    application = await tx.lock(Application, application_id)
    joint = application.track == "joint"
    if not (application.opened if joint else application.received_at):
        refuse("not_found", kind="missing", what="application")
    declared = await tx.session.get(ConflictDeclaration, (application_id, tx.actor), populate_existing=True)
    if declared is not None and declared.conflict:
        refuse("already_declared")
    # An exception is decided by itself, and may get its award long after its call was decided.
    if joint and await is_over(tx, application):
        refuse("already_decided")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    await close_to(tx, application_id, tx.actor, reason.strip())
    await record(tx, ConflictDeclared(application_id=application_id, assessor_id=tx.actor, conflict=True))
    await settle(tx, application_id)
