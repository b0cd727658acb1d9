"""What a room says of a kind of inquiry."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement

from facility.db import Tx
from facility.events.base import Event
from facility.inquiries.models import Inquiry, RemindedInquiry
from facility.outbox.models import Link
from facility.web.i18n import Message

GRACE = timedelta(seconds=5)
"""How long the facility waits for answers under way before it takes silence for an answer."""


class Mailing(msgspec.Struct, frozen=True):
    """A mail to whoever is asked: its template, and its subject, marked with N_."""

    template: str
    subject: Message


async def _nothing(_tx: Tx, _row: Any, _subject: Any) -> None: ...


class Kind[Row: Inquiry, Subject](msgspec.Struct, frozen=True, kw_only=True):
    """What a room says about one kind of inquiry.

    `about`: the column with the id of the subject, which the inquiry is about. `lock(tx, id)` locks the subject, in the
    room's order of locks, and `may_answer(subject)` refuses when an answer no longer counts. `over`: the code of the
    refusal when the inquiry is not open any more.

    `begin(row, subject, at)` sets the period that begins at this instant, and its reminder. `write(tx, row, mailing,
    link)` posts a mail to the person who is asked; `asks` is the first such mail. `asked_again`: the event when a
    period begins anew.

    `silent`: the state after a period without an answer, with `ended_silent` as its event; `after_silence(tx, row,
    subject)` does what follows from it. The fields of all events are named like the row's columns.
    """

    table: type[Row]
    about: str
    lock: Callable[[Tx, UUID], Awaitable[Subject]]
    over: str
    begin: Callable[[Row, Subject, datetime], None]
    write: Callable[[Tx, Row, Mailing, Link | None], Awaitable[None]]
    asks: Mailing
    asked_again: type[Event]
    silent: str
    ended_silent: type[Event]
    may_answer: Callable[[Subject], None] = lambda _subject: None
    after_silence: Callable[[Tx, Row, Subject], Awaitable[None]] = _nothing

    @property
    def name(self) -> str:
        """The name of the table, which is also the purpose of the links."""
        return str(self.table.__tablename__)

    @property
    def column(self) -> ColumnElement[UUID]:
        """`about`, for statements."""
        return self.table.__table__.c[self.about]

    def subject_of(self, row: Row) -> UUID:
        """The id of what it is about."""
        key: UUID = getattr(row, self.about)
        return key


class RemindedKind[Row: RemindedInquiry, Subject](Kind[Row, Subject], frozen=True, kw_only=True):
    """A kind that reminds once, with this mail and event."""

    reminds: Mailing
    reminded: type[Event]


class RemindingKind[Row: RemindedInquiry, Subject](RemindedKind[Row, Subject], frozen=True, kw_only=True):
    """Besides, an officer may cancel what is open: with this mail and event."""

    calls_off: Mailing
    cancelled: type[Event]
