"""Admissibility, and the status that higher rooms set."""

from collections.abc import Sequence
from uuid import UUID

from facility.applications import rules
from facility.applications.events import AdmissibilityChecked
from facility.applications.models import AdmissibilityCheck, Application
from facility.applications.queries import track_of
from facility.applications.rules import ApplicationStatus
from facility.applications.service.changes import lock_with_call, status_of
from facility.db import Tx, new_id
from facility.events import record
from facility.refused import refuse


async def check_admissibility(
    tx: Tx, application_id: UUID, *, admissible: bool, reason: str = ""
) -> Application:
    """An officer judges, after the opening and until the decision; a later judgement replaces an earlier one.

    Refused: as `rules.may_check`, "call_decided".
    """
    application, call = await lock_with_call(tx, application_id)
    if call.decided_at is not None:
        refuse("call_decided")
    rules.may_check(
        track_of(application),
        status_of(application),
        opened=application.opened_at is not None,
        admissible=admissible,
        reason=reason,
    )
    application.status = ApplicationStatus.ADMISSIBLE if admissible else ApplicationStatus.INADMISSIBLE
    check = AdmissibilityCheck(
        id=new_id(),
        application_id=application_id,
        admissible=admissible,
        reason=reason.strip(),
        checked_by=tx.actor,
        checked_at=tx.now,
    )
    tx.add(check)
    await record(
        tx,
        AdmissibilityChecked(
            application_id=application_id, call_id=call.id, check_id=check.id, outcome=application.status
        ),
    )
    return application


async def move(
    tx: Tx, application: Application, status: ApplicationStatus, reasons: Sequence[str] = ()
) -> None:
    """For higher rooms: a new status with its reason codes, on a row that they have locked. Their event tells it.

    Refused ("wrong_status") where the table of transitions has no such step.
    """
    rules.may_become(status_of(application), status)
    application.status = status
    application.reasons = sorted(reasons)
