"""Reads of those who are to join the pool, as pages show them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.experts.queries.pool import DOCUMENTS
from facility.experts.rules.candidacy import CandidacyState
from facility.experts.rules.profile import OwnProfile
from facility.files.attaching import DocumentLine
from facility.outbox.links import hash_of
from facility.refused import refuse

MOST_SHOWN = 200


class CandidateLine(msgspec.Struct, frozen=True):
    """A candidate on the list. `since`: the last thing that happened."""

    id: UUID
    state: CandidacyState
    name: str
    email: str
    authority: str
    since: datetime


class CandidateShown(CandidateLine, frozen=True, kw_only=True):
    """A candidate with everything that is known; `profile` is None until it was sent. `documents`: those that wait with the candidacy."""

    nominator: str
    nominator_email: str
    created_at: datetime
    sent_at: datetime | None
    notice: date | None
    reason: str
    decided_by: str | None
    decided_at: datetime | None
    expert_id: UUID | None
    profile: OwnProfile | None
    documents: list[DocumentLine]


_LINE = """candidacy.id, candidacy.state, candidacy.name, candidacy.email, authority,
    coalesce(candidacy.decided_at, sent_at, candidacy.created_at) AS since"""
_LIST = text(
    f"""
    SELECT {_LINE} FROM candidacy WHERE state <> 'naming'
    ORDER BY state <> 'waiting', since DESC, id LIMIT {MOST_SHOWN}
    """  # noqa: S608 - our own text
)
_ONE = f"""
    SELECT {_LINE}, nominator, nominator_email, candidacy.created_at, sent_at, notice, reason, expert_id,
        candidacy.decided_at,
        person.name AS decided_by, profile::text AS profile,
        (SELECT {DOCUMENTS} FROM expert_document WHERE expert_document.candidacy_id = candidacy.id
            AND expert_document.expert_id IS NULL AND removed_at IS NULL)::text AS documents
    FROM candidacy LEFT JOIN person ON person.id = candidacy.decided_by
"""  # noqa: S608 - our own text
_BY_ID = text(f"{_ONE} WHERE candidacy.id = :candidacy AND candidacy.state <> 'naming'")
_BY_LINK = text(
    f"""
    SELECT it.*, link.used_at, link.revoked_at, coalesce(link.expires_at < :now, false) AS expired
    FROM link JOIN ({_ONE}) AS it ON it.id = link.subject_id
    WHERE token_hash = :hash AND purpose = :purpose
    """  # noqa: S608 - our own text
)

WAITING = """SELECT name AS thing, '/experts/candidates/' || id AS href, NULL AS call, sent_at AS since, NULL AS until
    FROM candidacy WHERE state = 'waiting'"""
"""Candidates whom the secretariat is to decide on, as work."""


async def candidates(connection: AsyncConnection) -> list[CandidateLine]:
    """Who waits for the secretariat first, then the newest, at most `MOST_SHOWN`: one statement."""
    rows = await connection.execute(_LIST)
    return [msgspec.convert(dict(row), CandidateLine) for row in rows.mappings()]


async def candidate(connection: AsyncConnection, candidacy_id: UUID) -> CandidateShown:
    """Raises Refused (missing)."""
    row = (await connection.execute(_BY_ID, {"candidacy": candidacy_id})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="candidacy")
    return _shown(row)


class Linked(msgspec.Struct, frozen=True):
    """What a link to a form shows, and whether the form can be sent by it."""

    candidacy: CandidateShown
    used: bool
    over: bool


async def by_link(connection: AsyncConnection, purpose: str, token: str) -> Linked:
    """Raises Refused (missing) for a token that never was."""
    parameters = {"hash": hash_of(token), "purpose": purpose, "now": clock.now()}
    row = (await connection.execute(_BY_LINK, parameters)).mappings().first()
    if row is None:
        refuse("link_unknown", kind="missing")
    over = row["revoked_at"] is not None or row["expired"]
    return Linked(_shown(row), row["used_at"] is not None, over)


def _shown(row: Any) -> CandidateShown:
    stated = msgspec.json.decode(row["profile"])
    profile = msgspec.convert(stated, OwnProfile) if stated else None
    documents = msgspec.json.decode(row["documents"])
    return msgspec.convert({**row, "profile": profile, "documents": documents}, CandidateShown)
