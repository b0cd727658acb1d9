"""What a declared conflict keeps its person from, where a command learns of the application only from a form."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from facility.accounts.models import Person
from facility.accounts.service.people import active_people
from facility.applications.models.conflict import ConflictDeclaration
from facility.db import Tx
from facility.refused import refuse
from facility.web.access import Role


async def shut_out_of(tx: Tx, application_ids: Collection[UUID]) -> set[UUID]:
    """The people to whom one of these applications is closed. Whoever declares locks the application: a command that decides
    on it asks under the same lock."""
    query = select(ConflictDeclaration.assessor_id).where(
        ConflictDeclaration.application_id.in_(application_ids), ConflictDeclaration.conflict
    )
    return set((await tx.session.execute(query)).scalars())


async def officers_for(tx: Tx, application_id: UUID) -> list[Person]:
    """The secretariat, but for those to whom the application is closed: whom mails about it may reach."""
    closed_to = await shut_out_of(tx, [application_id])
    return [officer for officer in await active_people(tx, Role.SECRETARIAT) if officer.id not in closed_to]


async def refuse_shut_out(tx: Tx, application_ids: Collection[UUID]) -> None:
    """Raises Refused (forbidden) "shut_out" where the actor has declared a conflict on one of them."""
    if tx.actor in await shut_out_of(tx, application_ids):
        refuse("shut_out", kind="forbidden")
