"""Our own applications among what is done already: kept once admitted, public once supported, dropped when they end."""

from facility.admission.events import AdmissibilityChecked, ExceptionDecided
from facility.admission.service.initiatives import drop_initiative, keep_initiative
from facility.applications.events import ApplicationWithdrawn
from facility.applications.rules.status import ApplicationStatus
from facility.db import Tx
from facility.events.reactions import reacts_to


@reacts_to(AdmissibilityChecked)
async def keep_what_is_admitted(tx: Tx, event: AdmissibilityChecked) -> None:
    """Officers compare the next application with it; applicants don't read of it."""
    if event.outcome == ApplicationStatus.ADMISSIBLE:
        await keep_initiative(tx, event.application_id, public=False)
    else:
        await drop_initiative(tx, event.application_id)


@reacts_to(ExceptionDecided)
async def keep_approved_exceptions(tx: Tx, event: ExceptionDecided) -> None:
    """What is supported by way of exception is done as well."""
    if event.outcome == "approved":
        await keep_initiative(tx, event.application_id, public=True)


@reacts_to(ApplicationWithdrawn)
async def drop_what_is_withdrawn(tx: Tx, event: ApplicationWithdrawn) -> None:
    """It will not be done."""
    await drop_initiative(tx, event.application_id)
