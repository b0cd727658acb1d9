"""Admissibility, and the status that higher rooms set."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from facility.admission.events import AdmissibilityChecked
from facility.admission.queries.checklist import Checklist, checklist
from facility.admission.rules.admissibility import may_check
from facility.admission.rules.checklist import Judged, by_findings, check_judgements
from facility.applications.models.application import AdmissibilityCheck, Application
from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.content import track_of
from facility.applications.rules.status import ApplicationStatus, may_become
from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.applications.service.editing import lock_with_call, status_of
from facility.applications.service.ending import end_what_is_open
from facility.calls.rules.cancellation import may_go_on
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.service.duties import run
from facility.db import Tx, new_id
from facility.events.log import record
from facility.refused import refuse


async def check_admissibility(
    tx: Tx,
    application_id: UUID,
    *,
    admissible: bool,
    reason: str = "",
    judged: Mapping[str, Judged] | None = None,
) -> Application:
    """An officer judges, after the opening and until the decision; a later judgement replaces an earlier one. Nothing happens
    where it says the same, so that nobody gets a second letter.

    `judged`: the officer's judgement on each item of the call's checklist, by key; without it, what the facility finds by
    itself stands there. Refused: as `may_check` and `rules.checklist.check_judgements`, "call_decided",
    "call_cancelled"; (forbidden) "assesses_here", "shut_out", "checked_before".
    """
    await begin_check(tx, application_id)
    application, call = await lock_with_call(tx, application_id)
    await refuse_shut_out(tx, [application_id])
    may_go_on(call.state)
    if call.decided_at is not None:
        refuse("call_decided")
    may_check(
        track_of(application),
        status_of(application),
        opened=application.opened,
        admissible=admissible,
        reason=reason,
    )
    connection = await tx.session.connection()
    as_shown = await shown(connection, application_id)
    _somebody_else(tx, as_shown)
    shown_checklist = await checklist(connection, as_shown)
    if judged is not None:
        check_judgements(
            shown_checklist.items, shown_checklist.findings, judged, admissible=admissible, reason=reason
        )
    items = _kept(
        shown_checklist,
        by_findings(shown_checklist.items, shown_checklist.findings) if judged is None else judged,
    )
    # What was submitted anew is judged anew, also where the judgement says the same.
    last = (
        as_shown.checks[0] if as_shown.checks and as_shown.status is not ApplicationStatus.SUBMITTED else None
    )
    before = last and (last.admissible, last.reason, msgspec.to_builtins(last.items))
    if before != (admissible, reason.strip(), items):
        await _judge(tx, application, admissible=admissible, reason=reason.strip(), items=items)
    return application


def _somebody_else(tx: Tx, application: ApplicationShown) -> None:
    """A check that a complaint has opened again is not made by whoever made it before (Refused "checked_before",
    forbidden)."""
    if application.status is ApplicationStatus.SUBMITTED and application.received_at and tx.actor:
        before = [check for check in application.checks if check.checked_at >= application.received_at]
        if tx.actor in {check.checker_id for check in before}:
            refuse("checked_before", kind="forbidden")


async def begin_check(tx: Tx, application_id: UUID) -> None:
    """Note that the actor takes part in running the call, since checking belongs to that. Call it before anything is
    locked. Raises Refused (missing, or "assesses_here")."""
    await run(tx, (await tx.get(Application, application_id)).call_id, Duty.CHECKED)


async def _judge(
    tx: Tx, application: Application, *, admissible: bool, reason: str, items: list[dict[str, Any]]
) -> None:
    application.status = ApplicationStatus.ADMISSIBLE if admissible else ApplicationStatus.INADMISSIBLE
    check = AdmissibilityCheck(
        id=new_id(),
        application_id=application.id,
        admissible=admissible,
        reason=reason,
        items=items,
        checked_by=tx.actor,
        checked_at=tx.now,
    )
    tx.add(check)
    event = AdmissibilityChecked(
        application_id=application.id,
        call_id=application.call_id,
        check_id=check.id,
        outcome=application.status,
    )
    await record(tx, event)
    if not admissible:
        await end_what_is_open(tx, [application.id])


def _kept(shown_checklist: Checklist, judged: Mapping[str, Judged]) -> list[dict[str, Any]]:
    """What the row keeps of each item: what was found and with which figures, and what was judged."""
    return [
        {
            "key": line.item.key,
            "text": line.item.text,
            "finding": line.automatic.finding.value,
            "figures": line.automatic.figures,
            "verdict": judgement.verdict.value if (judgement := judged.get(line.item.key)) else "",
            "reason": judgement.reason.strip() if judgement else "",
        }
        for line in shown_checklist.lines
    ]


async def move(
    tx: Tx, application: Application, status: ApplicationStatus, reasons: Sequence[str] = ()
) -> None:
    """For higher rooms: a new status with its reason codes, on a row that they have locked. Their event tells it.

    Refused ("wrong_status") where the table of transitions has no such step.
    """
    may_become(status_of(application), status)
    application.status = status
    application.reasons = sorted(reasons)
