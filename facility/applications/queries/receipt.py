"""What the page of a receipt shows, without the rest of the application: everybody reads it in the last minute of a call."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.refused import refuse


class Replaced(msgspec.Struct, frozen=True):
    """The version that was submitted before, and no longer counts."""

    received_at: datetime
    fingerprint: str


class ReceiptShown(msgspec.Struct, frozen=True):
    """call_closes_at: until when it can be edited and submitted again, unless its call is urgent."""

    id: UUID
    reference: str
    track: str
    received_at: datetime
    fingerprint: str
    replaces: Replaced | None
    call_mode: str
    call_closes_at: datetime


_RECEIPT = text(
    """
    SELECT application.id, application.reference, track, received_at, fingerprint, submission -> 'replaces' AS replaces,
        call.mode AS call_mode, call.closes_at AS call_closes_at
    FROM application JOIN call ON call.id = application.call_id WHERE application.id = :id
    """
)


async def receipt_of(connection: AsyncConnection, application_id: UUID) -> ReceiptShown:
    """Raises Refused (missing; "not_submitted")."""
    row = (await connection.execute(_RECEIPT, {"id": application_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="application")
    if row.received_at is None:
        refuse("not_submitted")
    return msgspec.convert(dict(row._mapping), ReceiptShown)
