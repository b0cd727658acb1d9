"""Many applications out of one that commands made: the same rows and the same events, under ids and hashes of their own."""

import re
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from bench.stage import Stage
from facility.applications.rules.submission import fingerprint_of
from facility.db import Base, new_id
from facility.events.log import GENESIS, chain_hash, envelope_of
from facility.events.projector import PROJECTIONS

type Row = dict[str, Any]

_GENERATED = {"event": ("seq", "position"), "delivery": ("id",), "application": ("theme_codes",)}
"""Columns that the database fills in."""


class Original(msgspec.Struct):
    """An application with everything that hangs on it: `hanging` by table, in an order in which it can be written."""

    application: Row
    hanging: dict[str, list[Row]]
    events: list[Row]
    deliveries: list[Row]


async def copy_application(
    stage: Stage, application_id: UUID, count: int, *, url: str | None = None
) -> list[UUID]:
    """Write so many copies of the application, its history included; their ids. `facility reconcile` stays clean. url: of
    another database than the stage's."""
    connection = await stage.connect(url)
    try:
        original = await _read(connection, application_id)
        first = await connection.fetchval(
            "SELECT max(number) FROM application WHERE call_id = $1", original.application["call_id"]
        )
        copies = [_copy(original, first + n + 1) for n in range(count)]
        async with connection.transaction():
            for table, rows in _tables(copies).items():
                await write(connection, table, rows)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return [copy.application["id"] for copy in copies]


def _tables(copies: list[Original]) -> dict[str, list[Row]]:
    return {
        "application": [copy.application for copy in copies],
        **{table: [row for copy in copies for row in copy.hanging[table]] for table in copies[0].hanging},
        "event": [row for copy in copies for row in copy.events],
        "delivery": [row for copy in copies for row in copy.deliveries],
    }


_HANGS = {
    "application_id": "application_id = $1",
    "party_id": "party_id IN (SELECT id FROM party WHERE application_id = $1)",
}


# Not read models, which follow from the copied events; nor what overlaps are searched in: words to be searched have no binary form
# in which they could be copied.
async def _read(connection: asyncpg.Connection, application_id: UUID) -> Original:
    async def rows(sql: str) -> list[Row]:
        return [dict(row) for row in await connection.fetch(sql, application_id)]

    read_models = [table for model in PROJECTIONS.values() for table in model.tables]
    return Original(
        application=(await rows("SELECT * FROM application WHERE id = $1"))[0],
        hanging={
            table.name: await rows(f'SELECT * FROM "{table.name}" WHERE {_HANGS[column]}')
            for table in Base.metadata.sorted_tables
            if table not in read_models and table.name != "initiative"
            for column in [next((name for name in _HANGS if name in table.columns), "")]
            if column
        },
        events=await rows("SELECT * FROM event WHERE subject_id = $1 ORDER BY version"),
        deliveries=await rows(
            "SELECT delivery.* FROM delivery JOIN event ON event.id = event_id WHERE subject_id = $1"
        ),
    )


def _copy(original: Original, number: int) -> Original:
    old = original.application
    reference = f"{old['reference'].rpartition('/')[0]}/{number:04}"
    hanging = [row for rows in original.hanging.values() for row in rows if "id" in row]
    renamed = {row["id"]: new_id() for row in (old, *hanging, *original.events)}
    words = {str(key): str(new) for key, new in renamed.items()} | {old["reference"]: reference}
    application = _renamed(old, renamed, words) | {"number": number}
    if old["submission"]:
        fingerprint = fingerprint_of(msgspec.json.decode(application["submission"]))
        words[old["fingerprint"]] = application["fingerprint"] = fingerprint
    return Original(
        application=application,
        hanging={
            table: [_renamed(row, renamed, words) for row in rows] for table, rows in original.hanging.items()
        },
        events=chained([_renamed(row, renamed, words) for row in original.events]),
        deliveries=[_renamed(row, renamed, words) for row in original.deliveries],
    )


def _renamed(row: Row, ids: dict[UUID, UUID], words: dict[str, str]) -> Row:
    made: Row = {}
    for name, value in row.items():
        if isinstance(value, str):
            value = _KEY.sub(lambda match: words.get(match[0], match[0]), value)
            for old in [old for old in words if len(old) != KEY_LENGTH]:
                value = value.replace(old, words[old])
        made[name] = ids.get(value, value) if isinstance(value, UUID) else value
    return made


KEY_LENGTH = 36
_KEY = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def chained(events: list[Row]) -> list[Row]:
    """All events of one subject, in their order, with the hashes that they must have."""
    previous = GENESIS
    for row in events:
        row["previous_hash"] = previous
        line = _Line({**row, "data": msgspec.json.decode(row["data"])})
        previous = row["hash"] = chain_hash(previous, envelope_of(line))
    return events


class _Line:
    """A row's columns as attributes."""

    def __init__(self, row: Row) -> None:
        self.__dict__ = row


async def write(connection: asyncpg.Connection, table: str, rows: list[Row]) -> None:
    """Copy them into the table, as far as it doesn't make them up itself."""
    if not rows:
        return
    names = [name for name in rows[0] if name not in _GENERATED.get(table, ())]
    records = [[row[name] for name in names] for row in rows]
    await connection.copy_records_to_table(table, records=records, columns=names)
