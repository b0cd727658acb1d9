"""Sending what waits: claimed in one short transaction, sent outside any, marked in another."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jinja2
import msgspec
from sqlalchemy import func, select, update

from facility.db import Database
from facility.events.failures import MAX_ATTEMPTS, backoff, reason_of
from facility.mail import Letter, Mailer, PermanentFailure
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail, MailState
from facility.outbox.service import MAKERS

log = logging.getLogger(__name__)

STUCK_AFTER = timedelta(minutes=5)
BATCH = 100


class Postman(msgspec.Struct, frozen=True):
    """What it takes to send: where to, as whom, under which address, and the templates to write with."""

    mailer: Mailer
    base_url: str
    domain: str
    templates: jinja2.Environment


class Turn(msgspec.Struct, frozen=True):
    """A mail whose turn it is, and how often it was tried before: whoever raises that number first sends it."""

    mail_id: UUID
    attempts: int


async def hand_over_mails(db: Database, now: datetime, *, limit: int = BATCH) -> Sequence[Turn]:
    """Mails that are due, or whose sender stopped halfway. Each comes again later unless somebody marks it.

    Mails with a link or a document go first, since somebody waits for them. Otherwise, in the rush before a deadline,
    receipts would wait for the mails to everybody's partners.
    """
    only_news = Mail.link_id.is_(None) & (func.jsonb_array_length(Mail.attachments) == 0)
    async with db.engine.begin() as connection:
        due = (
            select(Mail.id)
            .where(Mail.state.in_([MailState.WAITING, MailState.SENDING]), Mail.next_attempt_at <= now)
            .order_by(only_news, Mail.next_attempt_at, Mail.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")  # as a subquery it may run again for each row, and each run takes further rows
        )
        rows = await connection.execute(
            update(Mail)
            .where(Mail.id.in_(select(due.c.id)))
            .values(next_attempt_at=now + STUCK_AFTER)
            .returning(Mail.id, Mail.attempts)
        )
        return [Turn(row.id, row.attempts) for row in rows]


async def send(db: Database, postman: Postman, turn: Turn, clock: Callable[[], datetime]) -> bool:
    """Send one mail. False when it is in other hands, was sent already, or could not be sent now.

    A crash between sending and marking sends it again after a while, under the same Message-ID.
    """
    claimed = await _claim(db, turn, clock())
    if claimed is None:
        return False
    mail, link = claimed
    try:
        await postman.mailer.send(await _write(db, postman, mail, link))
    except Exception as error:
        # Whatever went wrong, the mail must not be lost: it is tried again or parked where people see it.
        log.warning("mail %s not sent: %s", mail.id, type(error).__name__)
        await _failed(db, mail.id, clock(), error)
        return False
    await _mark_sent(db, mail.id, clock())
    return True


async def _claim(db: Database, turn: Turn, now: datetime) -> tuple[Mail, Link | None] | None:
    async with db.transaction(now=now) as tx:
        mail = await tx.lock(Mail, turn.mail_id)
        open_still = mail.state in (MailState.WAITING, MailState.SENDING)
        if not open_still or mail.attempts != turn.attempts:
            return None
        mail.state = MailState.SENDING
        mail.attempts += 1
        mail.next_attempt_at = now + STUCK_AFTER
        return mail, await tx.session.get(Link, mail.link_id) if mail.link_id else None


async def _write(db: Database, postman: Postman, mail: Mail, link: Link | None) -> Letter:
    text = text_of(
        postman.templates,
        mail.template,
        mail.context,
        to_name=mail.to_name,
        url=postman.base_url + (path_of(link) if link else "/"),
        base_url=postman.base_url,
    )
    files = []
    for kind, about in mail.attachments:
        async with db.reader() as connection:
            made = await MAKERS[kind](connection, postman.templates, UUID(about))
        files.append((made.filename, made.mime, made.content))
    return Letter(
        message_id=f"<{mail.id}@{postman.domain}>",
        to=mail.to_address,
        subject=mail.subject,
        text=text,
        attachments=files,
        date=mail.created_at,
    )


def text_of(
    templates: jinja2.Environment,
    template: str,
    context: Mapping[str, Any],
    *,
    to_name: str,
    url: str,
    base_url: str,
) -> str:
    """What a mail says, with this address as its link; also for pages that show it."""
    written = templates.get_template(f"mails/{template}.txt")
    return written.render(**context, to_name=to_name, url=url, base_url=base_url)


async def _mark_sent(db: Database, mail_id: UUID, now: datetime) -> None:
    async with db.transaction(now=now) as tx:
        await tx.session.execute(
            update(Mail).where(Mail.id == mail_id).values(state=MailState.SENT, sent_at=now)
        )


async def _failed(db: Database, mail_id: UUID, now: datetime, error: Exception) -> None:
    async with db.transaction(now=now) as tx:
        mail = await tx.lock(Mail, mail_id)
        mail.error = reason_of(error)
        if isinstance(error, PermanentFailure) or mail.attempts >= MAX_ATTEMPTS:
            mail.state = MailState.PARKED
        else:
            mail.state = MailState.WAITING
            mail.next_attempt_at = now + backoff(mail.attempts)
