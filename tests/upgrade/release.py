"""What an earlier release left behind, put into a database with that release's schema."""

import asyncio
import gzip
import io
from datetime import datetime
from pathlib import Path

import asyncpg
import msgspec

from bench.stage import plain
from facility import migrate


class Contents(msgspec.Struct):
    """A table's columns, and its rows as COPY writes them."""

    columns: list[str]
    rows: str


class Release(msgspec.Struct):
    """What was written by `making.py`, and when."""

    at: datetime
    revision: str
    tables: dict[str, Contents]

    @classmethod
    def read(cls, revision: str) -> "Release":
        """That with this schema."""
        packed = Path(__file__).with_name(f"release_{revision}.json.gz").read_bytes()
        return msgspec.json.decode(gzip.decompress(packed), type=cls)

    async def restore(self, url: str) -> None:
        """Into an empty database: schema, rows, and the numbers that come next."""
        await asyncio.to_thread(migrate.upgrade, url, self.revision)
        connection = await asyncpg.connect(plain(url))
        try:
            await connection.execute(
                "SET session_replication_role = replica"
            )  # no trigger and no foreign key looks
            for name, table in self.tables.items():
                await connection.execute(f"DELETE FROM {name}")  # migrations may have put something there
                rows = io.BytesIO(table.rows.encode())
                await connection.copy_to_table(name, columns=table.columns, source=rows)
            await connection.execute(_NUMBERS)
        finally:
            await connection.close()


_NUMBERS = """
    DO $$
    DECLARE one record;
    BEGIN
        FOR one IN SELECT table_name AS name, column_name AS key FROM information_schema.columns
            WHERE table_schema = 'public' AND is_identity = 'YES'
        LOOP
            EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT coalesce(max(%I), 1) FROM %I))',
                one.name, one.key, one.key, one.name);
        END LOOP;
    END $$
"""
