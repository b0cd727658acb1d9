"""What `facility reconcile` looks at in confirmations: each stands on the content that was confirmed."""

from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries import ApplicationShown, shown
from facility.applications.queries.agreement import confirmed_contents, statements_of
from facility.applications.rules.agreement import touched
from facility.events import check

_CONFIRMED = """
    FROM party JOIN application ON application.id = application_id
    WHERE confirmation = 'confirmed' AND NOT is_lead AND left_at IS NULL
"""
_KEPT = "EXISTS (SELECT FROM confirmed_content WHERE party_id = party.id)"


@check("applications: confirmations")
async def confirmations(connection: AsyncConnection) -> list[str]:
    """A confirmation of a draft is of what the draft says now; of an application that came in, of what it said then.
    Where what was confirmed was not kept, it is at least of the same version."""
    unkept = await connection.execute(
        text(
            f"""
            SELECT reference, party.id {_CONFIRMED} AND confirmed_version <> application.version AND NOT {_KEPT}
            ORDER BY reference COLLATE "C", party.id
            """
        )
    )
    found = [f"application {row.reference}: party {row.id} confirmed another version" for row in unkept]
    ids = await connection.execute(
        text(f"SELECT DISTINCT application.id, reference {_CONFIRMED} AND {_KEPT} ORDER BY reference")
    )
    for row in ids.all():
        application = _as_it_came_in(await shown(connection, row.id))
        found += [
            f"application {row.reference}: party {party_id} confirmed something else"
            for party_id in await _touched(connection, application)
        ]
    return found


def _as_it_came_in(application: ApplicationShown) -> ApplicationShown:
    """With the parties that left only afterwards."""
    received = application.received_at
    if received is None:
        return application
    parties = tuple(
        msgspec.structs.replace(party, left_at=None)
        if party.left_at is not None and party.left_at > received
        else party
        for party in application.parts.parties
    )
    return msgspec.structs.replace(
        application, parts=msgspec.structs.replace(application.parts, parties=parties)
    )


async def _touched(connection: AsyncConnection, application: ApplicationShown) -> list[UUID]:
    confirmed = [party.id for party in application.parts.partners if party.confirmed]
    kept = await confirmed_contents(connection, confirmed)
    statements = statements_of(application, application.form, application.parts)
    return touched(statements, {key: content for key, content in kept.items() if content is not None})
