"""Reads of the outbox: every mail with its fate, and what it says with the link withheld.

Staff learn nothing of who applies before the opening: such a mail has no subject, no recipient and no words for them, and
no address finds it. The same holds for mails about what is closed to the viewer by a conflict that they declared. The demo's
reader alone shows everything (no `viewer`).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import jinja2
import msgspec
from sqlalchemy import ColumnElement, Select, exists, false, func, not_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from facility.applications.models.application import Application
from facility.applications.models.sealing import TELLS
from facility.operations.queries.shut import shut_objects
from facility.outbox.models import Link, Mail
from facility.outbox.sender import text_of
from facility.refused import refuse
from facility.web.i18n import _

PAGE = 25


class MailShown(msgspec.Struct, frozen=True):
    """A mail as pages show it. `sealed`: it is about a draft or what two people have not opened yet; `closed`: about what the
    viewer has declared a conflict on. Both name nobody."""

    id: UUID
    created_at: datetime
    to_name: str
    to_address: str
    subject: str
    template: str
    state: str
    attempts: int
    next_attempt_at: datetime
    sent_at: datetime | None
    error: str | None
    context: dict[str, Any]
    attachments: list[Any]
    link: Link | None = None
    sealed: bool = False
    closed: bool = False

    @property
    def withheld(self) -> bool:
        """Its subject, its recipient and its words are not for the viewer."""
        return self.sealed or self.closed

    @property
    def about_accounts(self) -> bool:
        """It is about an account and not about the procedure."""
        return self.template.startswith("accounts/")


_COLUMNS = [
    getattr(Mail, name)
    for name in MailShown.__struct_fields__
    if name not in ("link", "context", "sealed", "closed")
]
_UNNAMED: dict[str, Any] = {
    "to_name": "",
    "to_address": "",
    "subject": "",
    "context": {},
    "attachments": [],
    "link": None,
}
"""What is left out of a mail that is withheld."""


def _withheld(
    viewer: UUID | None, mail: type[Mail] = Mail
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the mail is sealed, and whether it is closed to the viewer."""
    if viewer is None:
        return false(), false()
    sealed = exists().where(Application.id == mail.subject_id, not_(TELLS))
    return sealed, func.coalesce(mail.subject_id.in_(shut_objects(viewer)), false())


def _named(viewer: UUID | None, mail: type[Mail] = Mail) -> ColumnElement[bool]:
    """The viewer may see the recipient."""
    return not_(or_(*_withheld(viewer, mail)))


def _shown(values: dict[str, Any]) -> MailShown:
    return MailShown(**values | _UNNAMED if values["sealed"] or values["closed"] else values)


def _older_than(query: Select[Any], before: UUID | None) -> Select[Any]:
    if before is None:
        return query
    last = aliased(Mail)
    place = select(last.created_at, last.id).where(last.id == before).scalar_subquery()
    return query.where(func.row(Mail.created_at, Mail.id) < place)


def _to_the_same(query: Select[Any], mail_id: UUID, viewer: UUID | None) -> Select[Any]:
    """Mails to the address of this one. The id of a mail stands for the address, which must not appear in a URL."""
    sample = aliased(Mail)
    named = select(sample.to_address).where(sample.id == mail_id, _named(viewer, sample))
    return query.where(Mail.to_address == named.scalar_subquery(), _named(viewer))


async def mails(
    connection: AsyncConnection,
    viewer: UUID | None,
    *,
    state: str = "",
    same: UUID | None = None,
    before: UUID | None = None,
) -> tuple[list[MailShown], UUID | None]:
    """A page of mails, newest first: in this state, to the address of mail `same`, older than mail `before`.

    Also the id to pass as `before` for the next page, None on the last.
    """
    sealed, closed = _withheld(viewer)
    query: Select[Any] = select(*_COLUMNS, sealed.label("sealed"), closed.label("closed"))
    query = query.order_by(Mail.created_at.desc(), Mail.id.desc()).limit(PAGE + 1)
    if state:
        query = query.where(Mail.state == state)
    if same:
        query = _to_the_same(query, same, viewer)
    rows = (await connection.execute(_older_than(query, before))).all()
    shown = [_shown({**row._mapping, "context": {}}) for row in rows[:PAGE]]
    return shown, shown[-1].id if len(rows) > PAGE else None


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many mails there are in each state."""
    rows = await connection.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return {row[0]: row[1] for row in rows}


async def mail(connection: AsyncConnection, mail_id: UUID, viewer: UUID | None) -> MailShown:
    """One mail with what it says. Raises Refused (missing)."""
    sealed, closed = _withheld(viewer)
    query = (
        select(
            *_COLUMNS,
            Mail.context,
            sealed.label("sealed"),
            closed.label("closed"),
            Link.id.label("link"),
            Link.purpose,
            Link.nonce,
        )
        .outerjoin(Link, Link.id == Mail.link_id)
        .where(Mail.id == mail_id)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        refuse("not_found", kind="missing")
    values = dict(row._mapping)
    link_id, purpose, nonce = values.pop("link"), values.pop("purpose"), values.pop("nonce")
    values["link"] = Link(id=link_id, purpose=purpose, nonce=nonce) if link_id else None
    return _shown(values)


async def latest_to(connection: AsyncConnection, address: str, viewer: UUID) -> UUID | None:
    """The newest mail to this address whose recipient may be told."""
    query = (
        select(Mail.id)
        .where(Mail.to_address == address, _named(viewer))
        .order_by(Mail.created_at.desc())
        .limit(1)
    )
    mail_id: UUID | None = (await connection.execute(query)).scalar()
    return mail_id


async def recipients(connection: AsyncConnection, most: int = 200) -> list[tuple[UUID, str]]:
    """Who has got mails, by name: the id of one mail to each (for `same`) and name with address."""
    query = (
        select(Mail.to_address, Mail.to_name, Mail.id)
        .ext(distinct_on(Mail.to_address))
        .order_by(Mail.to_address, Mail.created_at.desc())
        .limit(most)
    )
    rows = (await connection.execute(query)).all()
    named = [(row.id, f"{row.to_name} · {row.to_address}" if row.to_name else row.to_address) for row in rows]
    return sorted(named, key=lambda pair: pair[1].casefold())


def withheld(templates: jinja2.Environment, mail: MailShown, base_url: str) -> str:
    """What the mail says, without the link that lets its reader act, and without the code that goes with it."""
    bare = templates.overlay()
    bare.filters = {**templates.filters, "sign_in_code": lambda _url: _("[code withheld]")}
    return text_of(
        bare, mail.template, mail.context, to_name=mail.to_name, url=_("[link withheld]"), base_url=base_url
    )
