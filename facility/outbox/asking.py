"""Nobody is silent who was not asked: whether the mail with the link by which somebody is to answer got through.

A period after which silence counts stops while that mail is undelivered, and begins anew when it gets through or is written
again. What was never tried holds nothing up: a rehearsal and a machine without a mail server send nothing.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, exists, func, literal_column, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from facility.db import Tx, as_sql
from facility.outbox.models import Link, Mail, MailState
from facility.refused import refuse

type Subject = UUID | ColumnElement[UUID] | InstrumentedAttribute[UUID]


def _asks(purpose: str, subject: Subject) -> ColumnElement[bool]:
    """The link by which this is answered now."""
    return and_(Link.purpose == purpose, Link.subject_id == subject, Link.revoked_at.is_(None))


def undelivered(purpose: str, subject: Subject) -> ColumnElement[bool]:
    """A mail with the link failed, and none got through."""
    mails = and_(_asks(purpose, subject), Mail.link_id == Link.id)
    failed = exists().where(mails, Mail.error.is_not(None), Mail.state != MailState.SENT)
    return and_(failed, not_(exists().where(mails, Mail.state == MailState.SENT)))


def undelivered_sql(purpose: str, column: str) -> str:
    """`undelivered` for a statement that is written as text; the column holds the subject's id."""
    return as_sql(undelivered(purpose, literal_column(column, Uuid())))


def delivered_after(
    purpose: str, subject: Subject, asked_at: InstrumentedAttribute[datetime]
) -> ColumnElement[bool]:
    """The mail with the link had failed, and got through only after the period had begun."""
    sent = and_(_asks(purpose, subject), Mail.link_id == Link.id, Mail.state == MailState.SENT)
    in_time = or_(Mail.error.is_(None), Mail.sent_at <= asked_at)
    return and_(exists().where(sent, not_(in_time)), not_(exists().where(sent, in_time)))


async def asked_since(tx: Tx, purpose: str, subject_id: UUID, asked_at: datetime) -> datetime | None:
    """When the period began of a question that was put at `asked_at`: then; later, where the mail had failed and got through at
    last; now, where no link was ever made. None: the mail is undelivered, and the period stands still."""
    link = await tx.session.scalar(
        select(Link.id).where(_asks(purpose, subject_id)).order_by(Link.created_at.desc()).limit(1)
    )
    if link is None:
        return tx.now
    if await is_undelivered(tx, purpose, subject_id):
        return None
    sent = select(
        func.min(Mail.sent_at).label("first"), func.bool_and(Mail.error.is_not(None)).label("failed")
    )
    row = (await tx.session.execute(sent.where(Mail.link_id == link, Mail.state == MailState.SENT))).one()
    return max(asked_at, row.first) if row.failed else asked_at


async def is_undelivered(tx: Tx, purpose: str, subject_id: UUID) -> bool:
    """`undelivered`, of one."""
    return bool(await tx.session.scalar(select(undelivered(purpose, subject_id))))


async def must_be_undelivered(tx: Tx, purpose: str, subject_id: UUID) -> None:
    """Nobody is asked twice. Refused: "mail_got_through"."""
    if not await is_undelivered(tx, purpose, subject_id):
        refuse("mail_got_through")
