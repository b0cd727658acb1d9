"""Nobody is silent who was not asked: whether the mail with the link by which somebody is to answer got through.

A period after which silence counts stops while that mail is undelivered, and begins anew when it gets through or is written
again. What was never tried holds nothing up: a rehearsal and a machine without a mail server send nothing.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, exists, func, literal_column, not_, or_, select

from facility.db import Tx, as_sql
from facility.inquiries.models import OPEN, Inquiry
from facility.outbox.models import Link, Mail, MailState
from facility.refused import refuse


def _asks(table: type[Inquiry], key: UUID | None = None) -> ColumnElement[bool]:
    """The link by which it is answered now; with `key`, that of one, in a statement without the table."""
    name = table.__tablename__
    of_it = Link.subject_id == (key or literal_column(f"{name}.id", Uuid()))
    return and_(Link.purpose == name, of_it, Link.revoked_at.is_(None))


def undelivered(table: type[Inquiry]) -> ColumnElement[bool]:
    """It is open, a mail with the link failed, and none got through."""
    mails = and_(_asks(table), Mail.link_id == Link.id)
    failed = exists().where(mails, Mail.error.is_not(None), Mail.state != MailState.SENT)
    return and_(table.state == OPEN, failed, not_(exists().where(mails, Mail.state == MailState.SENT)))


def undelivered_sql(table: type[Inquiry]) -> str:
    """`undelivered` for a statement that is written as text, where the table bears its own name."""
    return as_sql(undelivered(table))


def delivered_after(table: type[Inquiry]) -> ColumnElement[bool]:
    """The mail with the link had failed, and got through only after the period had begun."""
    sent = and_(_asks(table), Mail.link_id == Link.id, Mail.state == MailState.SENT)
    in_time = or_(Mail.error.is_(None), Mail.sent_at <= table.asked_at)
    return and_(exists().where(sent, not_(in_time)), not_(exists().where(sent, in_time)))


async def asked_since(tx: Tx, row: Inquiry) -> datetime | None:
    """When the period of an open inquiry began: when it was asked; later, where the mail had failed and got through at last; now,
    where no link was ever made. None: the mail is undelivered, and the period stands still."""
    newest = select(Link.id).where(_asks(type(row), row.id)).order_by(Link.created_at.desc())
    link = await tx.session.scalar(newest.limit(1))
    if link is None:
        return tx.now
    if await is_undelivered(tx, row):
        return None
    sent = select(
        func.min(Mail.sent_at).label("first"), func.bool_and(Mail.error.is_not(None)).label("failed")
    )
    mailed = (await tx.session.execute(sent.where(Mail.link_id == link, Mail.state == MailState.SENT))).one()
    return max(row.asked_at, mailed.first) if mailed.failed else row.asked_at


async def is_undelivered(tx: Tx, row: Inquiry) -> bool:
    """`undelivered`, of one."""
    table = type(row)
    return bool(await tx.session.scalar(select(undelivered(table)).where(table.id == row.id)))


async def must_be_undelivered(tx: Tx, row: Inquiry) -> None:
    """Nobody is asked twice. Refused: "mail_got_through"."""
    if not await is_undelivered(tx, row):
        refuse("mail_got_through")
