"""Work: rooms register what a visitor can do now and what waits for others; the start page shows it, what presses most first.

All of it is one statement, from which the rows, their order and their counts come, so that they can't differ.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.refused import refuse
from facility.web.access import Role, Visitor
from facility.web.i18n import Message, filled

MOST_SHOWN = 30
"""Rows of each half: what can be done, and what waits for others."""
SOON = timedelta(hours=48)
WEEK = timedelta(days=7)


class Kind(msgspec.Struct, frozen=True):
    """A registered kind of work. `label` names the kind, `act` is the sentence of a row, with {thing}; both are untranslated.
    `rows`: a SELECT of all of it. `href`: the whole list in which it stands among others. `others`: somebody else acts next."""

    label: str
    act: Message
    href: str
    roles: tuple[Role, ...]
    rows: str
    others: bool

    @property
    def key(self) -> str:
        """How its list is called in an address."""
        return re.sub(r"[^a-z]+", "-", self.label.lower()).strip("-")


class Task(msgspec.Struct, frozen=True):
    """A thing that waits: of which call, since when, and until when it can be done or is wanted (None: no hurry)."""

    kind: Kind
    thing: str
    href: str
    call: str | None
    since: datetime | None
    until: datetime | None

    @property
    def sentence(self) -> str:
        """What is to be done, in the page's language."""
        return filled(self.kind.act, thing=self.thing)


class Work(msgspec.Struct, frozen=True):
    """What a visitor sees of their work. `now`: when it was asked; `mark`: where the log ended then; `counts`: of each kind,
    also of rows beyond the most that are shown."""

    now: datetime
    mark: int
    tasks: list[Task]
    counts: dict[str, int]

    @property
    def groups(self) -> dict[str, list[Task]]:
        """The rows by how they press, in order: "soon" (overdue, or due within 48 hours), "week", "later", "others"."""
        sorted_out: dict[str, list[Task]] = {"soon": [], "week": [], "later": [], "others": []}
        for task in self.tasks:
            sorted_out[self._presses(task)].append(task)
        return {name: tasks for name, tasks in sorted_out.items() if tasks}

    def _presses(self, task: Task) -> str:
        if task.kind.others:
            return "others"
        if task.until is None or task.until > self.now + WEEK:
            return "later"
        return "soon" if task.until <= self.now + SOON else "week"

    @property
    def beyond(self) -> dict[str, int]:
        """Kinds of which more waits than is shown, with how many there are in all."""
        shown = [task.kind.key for task in self.tasks]
        return {key: count for key, count in self.counts.items() if shown.count(key) < count}


KINDS: dict[str, Kind] = {}
HOMES: dict[Role, str] = {}


def waits(label: Message, act: Message, href: str, *roles: Role, rows: str, others: bool = False) -> None:
    """Register work for people in these roles, in the registry of the room where it is done. Mark both texts with N_().

    `rows`: a SELECT of all of it as `thing`, `href`, `call` (its reference, or NULL), `since` and `until` (instants, or NULL), over
    :person_id and :institution_id (the visitor's) and :now. It holds only what this person may do now; with `others`, what they
    have begun and somebody else goes on with.
    """
    kind = Kind(label, act, href, roles, rows, others)
    if kind.key in KINDS:
        raise TypeError(f"two kinds of work are called {label}")
    KINDS[kind.key] = kind


def home(href: str, *roles: Role) -> None:
    """Register the first page of people in these roles, unless another of their roles has work."""
    HOMES.update(dict.fromkeys(roles, href))


def home_of(visitor: Visitor) -> str | None:
    """Where whoever has no kind of work begins, or None."""
    if any(visitor.has(*kind.roles) for kind in KINDS.values()):
        return None
    return next((href for role, href in HOMES.items() if visitor.has(role)), None)


_MARK = "SELECT coalesce(max(position), 0) AS at FROM event"
# What presses most first: what is due soonest, then what has waited longest.
_PLACED = """
    SELECT mark.at AS mark, placed.* FROM ({mark}) AS mark LEFT JOIN (
        SELECT work.*, row_number() OVER (PARTITION BY others ORDER BY until, since, thing, href) AS place,
            count(*) OVER (PARTITION BY kind) AS of_kind, row_number() OVER (PARTITION BY kind) AS nth
        FROM ({work}) AS work{of_call}
    ) AS placed ON place <= {most} OR nth = 1 ORDER BY others, place
"""
_OF_KIND = """SELECT '{kind.key}' AS kind, {kind.others} AS others, CAST(thing AS text) AS thing, CAST(href AS text) AS href,
    CAST(call AS text) AS call, CAST(since AS timestamptz) AS since, CAST(until AS timestamptz) AS until
    FROM ({kind.rows}) AS of_kind"""
_NOTHING = "SELECT '' AS kind, false AS others, '' AS thing, '' AS href, '' AS call, now() AS since, now() AS until WHERE false"


def _of(kinds: list[Kind]) -> str:
    # All texts are constants of the code.
    return " UNION ALL ".join([_NOTHING, *(_OF_KIND.format(kind=kind) for kind in kinds)])


def _statement(query: str, visitor: Visitor, now: datetime, **more: object) -> TextClause:
    about = {"person_id": visitor.id, "institution_id": visitor.institution_id, "now": now, **more}
    return text(query).bindparams(**{name: value for name, value in about.items() if f":{name}" in query})


async def work_of(connection: AsyncConnection, visitor: Visitor, call: str | None = None) -> Work:
    """The visitor's work, of all calls or of the one with this reference, in one statement."""
    now = clock.now()
    rows = (await connection.execute(_statement(statement(visitor, call), visitor, now, call=call))).all()
    return work_from(rows, now)


def statement(visitor: Visitor, call: str | None = None) -> str:
    """The visitor's work over :person_id, :institution_id, :now and, of one call, :call."""
    return _PLACED.format(
        mark=_MARK,
        work=_of([kind for kind in KINDS.values() if visitor.has(*kind.roles)]),
        of_call=" WHERE call = :call" if call else "",
        most=MOST_SHOWN,
    )


def work_from(rows: Sequence[Any], now: datetime) -> Work:
    """The rows of that statement."""
    tasks = [
        Task(KINDS[row.kind], row.thing, row.href, row.call, row.since, row.until)
        for row in rows
        if row.kind is not None and row.place <= MOST_SHOWN
    ]
    return Work(now, rows[0].mark, tasks, {row.kind: row.of_kind for row in rows if row.kind is not None})


async def mark(connection: AsyncConnection) -> int:
    """A number that changes whenever something has happened: `Work.mark`."""
    return int((await connection.execute(text(_MARK))).scalar_one())


async def all_of(connection: AsyncConnection, visitor: Visitor, key: str) -> tuple[Kind, list[Task]]:
    """A kind of work and everything of it that waits, what presses most first. Raises Refused (missing)."""
    kind = KINDS.get(key)
    if kind is None or not visitor.has(*kind.roles):
        refuse("not_found", kind="missing")
    query = f"{_of([kind])} ORDER BY until, since, thing, href"
    rows = await connection.execute(_statement(query, visitor, clock.now()))
    return kind, [Task(kind, row.thing, row.href, row.call, row.since, row.until) for row in rows]
