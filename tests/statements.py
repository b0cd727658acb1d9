"""Counting the statements that a page takes: a list costs the same for one row and for three."""

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event

from facility.db import Database


@contextlib.contextmanager
def count_statements(db: Database) -> Iterator[list[str]]:
    """Collects every statement that goes to the database inside the block, the guard's too."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # The notice to the worker after an earlier commit is nobody's page.
        if not statement.startswith("NOTIFY"):
            seen.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


UNGUARDED = "SET LOCAL session_replication_role = replica"
"""Lets a transaction of a test rewrite by hand what the database refuses to have rewritten; it needs to be a superuser's."""
