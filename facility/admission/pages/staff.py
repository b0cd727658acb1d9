"""What staff may read of one application."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import queries
from facility.applications.queries import ApplicationShown
from facility.refused import refuse


async def unsealed(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The application, once staff may read it. Raises Refused (missing, "not_opened")."""
    application = await queries.shown(connection, application_id)
    if application.received_at is None:
        refuse("not_found", kind="missing", what="application")
    if application.sealed:
        refuse("not_opened")
    return application
