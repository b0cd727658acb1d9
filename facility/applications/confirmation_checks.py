"""What `facility reconcile` looks at in confirmations: each stands on the content that was confirmed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models import ON_BOARD_SQL
from facility.applications.queries.agreement import statements_of
from facility.applications.queries.parts import PARTS, Parts, asked_of, parts_from
from facility.applications.rules import is_on_board
from facility.applications.rules.agreement import touched
from facility.calls.rules.forms import FormDefinition
from facility.events import check
from facility.events.reconcile import read_ahead

_CONFIRMED = f"""
    FROM party JOIN application ON application.id = application_id
    WHERE confirmation = 'confirmed' AND NOT is_lead AND {ON_BOARD_SQL}
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
    forms = {row.id: row for row in await connection.execute(text("SELECT id, form FROM call"))}
    async for portion in read_ahead(connection, _KEEPING, portion=200):
        for row in portion:
            found += [
                f"application {row.reference}: party {party_id} confirmed something else"
                for party_id in _touched(row, asked_of(row, forms[row.call_id]))
            ]
    return found


# As `shown` reads one, and what its parties confirmed last; many at once.
_KEEPING = text(
    f"""
    SELECT asked.id, asked.call_id, reference, title, themes, track, requested, received_at, parts.*,
        (SELECT jsonb_object_agg(party_id, items) FROM (
            SELECT DISTINCT ON (party_id) party_id, items FROM confirmed_content JOIN party ON party.id = party_id
            WHERE party.application_id = asked.id ORDER BY party_id, confirmed_content.confirmed_at DESC,
                confirmed_content.id DESC) AS last) AS kept
    FROM application AS asked CROSS JOIN LATERAL (SELECT {PARTS.replace(":id", "asked.id")}) AS parts
    WHERE asked.id IN (SELECT application.id {_CONFIRMED} AND {_KEPT}) ORDER BY reference COLLATE "C"
    """  # noqa: S608 - our own text
)


def _touched(row: Any, form: FormDefinition) -> list[UUID]:
    parts = _as_it_came_in(parts_from(row._mapping), row.received_at)
    confirmed = [party.id for party in parts.partners if party.confirmed and str(party.id) in row.kept]
    return touched(statements_of(row, form, parts), {key: row.kept[str(key)] for key in confirmed})


def _as_it_came_in(parts: Parts, received: datetime | None) -> Parts:
    """With the parties that left only afterwards."""
    if received is None:
        return parts
    parties = tuple(
        msgspec.structs.replace(party, left_at=None) if is_on_board(party.left_at, received) else party
        for party in parts.parties
    )
    return msgspec.structs.replace(parts, parties=parties)
