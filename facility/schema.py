"""All tables in one place, and what SQLAlchemy can't say about them: the log refuses to be rewritten."""

import importlib
import pkgutil

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

import facility
from facility.db import Base

APPEND_ONLY = ("event", "ledger_entry")

_GUARD_LOG = """
CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def _guards() -> list[str]:
    """Statements that make the append-only tables so. An event's position may be set once, and nothing else."""
    # Column by column: this runs for every event that is numbered, and rows as jsonb would take as long as the rest.
    fixed = [column.name for column in Base.metadata.tables["event"].columns if column.name != "position"]
    old, new = (", ".join(f"{row}.{name}" for name in fixed) for row in ("OLD", "NEW"))
    only_position = f"WHEN (OLD.position IS NOT NULL OR ({old}) IS DISTINCT FROM ({new}))"
    statements = [_GUARD_LOG]
    for table in APPEND_ONLY:
        condition = only_position if table == "event" else ""
        statements.append(
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW {condition}"
            " EXECUTE FUNCTION refuse_rewriting()"
        )
        statements.append(
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
        statements.append(
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_rewriting()"
        )
    return statements


def load_models() -> None:
    """Import every module that defines tables, so that the metadata is whole."""
    for module in pkgutil.walk_packages(facility.__path__, "facility."):
        if module.name.endswith((".models", ".projections")):
            importlib.import_module(module.name)


async def create_all(connection: AsyncConnection) -> None:
    """Create every table and guard in an empty database."""
    load_models()
    await connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    await connection.run_sync(Base.metadata.create_all)
    for statement in _guards():
        if "ledger_entry" in statement and "ledger_entry" not in Base.metadata.tables:
            continue
        await connection.execute(text(statement))
