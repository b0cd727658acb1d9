"""Between the figures and the rows of their read models."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.db import Base


def table_of(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


async def load[Figure: msgspec.Struct](
    connection: AsyncConnection, table: Table, kind: type[Figure], keys: Collection[UUID] | None = None
) -> dict[UUID, Figure]:
    """The figures with these keys (None: all), by key."""
    if keys is not None and not keys:
        return {}
    key = next(iter(table.primary_key))
    query = select(table) if keys is None else select(table).where(key.in_(keys))
    rows = (await connection.execute(query)).mappings()
    return {row[key.name]: kind(**row) for row in rows}


async def save(connection: AsyncConnection, table: Table, figures: Iterable[msgspec.Struct]) -> None:
    values: list[Mapping[str, Any]] = [msgspec.structs.asdict(figure) for figure in figures]
    if not values:
        return
    key = next(iter(table.primary_key)).name
    statement = insert(table)
    changes = {column.name: statement.excluded[column.name] for column in table.c if column.name != key}
    await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes), values)
