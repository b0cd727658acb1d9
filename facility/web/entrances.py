"""Which handler an address leads to, and which of several addresses a visitor may open, by the data of the access
guard: pages show links only to those."""

import re
from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import Method
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.web.access import BIND, RELATIONS, Visitor

if TYPE_CHECKING:
    from facility.web.guard import Door


class Entrance(msgspec.Struct, frozen=True):
    """A handler's door, and what the address says of its object."""

    door: "Door"
    params: Mapping[str, Any]


def entrance(app: Litestar, path: str, method: Method = "GET") -> Entrance | None:
    """Where an address of ours leads; None where there is nothing."""
    try:
        _, handler, _, params, _ = app.asgi_router.handle_routing(
            path=unquote(re.split("[?#]", path, maxsplit=1)[0]),
            method=method,
        )
    except HTTPException:
        return None
    return Entrance(handler.opt["door"], params)


async def open_to(
    app: Litestar, connection: AsyncConnection, visitor: Visitor, paths: Collection[str]
) -> frozenset[str]:
    """Those of these addresses that the visitor may open: one statement, and none where roles decide them all."""
    places = {path: entrance(app, path) for path in paths}
    by_roles = {path: place.door.by_roles(visitor) for path, place in places.items() if place}
    by_relation = {path: place for path, place in places.items() if place and by_roles[path] is None}
    rows = await _relations(connection, visitor, list(by_relation.values())) if by_relation else []
    related = {
        path
        for (path, place), row in zip(by_relation.items(), rows, strict=True)
        if place.door.lets_pass(visitor, row)
    }
    return frozenset(related | {path for path, opens in by_roles.items() if opens})


async def _relations(
    connection: AsyncConnection, visitor: Visitor, places: Collection[Entrance]
) -> list[dict[str, bool]]:
    """For each place, the answers that its door looks at."""
    columns: list[str] = []
    params: dict[str, Any] = {}
    for n, place in enumerate(places):
        for k, name in enumerate(place.door.relations):
            columns.append(f"({BIND.sub(partial(_own, n), RELATIONS[name].sql)}) AS related_{k}_of_{n}")
        params |= {f"{name}_of_{n}": place.params[name] for name in place.door.params}
    sql = f"WITH visitor AS (SELECT {_VISITOR}) SELECT {', '.join(columns)} FROM visitor"  # noqa: S608 - our own text
    about = {"person": visitor.id, "institution": visitor.institution_id}
    now = {"now": clock.now()} if ":now" in sql else {}
    row = (await connection.execute(text(sql), about | params | now)).mappings().one()
    return [
        {f"related_{k}": row[f"related_{k}_of_{n}"] for k in range(len(place.door.relations))}
        for n, place in enumerate(places)
    ]


_VISITOR = "CAST(:person AS uuid) AS id, CAST(:institution AS uuid) AS institution_id"


def _own(n: int, match: re.Match[str]) -> str:
    """A parameter of the n-th place; the instant is everybody's."""
    return match[0] if match[1] == "now" else f"{match[0]}_of_{n}"
