"""Whether an application is past the decision of its call, so that nobody declares a conflict on it any more."""

from facility.applications.models.application import Application
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.editing import status_of
from facility.calls.models.call import Call
from facility.db import Tx


async def is_over(tx: Tx, application: Application) -> bool:
    """The call of this application is decided, and the application is not being assessed again (service.reassessing)."""
    decided = (await tx.get(Call, application.call_id)).state == "decided"
    return decided and status_of(application) is not ApplicationStatus.ADMISSIBLE
