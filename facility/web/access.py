"""Who may: data on each handler, `opt={"allow": allow(Role.SECRETARIAT, related("application.lead"))}`.

Any one of the items suffices, unless a relation shuts the visitor out (`shuts_out`). `guard` reads them; this module
holds the words, the registry of relations and the check at start-up that no handler was forgotten.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from facility.db import Database


class Role(StrEnum):
    """What a person does in the facility. A lead or partner is an officer with a relation to the application.

    Experts and signatories have no role: they come by a link that signs nobody in.
    """

    OFFICER = "officer"
    SECRETARIAT = "secretariat"
    ASSESSOR = "assessor"
    AUTHORISING = "authorising"
    COMMISSION = "commission"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    def when(self, name: str) -> "Item":
        """This role, and the relation too."""
        return Item(role=self, relation=name)


STAFF = (Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR)
"""Who reads of every call and application what is not confidential: those who run the facility, and those who watch it."""
DECIDERS = (Role.SECRETARIAT, Role.AUTHORISING)
"""Who runs calls and decides: what one of them proposes another confirms."""
INTERNAL = (*DECIDERS, Role.AUDITOR)
"""Who reads what stays inside the facility: histories, complaints, letters."""
PRIVATE = (Role.SECRETARIAT, Role.AUDITOR)
"""Who reads of experts what concerns them alone."""
REGISTERS = (Role.SECRETARIAT, Role.ADMINISTRATOR, Role.AUDITOR)
"""Who reads the registers: people, institutions, themes."""


class Item(msgspec.Struct, frozen=True):
    """One way to be allowed: anybody, anybody signed in, or a role, a relation, or both together."""

    role: Role | None = None
    relation: str | None = None
    anyone: bool = False

    @property
    def words(self) -> str:
        """As docs/access.md says it."""
        if self.anyone:
            return "anyone"
        return " and ".join(part for part in (self.role, self.relation) if part) or "signed in"


ANYONE = Item(anyone=True)
SIGNED_IN = Item()


def related(name: str) -> Item:
    """Anybody signed in who has this relation to the object."""
    return Item(relation=name)


class Allow(msgspec.Struct, frozen=True):
    """Who may use a handler. `hidden`: to everybody else the object does not exist (404 and not 403). `unless`: relations
    that take it away again, whatever the role; besides those of `shuts_out`."""

    items: tuple[Item, ...]
    hidden: bool = False
    unless: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """As docs/access.md says it."""
        unless = f" unless {' or '.join(self.unless)}" if self.unless else ""
        return (
            " or ".join(item.words for item in self.items)
            + unless
            + (" (hidden from others)" if self.hidden else "")
        )


def allow(*items: Item | Role, hidden: bool = False, unless: Sequence[str] = ()) -> Allow:
    """Any of these may, unless one of those relations is there. Raises TypeError when nobody is named."""
    if not items:
        raise TypeError("allow() names nobody")
    named = tuple(Item(role=item) if isinstance(item, Role) else item for item in items)
    return Allow(named, hidden, tuple(unless))


TAKES_FILES = {"takes_files": True}
"""Added to the opt of a handler whose form has files: only there may somebody send so much."""


class Visitor(msgspec.Struct, frozen=True):
    """Who is signed in. `beneficiary` is the code of the institution's beneficiary (AL … XK), `session` the session's id.
    `barred`: there is something that they are shut out of."""

    id: UUID
    name: str
    initials: str
    roles: frozenset[Role]
    institution_id: UUID | None
    institution_name: str | None
    beneficiary: str | None
    session: UUID
    barred: bool = True

    def has(self, *roles: Role) -> bool:
        """True when the visitor has any of the roles."""
        return not self.roles.isdisjoint(roles)


class Relation(msgspec.Struct, frozen=True):
    """A registered relation between the visitor and the object that the path names."""

    name: str
    sql: str
    exists: str
    params: frozenset[str]


type OnDenied = Callable[[Database, Visitor, Mapping[str, Any], datetime], Awaitable[None]]

RELATIONS: dict[str, Relation] = {}
ON_DENIED: dict[str, OnDenied] = {}
SHUTS_OUT: dict[str, str] = {}
"""The relation that shuts its person out of a handler's object, by the path parameter that names the object."""
_FROM_VISITOR = {"person_id": "visitor.id", "institution_id": "visitor.institution_id"}
BIND = re.compile(r"(?<!:):([a-z_]+)")


def relation(name: str, *, sql: str, exists: str) -> str:
    """Register a relation, once, in the `access` module of the room that owns the object. Returns the name.

    `sql` is a boolean SQL expression over :person_id and :institution_id (the visitor's) and the handler's path
    parameters (:application_id): EXISTS (SELECT FROM …). `exists` says whether the object is there at all.
    """
    if name in RELATIONS:
        raise TypeError(f"two relations are named {name}")
    params = frozenset(BIND.findall(sql) + BIND.findall(exists)) - _FROM_VISITOR.keys() - {"now"}
    RELATIONS[name] = Relation(name, _bound(sql), _bound(exists), params)
    return name


def on_denied(name: str, trace: OnDenied) -> None:
    """Call `trace(db, visitor, path_params, now)` when this relation was needed and absent, or shut the visitor out.

    It decides itself whether the attempt deserves a trace, and opens its own transaction.
    """
    if name in ON_DENIED:
        raise TypeError(f"two traces for {name}")
    ON_DENIED[name] = trace


def shuts_out(name: str, *, where: str) -> str:
    """Whoever has this relation is refused by every handler whose path has the parameter `where`, whatever their roles
    are. No handler has to say so, so that none forgets it. Returns the name."""
    if where in SHUTS_OUT:
        raise TypeError(f"two relations shut out where a path has {where}")
    SHUTS_OUT[where] = name
    return name


def barred_where(sql: str) -> None:
    """Register when anything shuts a visitor out at all: a boolean expression over :person_id. It is asked with the visitor, so
    that pages need not ask about each link for the many whom nothing does."""
    global _barred_sql
    _barred_sql = _bound(sql)


def _bound(sql: str) -> str:
    return BIND.sub(lambda match: _FROM_VISITOR.get(match[1], match[0]), sql)


_barred_sql = "true"
_visitor_sql = ""
_ended_sql = ""


def visitor_from(sql: str, *, ended: str) -> None:
    """Register how a session becomes a visitor: a SELECT over :token_hash and :now with the columns of `Visitor`.

    `roles` is an array of text, `session` the session's id. No row: nobody is signed in. `ended`: an SQL expression over
    :token_hash, true for a session of ours, also one that has ended.
    """
    global _visitor_sql, _ended_sql
    _visitor_sql, _ended_sql = sql, ended


def ended_sql() -> str:
    """One statement: whether the token is that of a session that has ended."""
    return f"SELECT {_ended_sql}"


def decision_sql(relations: tuple[str, ...]) -> str:
    """One statement: the visitor, and for each relation whether it holds (related_N) and its object exists (exists_N)."""
    answers = "".join(
        f", ({RELATIONS[name].sql}) AS related_{n}, ({RELATIONS[name].exists}) AS exists_{n}"
        for n, name in enumerate(relations)
    )
    return f"WITH visitor AS MATERIALIZED ({_visitor_sql}) SELECT visitor.*, ({_barred_sql}) AS barred{answers} FROM visitor"  # noqa: S608 - our own text
