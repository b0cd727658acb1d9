"""Signing in by a link or a code from a mail, and the sessions that follow. Never says whether an account exists."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from facility.accounts import rules
from facility.accounts.events import SignedIn
from facility.accounts.models import Person, Session, SignInRequest
from facility.accounts.rules import Status
from facility.db import Tx, new_id
from facility.events import record
from facility.outbox.links import check_link, find_link, make_link, revoke_links, token_of, use_link
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.refused import refuse
from facility.web import filters
from facility.web.i18n import _

SIGN_IN = "sign-in"

# The mail prints the code of the link beside it.
filters.register("sign_in_code", lambda url: rules.code_of(url.rsplit("/", 1)[-1]))


async def ask_to_sign_in(tx: Tx, email: str) -> UUID:
    """Send a link and a code to the address if it belongs to an active account; a pending one is told to wait.

    Returns the id of the request, under which the code can be entered; it is the same kind of id for an address that
    nobody has, and as much is written.
    """
    found = (
        await tx.session.execute(select(Person).where(Person.email == email.lower()))
    ).scalar_one_or_none()
    if found is not None:
        await revoke_links(tx, SIGN_IN, found.id)
    link = await sign_in_link(tx, found.id if found else new_id(), rules.SIGN_IN_WITHIN)
    if found is None or found.status in (Status.DEACTIVATED, Status.DECLINED):
        link.revoked_at = tx.now
    elif found.status == Status.PENDING:
        link.revoked_at = tx.now
        await post(
            tx,
            template="accounts/waiting",
            to=found.email,
            to_name=found.name,
            subject=_("Your registration waits"),
        )
    else:
        await post(
            tx,
            template="accounts/sign_in",
            to=found.email,
            to_name=found.name,
            subject=_("Sign in"),
            link=link,
        )
    return link.id


async def sign_in_link(tx: Tx, person_id: UUID, lasts: timedelta) -> Link:
    """A link that signs this person in, once."""
    link = await make_link(tx, SIGN_IN, person_id, expires_at=tx.now + lasts, person_id=person_id)
    tx.add(SignInRequest(id=link.id, attempts=0))
    await tx.flush()
    return link


async def sign_in_by_link(tx: Tx, token: str) -> str:
    """Use the link and begin a session. Returns the session's token, for the browser only.

    Raises Refused: link_unknown (missing), link_used, link_revoked, link_expired (conflict).
    """
    link = await find_link(tx, SIGN_IN, token)
    return await _use(tx, link)


async def try_code(tx: Tx, request_id: UUID, code: str) -> str | None:
    """Sign in by the code from the mail: the session's token, or None when the code is wrong or no longer good.

    A wrong try is counted, so the caller commits in both cases; after five the code is dead.
    """
    request = await tx.session.get(SignInRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.attempts >= rules.CODE_ATTEMPTS:
        return None
    request.attempts += 1
    link = await tx.lock(Link, request_id)
    # As bytes: texts with any letter beyond ASCII can't be compared in constant time.
    right = hmac.compare_digest(rules.code_of(token_of(link.id, link.nonce)).encode(), code.encode())
    dead = link.used_at is not None or link.revoked_at is not None
    if not right or dead or (link.expires_at is not None and tx.now > link.expires_at):
        return None
    return await _use(tx, link)


async def _use(tx: Tx, link: Link) -> str:
    check_link(link, tx.now)
    person = await tx.lock(Person, link.subject_id)
    if person.status != Status.ACTIVE:
        refuse("link_revoked")
    use_link(tx, link)
    tx.actor = person.id
    return await begin_session(tx, person.id)


async def begin_session(tx: Tx, person_id: UUID) -> str:
    """Begin a session of 12 hours. Returns its token; the database keeps a hash."""
    token = secrets.token_urlsafe(32)
    tx.add(
        Session(
            id=new_id(),
            token_hash=hashlib.sha256(token.encode()).digest(),
            person_id=person_id,
            created_at=tx.now,
            expires_at=tx.now + rules.SESSION_LASTS,
        )
    )
    await tx.session.execute(
        delete(Session).where(Session.person_id == person_id, Session.expires_at <= tx.now)
    )
    await record(tx, SignedIn(person_id=person_id))
    return token


async def end_session(tx: Tx, session_id: UUID) -> None:
    """Sign out on this browser."""
    await tx.session.execute(delete(Session).where(Session.id == session_id))


async def end_all_sessions(tx: Tx, person_id: UUID) -> None:
    """Sign out everywhere."""
    await tx.session.execute(delete(Session).where(Session.person_id == person_id))
