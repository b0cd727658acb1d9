"""Queueing a mail, and what its attachments are made from."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import jinja2
import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx, new_id
from facility.outbox.models import Link, Mail, MailState


class Attachment(msgspec.Struct, frozen=True):
    """A file that goes with a mail, made when it is sent."""

    filename: str
    mime: str
    content: bytes


type Maker = Callable[[AsyncConnection, jinja2.Environment, UUID], Awaitable[Attachment]]
MAKERS: dict[str, Maker] = {}


def attachment(kind: str) -> Callable[[Maker], Maker]:
    """Register `async def make(connection, templates, subject_id) -> Attachment` under this kind.

    It runs outside any transaction; `templates` is the environment that letters and documents are written with.
    """

    def register(maker: Maker) -> Maker:
        MAKERS[kind] = maker
        return maker

    return register


async def post(
    tx: Tx,
    *,
    template: str,
    to: str,
    to_name: str,
    subject: str,
    subject_id: UUID | None = None,
    context: Mapping[str, Any] | None = None,
    link: Link | None = None,
    attachments: Sequence[tuple[str, UUID]] = (),
) -> UUID:
    """Queue one letter; it is sent after this transaction has been committed.

    `template` names templates/mails/<template>.txt, which sees `context` (plain JSON values), `to_name` and `url`
    (the link's address, or that of the facility). `subject` may hold no personal data and nothing that applicants
    wrote: a call's reference is fine, an application's title is not. `subject_id` is the thing it is about, for
    histories. `attachments` are pairs of a registered kind and the id of what it is made from. Returns the mail's id.
    """
    mail = Mail(
        id=new_id(),
        event_id=tx.causation,
        subject_id=subject_id,
        template=template,
        to_address=to,
        to_name=to_name,
        subject=subject,
        context=msgspec.to_builtins(dict(context or {})),
        attachments=[[kind, str(about)] for kind, about in attachments],
        link_id=link.id if link else None,
        created_at=tx.now,
        next_attempt_at=tx.now,
    )
    tx.add(mail)
    tx.recorded += 1  # wakes the worker after the commit
    return mail.id


async def send_again(tx: Tx, mail_id: UUID) -> bool:
    """Put a parked mail back in the queue. False when it isn't parked (any more)."""
    result = await tx.session.execute(
        update(Mail)
        .where(Mail.id == mail_id, Mail.state == MailState.PARKED)
        .values(state=MailState.WAITING, attempts=0, next_attempt_at=tx.now)
        .returning(Mail.id)
    )
    tx.recorded += 1
    return result.first() is not None
