"""The one guard: reads the request, finds the visitor, and asks the handler's `allow`, in one statement at most."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute
from sqlalchemy import TextClause, text

from facility import clock
from facility.db import Database
from facility.outbox.links import is_link
from facility.web import bodies, csrf
from facility.web.access import (
    ANYONE,
    ON_DENIED,
    RELATIONS,
    SHUTS_OUT,
    Allow,
    Role,
    Visitor,
    allow,
    decision_sql,
    ended_sql,
)
from facility.web.cookies import SESSION, cookie
from facility.web.stops import SignInFirst, Stop

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Door:
    """A handler's `allow`, prepared at start-up: the statement that answers it, the order of its relations (those that let
    in, then those that shut out), and how much may be sent through it."""

    def __init__(self, rule: Allow, path: Collection[str] = (), *, takes_files: bool = False) -> None:
        self.rule = rule
        self.takes_files = takes_files
        self.most = bodies.MOST_FILES if takes_files else bodies.MOST_FORM
        self.anyone = any(item.anyone for item in rule.items)
        self.lets_in = tuple(dict.fromkeys(i.relation for i in rule.items if i.relation))
        # A conflict comes first: each attempt at what is closed by it leaves a trace.
        self.shuts_out = tuple(dict.fromkeys([*(SHUTS_OUT[p] for p in path if p in SHUTS_OUT), *rule.unless]))
        names = () if self.anyone else self.lets_in + self.shuts_out
        self.relations = names
        self.params = frozenset[str]().union(*(RELATIONS[name].params for name in names))
        self.statement: TextClause = text(decision_sql(names))

    def admits(self, visitor: Visitor, row: Mapping[str, Any]) -> bool:
        """True when one of the items holds for this visitor, given the answers to the relations."""
        return any(
            (item.role is None or item.role in visitor.roles)
            and (item.relation is None or row[f"related_{self.relations.index(item.relation)}"])
            for item in self.rule.items
        )

    def by_roles(self, visitor: Visitor | None) -> bool | None:
        """Whether the visitor's roles let in or keep out by themselves; None where a relation to the object decides."""
        if self.anyone or visitor is None:
            return self.anyone
        fitting = [item for item in self.rule.items if item.role is None or item.role in visitor.roles]
        if not fitting:
            return False
        barred = visitor.barred and bool(self.shuts_out)
        return None if barred or all(item.relation for item in fitting) else True

    def lets_pass(self, visitor: Visitor, row: Mapping[str, Any]) -> bool:
        """True when the visitor is admitted, and no relation shuts them out."""
        return self.anyone or (self.admits(visitor, row) and not self.bars(row))

    def denial(self, row: Mapping[str, Any]) -> Stop:
        """What a visitor who may not is told: 404 where the object is missing or its existence a secret."""
        exists = all(row[f"exists_{n}"] for n in range(len(self.lets_in)))
        if self.rule.hidden or not exists:
            return Stop(404, "not_found")
        return Stop(403, "not_yours")

    def bars(self, row: Mapping[str, Any]) -> list[str]:
        """The relations that shut the visitor out, whatever their roles are."""
        return [name for name in self.shuts_out if row[f"related_{self.relations.index(name)}"]]

    def wanted(self, visitor: Visitor) -> list[str]:
        """The relations that the visitor lacked, where a role that goes with them would have been there."""
        items = [i for i in self.rule.items if i.relation and (i.role is None or i.role in visitor.roles)]
        return [item.relation for item in items if item.relation]


def handlers(app: Litestar) -> Iterator[tuple[HTTPRoute, HTTPRouteHandler]]:
    """Every route and handler that somebody wrote. Raises where a handler is no HTTP handler: it would pass unguarded."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            raise ImproperlyConfiguredException(f"{route.path}: only HTTP handlers are guarded")
        for handler in route.route_handlers:
            if handler.http_methods != {"OPTIONS"}:
                yield route, handler


def close_doors(app: Litestar) -> None:
    """Prepare every handler's door. Raises ImproperlyConfiguredException for one that doesn't say who may, names an
    unknown relation, or a relation that needs a path parameter which the path lacks."""
    wrong = []
    for route, handler in handlers(app):
        rule = handler.opt.get("allow")
        if not isinstance(rule, Allow):
            wrong.append(f"{route.path} {handler} does not say who may (opt allow)")
            continue
        unknown = {i.relation for i in rule.items if i.relation}.union(rule.unless) - RELATIONS.keys()
        if unknown:
            wrong.append(f"{route.path} {handler} names unknown relations {sorted(unknown)}")
            continue
        door = Door(rule, route.path_parameters, takes_files=handler.opt.get("takes_files", False))
        if missing := door.params - route.path_parameters.keys():
            wrong.append(f"{route.path} {handler}: its path has no {sorted(missing)}")
        handler.opt["door"] = door
    if wrong:
        raise ImproperlyConfiguredException("\n".join(wrong))
    for generated in _generated(app):
        generated.opt["door"] = Door(allow(ANYONE))


def _generated(app: Litestar) -> Iterator[HTTPRouteHandler]:
    """Litestar's own answers to OPTIONS: they name methods and nothing else."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from (handler for handler in route.route_handlers if handler.http_methods == {"OPTIONS"})


def describe(app: Litestar) -> list[tuple[str, str, str, str]]:
    """Rows of docs/access.md: method, path, handler, who may. Sorted by path."""
    return sorted(
        (
            method,
            route.path_format,
            f"{handler.fn.__module__}.{handler.fn.__name__}",
            handler.opt["allow"].words,
        )
        for route, handler in handlers(app)
        for method in sorted(handler.http_methods)
    )


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Reads the body of what changes something, then lets pass or raises (sign-in page, 403, 404)."""
    scope: Any = connection.scope
    door: Door = handler.opt["door"]
    if b"%00" in scope["query_string"] or "\0" in scope["path"]:
        raise Stop(400, "malformed")  # PostgreSQL can't hold NUL
    caller = Caller(scope, door)
    if scope["method"] not in SAFE:
        form = await bodies.receive(scope, connection.receive, caller.sender, takes_files=door.takes_files)
        csrf.check(scope, form)
    await caller.enter()


async def still_admits(scope: Any) -> bool:
    """Whether who was let in to this request's handler would be let in now. Raises SQLAlchemyError or OSError while the
    database can't say."""
    return await Caller(scope, scope["route_handler"].opt["door"]).admitted()


class Caller:
    """Who asks, and what for; the database is asked for the visitor once at most."""

    def __init__(self, scope: Any, door: Door) -> None:
        self._scope = scope
        self._door = door
        self._db: Database = scope["litestar_app"].state.db
        self._token = cookie(scope, SESSION)
        self._answer: Mapping[str, Any] | None = None
        self._looked_up = self._token is None

    async def enter(self) -> None:
        """Let pass, or raise."""
        row = await self._row()
        if row is None:
            if self._door.anyone:
                return
            raise _not_signed_in(self._scope)
        visitor = _visitor(row)
        self._scope["state"]["visitor"] = visitor
        if self._door.lets_pass(visitor, row):
            return
        bars = self._door.bars(row)
        for name in bars[:1] or self._door.wanted(visitor):
            if trace := ON_DENIED.get(name):
                await trace(self._db, visitor, self._scope["path_params"], clock.now())
        raise Stop(403, "shut_out") if self._door.admits(visitor, row) else self._door.denial(row)

    async def admitted(self) -> bool:
        """Whether `enter` would let pass."""
        row = await self._row()
        return self._door.anyone or (row is not None and self._door.lets_pass(_visitor(row), row))

    async def sender(self) -> bodies.Sender | None:
        """Whoever sends more than anybody may, if we know them: by session or by the link that they follow. One whose
        session has ended, or who may not, sends a form all the same: its texts are given back with the refusal.
        Raises Stop for what no stranger may do."""
        if row := await self._row():
            admitted = self._door.lets_pass(_visitor(row), row)
            return bodies.Sender(f"person {row['id']}", self._door.most if admitted else bodies.MOST_FORM)
        if link := _link_of(self._scope):
            async with self._db.reader() as connection:
                known = await is_link(connection, *link)
            return bodies.Sender("/".join(link), self._door.most) if known else None
        if self._token and await self._was_signed_in(self._token):
            return bodies.Sender(f"session {_hash(self._token).hex()}", bodies.MOST_FORM)
        if self._door.anyone:
            return None
        raise _not_signed_in(self._scope)

    async def _row(self) -> Mapping[str, Any] | None:
        if not self._looked_up and self._token:
            self._answer = await self._ask(self._token)
            self._looked_up = True
        return self._answer

    async def _ask(self, token: str) -> Mapping[str, Any] | None:
        params = {name: self._scope["path_params"][name] for name in self._door.params}
        params |= {"token_hash": _hash(token), "now": clock.now()}
        async with self._db.reader() as connection:
            row = (await connection.execute(self._door.statement, params)).mappings().first()
        return dict(row) if row else None

    async def _was_signed_in(self, token: str) -> bool:
        async with self._db.reader() as connection:
            return bool(await connection.scalar(text(ended_sql()), {"token_hash": _hash(token)}))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _link_of(scope: Any) -> tuple[str, str] | None:
    """Purpose and token of the link whose page this is (`/link/<purpose>/<token>`)."""
    parts = scope["path"].split("/")
    return (parts[2], parts[3]) if len(parts) > 3 and parts[1] == "link" else None


def _visitor(row: Mapping[str, Any]) -> Visitor:
    return Visitor(
        id=row["id"],
        name=row["name"],
        initials=row["initials"],
        roles=frozenset(map(Role, row["roles"])),
        institution_id=row["institution_id"],
        institution_name=row["institution_name"],
        beneficiary=row["beneficiary"],
        session=row["session"],
        barred=row["barred"],
    )


def _not_signed_in(scope: Any) -> Exception:
    if scope["method"] in SAFE:
        query = scope.get("query_string", b"").decode("latin-1")
        return SignInFirst(scope["path"] + (f"?{query}" if query else ""))
    return Stop(401, "sign_in_first")
