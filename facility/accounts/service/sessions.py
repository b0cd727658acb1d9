"""Signing in by a link or a code from a mail, and the sessions that follow. Never says whether an account exists."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, text

from facility.accounts.events import SignedIn
from facility.accounts.models import Person, Session, SignInRequest
from facility.accounts.rules.accounts import (
    CODE_ATTEMPTS,
    CODES_AN_HOUR,
    MAILS_AT_A_TIME,
    SESSION_LASTS,
    SIGN_IN_WITHIN,
    Status,
    code_of,
)
from facility.db import Tx, new_id
from facility.events.log import record
from facility.outbox.links import check_link, find_link, make_link, revoke_links, token_of, use_link
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.refused import refuse
from facility.web import filters
from facility.web.i18n import _

SIGN_IN = "sign-in"

# The mail prints the code of the link beside it.
filters.register("sign_in_code", lambda url: code_of(url.rsplit("/", 1)[-1]))


async def ask_to_sign_in(tx: Tx, email: str) -> UUID:
    """Send a link and a code to the address if it belongs to an active account; the owner of a pending one is asked to
    wait.

    Several requests are valid at the same time, each with its own link and code, so that a stranger who types
    somebody's address does not void that person's link. If too many are open, no further mail is sent, and their links
    stay valid.

    Returns the id of the request, under which the code can be entered. An address without an account gets the same kind
    of id and causes the same writes, so that nobody can tell the two apart.
    """
    await in_turn(tx, email)
    person = (
        await tx.session.execute(select(Person).where(Person.email == email.lower()))
    ).scalar_one_or_none()
    subject_id = person.id if person else new_id()
    enough = await _are_enough(tx, subject_id)
    link = await sign_in_link(tx, new_id() if enough else subject_id, SIGN_IN_WITHIN)
    if person is None or enough or person.status in (Status.DEACTIVATED, Status.DECLINED):
        link.revoked_at = tx.now
    elif person.status == Status.PENDING:
        link.revoked_at = tx.now
        await post(
            tx,
            template="accounts/waiting",
            to=person.email,
            to_name=person.name,
            subject=_("Your registration has not been approved yet"),
        )
    else:
        await post(
            tx,
            template="accounts/sign_in",
            to=person.email,
            to_name=person.name,
            subject=_("Sign in"),
            link=link,
        )
    return link.id


async def in_turn(tx: Tx, email: str) -> None:
    """Requests for one address one after the other, known or not, so that they are counted right."""
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('accounts.mail'), hashtext(:email))"),
        {"email": email.lower()},
    )


async def _are_enough(tx: Tx, person_id: UUID) -> bool:
    """Whether as many requests are open as may be: those whose mail was sent and whose link was not used. Those of a
    pending account, which get no link, count the same."""
    pending = exists().where(Person.id == person_id, Person.status == Status.PENDING)
    query = select(func.count()).where(
        Link.purpose == SIGN_IN,
        Link.subject_id == person_id,
        Link.created_at > tx.now - SIGN_IN_WITHIN,
        Link.used_at.is_(None),
        or_(Link.revoked_at.is_(None), pending),
    )
    return int((await tx.session.execute(query)).scalar_one()) >= MAILS_AT_A_TIME


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

    A wrong try is counted, so the caller commits in both cases; after five the request takes no code any more, and for an
    hour none of the account's does after `CODES_AN_HOUR`. Links stay good.
    """
    request = await tx.session.get(SignInRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.attempts >= CODE_ATTEMPTS:
        return None
    request.attempts += 1
    link = await tx.lock(Link, request_id)
    if await _codes_tried(tx, link.subject_id) > CODES_AN_HOUR:
        return None
    # As bytes: texts with any letter beyond ASCII can't be compared in constant time.
    right = hmac.compare_digest(code_of(token_of(link.id, link.nonce)).encode(), code.encode())
    dead = link.used_at is not None or link.revoked_at is not None
    if not right or dead or (link.expires_at is not None and tx.now > link.expires_at):
        return None
    return await _use(tx, link)


async def _codes_tried(tx: Tx, person_id: UUID) -> int:
    """Of all requests of the last hour, this try with them."""
    await tx.flush()
    query = (
        select(func.coalesce(func.sum(SignInRequest.attempts), 0))
        .join(Link, Link.id == SignInRequest.id)
        .where(
            Link.purpose == SIGN_IN,
            Link.subject_id == person_id,
            Link.created_at > tx.now - timedelta(hours=1),
        )
    )
    return int((await tx.session.execute(query)).scalar_one())


async def _use(tx: Tx, link: Link) -> str:
    check_link(link, tx.now)
    person = await tx.lock(Person, link.subject_id)
    if person.status != Status.ACTIVE:
        refuse("link_revoked")
    use_link(tx, link)
    await revoke_links(tx, SIGN_IN, person.id, until=link.created_at)
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
            expires_at=tx.now + SESSION_LASTS,
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
