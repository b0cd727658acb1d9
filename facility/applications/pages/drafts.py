"""What the pages of a draft have in common."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.content import PartyLine
from facility.refused import refuse
from facility.web.fields import Fields


def edit_of(fields: Fields) -> tuple[int, bool]:
    """The version that the editor saw, 0 before the first, and whether voiding confirmations is accepted."""
    return fields.integer("version", 0, 999_999_999), fields.yes("void")


async def draft(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The application, for a page that edits it. Raises Refused ("not_a_draft")."""
    application = await shown(connection, application_id)
    if not application.editable:
        refuse("not_a_draft")
    return application


def party_of(application: ApplicationShown, party_id: UUID) -> PartyLine:
    """The party on board with this id. Raises Refused ("removed", missing)."""
    party = next((party for party in application.parts.on_board if party.id == party_id), None)
    return party or refuse("removed", kind="missing", what="party")
