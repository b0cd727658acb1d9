"""Whether the mail with the link to an inquiry got through: silence counts only for somebody who was asked.

A period after which silence counts stops while that mail is undelivered, and begins anew when it gets through or is
sent again. A mail that was never tried stops nothing: a rehearsal and a machine without a mail server send no mails.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, exists, func, literal_column, not_, or_, select

from facility.db import Tx, as_sql
from facility.inquiries.models import OPEN, Inquiry
from facility.outbox.models import Link, Mail, MailState
from facility.refused import refuse


def _current_link(table: type[Inquiry], key: UUID | None = None) -> ColumnElement[bool]:
    """The link by which the inquiry can be answered now. `key`: of this inquiry, in a statement without its table."""
    name = table.__tablename__
    of_it = Link.subject_id == (key or literal_column(f"{name}.id", Uuid()))
    return and_(Link.purpose == name, of_it, Link.revoked_at.is_(None))


def undelivered(table: type[Inquiry]) -> ColumnElement[bool]:
    """A condition: the inquiry is open, a mail with its link failed, and none got through."""
    mails = and_(_current_link(table), Mail.link_id == Link.id)
    failed = exists().where(mails, Mail.error.is_not(None), Mail.state != MailState.SENT)
    return and_(table.state == OPEN, failed, not_(exists().where(mails, Mail.state == MailState.SENT)))


def undelivered_sql(table: type[Inquiry]) -> str:
    """`undelivered` for a statement that is written as text, where the table bears its own name."""
    return as_sql(undelivered(table))


def delivered_after(table: type[Inquiry]) -> ColumnElement[bool]:
    """The mail with the link had failed, and got through only after the period had begun."""
    sent = and_(_current_link(table), Mail.link_id == Link.id, Mail.state == MailState.SENT)
    in_time = or_(Mail.error.is_(None), Mail.sent_at <= table.asked_at)
    return and_(exists().where(sent, not_(in_time)), not_(exists().where(sent, in_time)))


async def asked_since(tx: Tx, row: Inquiry) -> datetime | None:
    """When the period of an open inquiry began: usually when it was asked; when the mail got through, if it had failed
    before; now, if no link was ever made. None while the mail is undelivered: the period stands still."""
    newest = select(Link.id).where(_current_link(type(row), row.id)).order_by(Link.created_at.desc())
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
    """Whether this inquiry is `undelivered`."""
    table = type(row)
    return bool(await tx.session.scalar(select(undelivered(table)).where(table.id == row.id)))


async def must_be_undelivered(tx: Tx, row: Inquiry) -> None:
    """Nobody gets the same question twice. Refused: "mail_got_through"."""
    if not await is_undelivered(tx, row):
        refuse("mail_got_through")
