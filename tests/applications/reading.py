"""What tests of applications look up."""

import hashlib
from uuid import UUID

from facility.applications.models.application import Party
from facility.db import Database
from facility.events.log import history
from tests.applications.conftest import NOW, party_id

SHA = hashlib.sha256(b"agenda").hexdigest()


async def party(db: Database, application_id: UUID, *, lead: bool = False) -> Party:
    """The lead's part, or the one partner's."""
    async with db.transaction(now=NOW) as tx:
        return await tx.get(Party, await party_id(tx, application_id, lead=lead))


async def kinds(db: Database, application_id: UUID) -> list[str]:
    """The kinds of its events, oldest first."""
    async with db.reader() as connection:
        return [type(item.event).__name__ for item in reversed(await history(connection, application_id))]
