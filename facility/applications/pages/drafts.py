"""What the pages of a draft have in common."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.application import ApplicationShown, shown
from facility.applications.queries.parts import PartyLine
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.forms import Form


def edit_of(fields: Fields) -> tuple[int, bool]:
    """The version that the editor saw, and whether voiding confirmations is accepted."""
    return fields.integer("version", 1, 999_999_999), fields.yes("void")


async def draft(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The application, for a page that edits it. Raises Refused ("not_a_draft")."""
    application = await shown(connection, application_id)
    if not application.is_draft:
        refuse("not_a_draft")
    return application


def same_person(view: render.View, form: Form) -> None:
    """What somebody typed is not saved in the name of whoever signed in at the same browser meanwhile (Refused:
    "other_person")."""
    by = form.take("by")
    if by and by != str(view.me.id):
        refuse("other_person")


def party_of(application: ApplicationShown, party_id: UUID) -> PartyLine:
    """The party on board with this id. Raises Refused ("removed", missing)."""
    party = next((party for party in application.parts.on_board if party.id == party_id), None)
    return party or refuse("removed", kind="missing", what="party")
