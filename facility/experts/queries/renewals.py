"""Reads of renewals, as their link and Work show them."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.models.renewal import Renewal
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link

UNDELIVERED = f"""SELECT expert.code AS thing, '/experts/' || expert.id AS href, NULL AS call, asked_at AS since, ends_at AS until
    FROM renewal JOIN expert ON expert.id = expert_id WHERE {undelivered_sql(Renewal)}"""  # noqa: S608 - our own text
"""Renewals whose mail did not get through, as work."""


class RenewalLinked(msgspec.Struct, frozen=True):
    """What the link shows. `until`: the last day in the pool as it stands now."""

    expert_id: UUID
    name: str
    code: str
    state: str
    valid_until: date
    until: date | None
    ends_at: datetime
    over: bool
    ended_at: datetime | None


_LINKED = text(
    f"""
    SELECT expert.id AS expert_id, expert.name, code, state, renewal.valid_until, expert.valid_until AS until, ends_at,
        (ends_at <= :now AND NOT ({undelivered_sql(Renewal)})) AS over, ended_at, link.revoked_at
    FROM link JOIN renewal ON renewal.id = link.subject_id JOIN expert ON expert.id = renewal.expert_id
    WHERE token_hash = :hash AND purpose = 'renewal'
    """  # noqa: S608 - our own text
)


async def linked(connection: AsyncConnection, token: str) -> RenewalLinked:
    """Raises Refused: link_unknown (missing), link_revoked."""
    row = await by_link(connection, _LINKED, token, now=clock.now())
    shown = {name: value for name, value in row._mapping.items() if name != "revoked_at"}
    return msgspec.convert(shown, RenewalLinked)
