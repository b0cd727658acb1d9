"""What later rooms say about institutions and people: in what they take part, and what moves when two entries become one."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Tx


class TakesPart(msgspec.Struct, frozen=True):
    """A thing in which an institution takes part. `open`: it does so still."""

    id: UUID
    href: str
    reference: str
    title: str
    as_lead: bool
    open: bool
    at: datetime


type Taking = Callable[[AsyncConnection, UUID, UUID], Awaitable[Sequence[TakesPart]]]
"""`taking(connection, institution_id, viewer)`: what the institution's page lists, newest first, without what is closed to the
viewer."""

type Together = Callable[[Tx, UUID, UUID], Awaitable[Sequence[str | None]]]
"""`together(tx, one_id, other_id)`: references of the things in which both stand now (None for one that may not be named);
they can't be merged then. With the same id twice: in which it stands."""

type Mover = Callable[[Tx, UUID, UUID], Awaitable[None]]
"""`mover(tx, duplicate_id, kept_id)`: gives the kept one all that hangs on the duplicate."""

type Joiner = Callable[[Tx, UUID, UUID], Awaitable[None]]
"""`joiner(tx, first_id, second_id)`: what holds for one of two accounts of the same person holds for the other."""

TAKINGS: list[Taking] = []
TOGETHER: list[Together] = []
MOVERS: list[Mover] = []
JOINERS: list[Joiner] = []


def of_institutions(
    *, taking: Taking | None = None, together: Together | None = None, mover: Mover | None = None
) -> None:
    """Register what a room knows of institutions."""
    for known, source in ((TAKINGS, taking), (TOGETHER, together), (MOVERS, mover)):
        if source is not None and source not in known:
            known.append(source)  # type: ignore[arg-type]


def of_people(joiner: Joiner) -> Joiner:
    """Register what a room does where two accounts turn out to be one person's."""
    if joiner not in JOINERS:
        JOINERS.append(joiner)
    return joiner
