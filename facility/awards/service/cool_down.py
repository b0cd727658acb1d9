"""Setting a cool-down rule aside for one application."""

from uuid import UUID

from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus
from facility.awards.events.decisions import CoolDownSetAside
from facility.awards.models.decision import CoolDownOverride
from facility.calls.models.call import Call
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import run
from facility.db import Tx
from facility.events.log import record
from facility.refused import refuse


async def set_cool_down_aside(tx: Tx, call_id: UUID, application_id: UUID, reason: str) -> None:
    """Let the application take part in the line whatever the call's cool-down rules say, for a reason.

    Refused: "already_decided", "not_found" (missing), "wrong_status", "already_set_aside", "reason_missing" (invalid),
    "assesses_here" (forbidden).
    """
    assert tx.actor is not None, "rules are set aside by people"
    await run(tx, call_id, Duty.DECIDED)
    call = await tx.lock(Call, call_id)
    if call.decided_at is not None:
        refuse("already_decided")
    application = await tx.lock(Application, application_id)
    if application.call_id != call_id or not application.opened:
        refuse("not_found", kind="missing", what="application")
    if application.status != ApplicationStatus.ADMISSIBLE:
        refuse("wrong_status", status=application.status, wanted=ApplicationStatus.AWARDED.value)
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
    if await tx.session.get(CoolDownOverride, (call_id, application_id)):
        refuse("already_set_aside")
    tx.add(
        CoolDownOverride(
            call_id=call_id,
            application_id=application_id,
            reason=reason.strip(),
            overridden_by=tx.actor,
            at=tx.now,
        )
    )
    await tx.flush()
    await record(tx, CoolDownSetAside(application_id=application_id, call_id=call_id))
