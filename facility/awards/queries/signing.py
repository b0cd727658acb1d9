"""When an award is to be signed, and when it was; what keeps it out of the public list."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.models.complaint import SIGNING_SUSPENDED_SQL
from facility.refused import refuse


class SignatureShown(msgspec.Struct, frozen=True):
    """The last day for signing the agreement on an award; when it was signed, and who entered that. subject: in the
    public list. suspended: a complaint is open, and the call signs nothing until it is decided."""

    sign_by: date
    signed_on: date | None
    subject: str | None
    recorded_by: str | None
    recorded_at: datetime | None
    suspended: bool

    @property
    def late(self) -> int:
        """Days after the last one on which it was signed; 0 where it was in time, or is not signed."""
        return max((self.signed_on - self.sign_by).days, 0) if self.signed_on else 0


_SIGNATURE = text(
    f"""
    SELECT sign_by, signed_on, subject, person.name AS recorded_by, recorded_at, {SIGNING_SUSPENDED_SQL} AS suspended
    FROM award JOIN call ON call.id = award.call_id LEFT JOIN award_signature ON award_signature.award_id = award.id LEFT JOIN person ON person.id = recorded_by
    WHERE award.id = :award
    """  # noqa: S608 - our own text
)


async def signature_on(connection: AsyncConnection, award_id: UUID) -> SignatureShown:
    """The signature of an award. Raises Refused (missing)."""
    row = (await connection.execute(_SIGNATURE, {"award": award_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="award")
    return SignatureShown(**row._mapping)


class WithholdingShown(msgspec.Struct, frozen=True):
    """Why an award is withheld from the public list."""

    why: str
    reason: str
    withheld_by: str
    withheld_at: datetime


_WITHHOLDING = text(
    """
    SELECT why, reason, person.name AS withheld_by, withheld_at
    FROM award_withholding JOIN person ON person.id = withheld_by WHERE award_id = :award AND lifted_at IS NULL
    """
)


async def withholding_on(connection: AsyncConnection, award_id: UUID) -> WithholdingShown | None:
    """What keeps this award out of the public list now."""
    row = (await connection.execute(_WITHHOLDING, {"award": award_id})).first()
    return WithholdingShown(**row._mapping) if row else None
