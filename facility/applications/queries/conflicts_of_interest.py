"""What a declared conflict closes, for pages that learn of the application only from what they read."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import closed_to
from facility.refused import refuse

_CLOSED = text(f"SELECT CAST(:ids AS uuid[]) && ARRAY({closed_to(':viewer')})")


async def refuse_closed(connection: AsyncConnection, viewer: UUID, application_ids: Sequence[UUID]) -> None:
    """Raises Refused (forbidden) "shut_out" where the viewer has declared a conflict on one of them."""
    about = {"ids": list(application_ids), "viewer": viewer}
    if application_ids and (await connection.execute(_CLOSED, about)).scalar():
        refuse("shut_out", kind="forbidden")
