"""What follows from a judgement on admissibility and from a decision on an exception: the lead gets a letter."""

from facility.admission.events import AdmissibilityChecked, ExceptionDecided
from facility.admission.rules.checklist import Verdict
from facility.admission.service.letters import EXCEPTIONS, INADMISSIBLE, Item, write_decision
from facility.applications.models.application import AdmissibilityCheck, Application
from facility.applications.rules.status import ApplicationStatus
from facility.calls.words import calls as call_words
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.web.i18n import translated


@reacts_to(AdmissibilityChecked)
async def write_that_it_is_not_admissible(tx: Tx, event: AdmissibilityChecked) -> None:
    """The lead gets a letter at once, with the reasons; being admissible is no news before the decision."""
    if event.outcome != ApplicationStatus.INADMISSIBLE:
        return
    check = await tx.get(AdmissibilityCheck, event.check_id)
    items = [
        Item(item["text"] or translated(call_words.CHECKLIST[item["key"]]), item["reason"])
        for item in check.items
        if item["verdict"] == Verdict.NOT_MET
    ]
    application = await tx.get(Application, event.application_id)
    await write_decision(
        tx,
        INADMISSIBLE,
        application,
        at=check.checked_at,
        by=check.checked_by,
        reason=check.reason,
        items=items,
    )


@reacts_to(ExceptionDecided)
async def write_the_decision_on_an_exception(tx: Tx, event: ExceptionDecided) -> None:
    """The lead gets a letter on what was decided."""
    application = await tx.get(Application, event.application_id)
    await write_decision(
        tx,
        EXCEPTIONS[event.outcome],
        application,
        at=application.exception_decided_at or tx.now,
        by=application.exception_decided_by,
        reason=application.exception_reason or "",
        items=[],
    )
