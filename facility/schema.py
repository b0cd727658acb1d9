"""All tables in one place, and what SQLAlchemy can't say about them: the log refuses to be rewritten, and so does what was sent."""

import functools

from sqlalchemy import create_mock_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import rooms
from facility.db import Base

APPEND_ONLY = ("event", "ledger_entry", "reopened_assessment", "agreed_scores", "consensus_answer")
FROZEN = ("assessment",)
"""Tables whose rows never change, but may go."""

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
    for table in FROZEN:
        statements.append(
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )
    return statements


def load_models() -> None:
    """Import every module that defines tables, so that the metadata is whole."""
    rooms.load("models", "projections")


@functools.cache
def statements() -> str:
    """Every table and guard, in the order in which one needs another; the models are loaded for it."""
    load_models()
    written: list[str] = []
    dialect = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
    engine = create_mock_engine(
        "postgresql+asyncpg://", lambda ddl, *_, **__: written.append(str(ddl.compile(dialect=dialect)))
    )
    Base.metadata.create_all(engine, checkfirst=False)
    return ";\n".join(["CREATE EXTENSION IF NOT EXISTS pg_trgm", *written, *_guards()])


async def create_all(connection: AsyncConnection) -> None:
    """Create every table and guard in an empty database, in one round trip: a rehearsal has somebody waiting for it."""
    raw = await connection.get_raw_connection()
    await raw.driver_connection.execute(statements())  # type: ignore[union-attr]
