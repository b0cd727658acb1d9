"""Links in letters: made, found, used once, revoked."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx, new_id
from facility.outbox.models import Link
from facility.refused import passes, refuse

_secret = b""


def configure(secret_key: str) -> None:
    """Set the key from which tokens are derived, once at start-up."""
    global _secret
    _secret = secret_key.encode()


def token_of(link_id: UUID, nonce: bytes) -> str:
    """The token of a link: 32 bytes as base64url. Random to whoever lacks the key, the same each time it is derived.
    Raises RuntimeError before `configure`: such a link would open nothing once the key is there."""
    if not _secret:
        raise RuntimeError("the key of links is not set yet")
    digest = hmac.digest(_secret, b"link:" + link_id.bytes + nonce, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> bytes:
    """What stands in the database for a token."""
    return hashlib.sha256(token.encode()).digest()


async def make_link(
    tx: Tx,
    purpose: str,
    subject_id: UUID,
    *,
    expires_at: datetime | None = None,
    person_id: UUID | None = None,
) -> Link:
    """A fresh link for this purpose and subject; its address is made when the mail is rendered."""
    link = Link(
        id=new_id(),
        purpose=purpose,
        subject_id=subject_id,
        person_id=person_id,
        nonce=secrets.token_bytes(16),
        created_at=tx.now,
        expires_at=expires_at,
    )
    link.token_hash = hash_of(token_of(link.id, link.nonce))
    tx.add(link)
    await tx.flush()
    return link


def path_of(link: Link) -> str:
    """The path of the link's page: `/link/<purpose>/<token>`."""
    return f"/link/{link.purpose}/{token_of(link.id, link.nonce)}"


async def find_link(tx: Tx, purpose: str, token: str, *, lock: bool = True) -> Link:
    """The link with this token, whatever became of it. Raises Refused (missing) for a token that never was."""
    query = select(Link).where(Link.token_hash == hash_of(token), Link.purpose == purpose)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    link = (await tx.session.execute(query)).scalar_one_or_none()
    if link is None:
        refuse("link_unknown", kind="missing")
    return link


async def standing_link(tx: Tx, purpose: str, token: str, *, lock: bool = False) -> Link:
    """The link with this token, unless another took its place. Raises Refused: link_unknown (missing), link_revoked."""
    link = await find_link(tx, purpose, token, lock=lock)
    if link.revoked_at is not None:
        refuse("link_revoked")
    return link


async def subject_of(connection: AsyncConnection, purpose: str, token: str) -> UUID:
    """What the link with this token is about, for a page that only shows. Raises Refused (missing)."""
    query = select(Link.subject_id).where(Link.token_hash == hash_of(token), Link.purpose == purpose)
    subject_id = (await connection.execute(query)).scalar()
    if subject_id is None:
        refuse("link_unknown", kind="missing")
    return subject_id


async def is_good(connection: AsyncConnection, purpose: str, token: str, now: datetime) -> bool:
    """Whether `check_link` lets the link with this token pass, for a page that only shows. Raises Refused (missing)."""
    query = select(Link.used_at, Link.revoked_at, Link.expires_at).where(
        Link.token_hash == hash_of(token), Link.purpose == purpose
    )
    row: Any = (await connection.execute(query)).first()
    if row is None:
        refuse("link_unknown", kind="missing")
    return passes(check_link, row, now)


async def is_link(connection: AsyncConnection, purpose: str, token: str) -> bool:
    """Whether there ever was such a link, whatever became of it."""
    query = select(exists().where(Link.token_hash == hash_of(token), Link.purpose == purpose))
    return bool((await connection.execute(query)).scalar_one())


def check_link(link: Link, now: datetime) -> None:
    """Raises Refused (conflict) when the link was used, revoked, or its time has passed (the last instant counts)."""
    if link.used_at is not None:
        refuse("link_used")
    if link.revoked_at is not None:
        refuse("link_revoked")
    if link.expires_at is not None and now > link.expires_at:
        refuse("link_expired")


def use_link(tx: Tx, link: Link) -> None:
    """Mark the link as used, after `check_link`."""
    check_link(link, tx.now)
    link.used_at = tx.now


async def live_link(tx: Tx, purpose: str, subject_id: UUID) -> Link | None:
    """The newest link for this purpose and subject that was not revoked, to be sent once more."""
    query = select(Link).where(
        Link.purpose == purpose, Link.subject_id == subject_id, Link.revoked_at.is_(None)
    )
    return (await tx.session.scalars(query.order_by(Link.created_at.desc()).limit(1))).first()


async def revoke_links(tx: Tx, purpose: str, subject_id: UUID, *, until: datetime | None = None) -> None:
    """Make every unused link for this purpose and subject void; with `until`, those made until then."""
    await tx.session.execute(
        update(Link)
        .where(
            Link.purpose == purpose,
            Link.subject_id == subject_id,
            Link.used_at.is_(None),
            Link.revoked_at.is_(None),
            Link.created_at <= until if until is not None else true(),
        )
        .values(revoked_at=tx.now)
    )
