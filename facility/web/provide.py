"""What handlers may ask for by name: `view`, `visitor`, `form`, `read` or `tx`, `db`, `limits`.

Each depends on the one before it, so that Litestar resolves them one by one: several at once would cost a task group
for each request. For the same reason, and because two generators are closed in tasks of their own (a failing commit
then comes as an ExceptionGroup), a handler asks for `read` or for `tx`, not for both.
"""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.exceptions import ImproperlyConfiguredException
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.db import Database, Tx
from facility.web import handler
from facility.web.access import Visitor
from facility.web.forms import Form
from facility.web.guard import handlers
from facility.web.limits import Limits
from facility.web.render import View


def provide_view(request: Request[Any, Any, Any]) -> View:
    return View(request.scope)


def provide_visitor(view: handler.View) -> Visitor | None:
    return view.visitor


def provide_form(view: handler.View, visitor: handler.Who) -> Form:
    """What was sent; empty for GET."""
    form: Form = view.scope["state"].get("form") or Form({}, {})
    return form


def provide_db(view: handler.View) -> Database:
    """For handlers that open short transactions of their own (streams)."""
    db: Database = view.scope["litestar_app"].state.db
    return db


def provide_limits(view: handler.View) -> Limits:
    limits: Limits = view.scope["litestar_app"].state.limits
    return limits


async def provide_read(view: handler.View, visitor: handler.Who) -> AsyncIterator[AsyncConnection]:
    """A connection for reading."""
    async with provide_db(view).reader() as connection:
        yield connection


async def provide_tx(view: handler.View, form: handler.Form) -> AsyncIterator[Tx]:
    """The request's transaction: committed when the answer has been rendered, before any of it is sent.

    `now` is the instant at which the whole request was there.
    """
    now = view.scope["state"].get("received_at") or clock.now()
    actor = view.visitor.id if view.visitor else None
    async with provide_db(view).transaction(now=now, actor=actor) as tx:
        yield tx


DEPENDENCIES = {
    "view": Provide(provide_view, sync_to_thread=False),
    "visitor": Provide(provide_visitor, sync_to_thread=False),
    "form": Provide(provide_form, sync_to_thread=False),
    "db": Provide(provide_db, sync_to_thread=False),
    "limits": Provide(provide_limits, sync_to_thread=False),
    "read": Provide(provide_read),
    "tx": Provide(provide_tx),
}


def check_dependencies(app: Litestar) -> None:
    """Raises ImproperlyConfiguredException for a handler that asks for both `read` and `tx`."""
    both = [
        str(handler)
        for _, handler in handlers(app)
        if {"read", "tx"} <= set(handler.parsed_fn_signature.parameters)
    ]
    if both:
        raise ImproperlyConfiguredException(f"read or tx, not both: {', '.join(both)}")
