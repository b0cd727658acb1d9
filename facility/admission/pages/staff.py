"""What staff may read of one application."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission.rules.admissibility import may_judge
from facility.admission.rules.asking import may_ask
from facility.applications.queries.application import ApplicationShown, shown
from facility.refused import passes, refuse


async def unsealed(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The application, once staff may read it. Raises Refused (missing, "not_opened")."""
    application = await shown(connection, application_id)
    if application.received_at is None:
        refuse("not_found", kind="missing", what="application")
    if application.sealed:
        refuse("not_opened")
    return application


def may_be_judged(application: ApplicationShown) -> None:
    """Whether its admissibility is a question now. Refused: as `may_judge`."""
    may_judge(
        application.track,
        application.status,
        opened=not application.sealed,
        decided_at=application.call_decided_at,
    )


def judgeable(application: ApplicationShown) -> bool:
    """Whether `may_be_judged` passes, for a button that leads to the page."""
    return passes(may_be_judged, application)


def may_ask_about(application: ApplicationShown) -> bool:
    """Whether others may be asked about it now, as `may_ask`."""
    decided = application.track == "joint" and application.call_decided_at is not None
    return passes(may_ask, application.status, sealed=application.sealed, decided=decided)
