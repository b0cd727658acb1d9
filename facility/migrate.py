"""Bringing a database to the schema that this version of the code needs, up and down (Alembic, migrations/)."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from facility.settings import ROOT

# Alembic takes a third of a second to load, and most commands only ask whether a database can be reached: so it is imported
# where it is used.
if TYPE_CHECKING:
    from alembic.config import Config

REACH_SECONDS = 10
UPGRADE = "Run `facility migrate` first."


class NotReadyError(Exception):
    """The database is not what a command needs: a line for whoever gave the command."""


def config(url: str) -> "Config":
    """Alembic's configuration for this database; there is no alembic.ini."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.attributes["url"] = url
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing. Quick when nothing is. Call it outside any event loop."""
    from alembic import command

    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back, down to this one. Call it outside any event loop."""
    from alembic import command

    command.downgrade(config(url), revision)


def reach(url: str) -> str | None:
    """The revision of the database; None where it has no tables. Raises NotReadyError where it can't be reached, or doesn't
    let us in. Call it outside any event loop."""
    with _in_one_line():
        return asyncio.run(_revision(url))


def check(url: str) -> None:
    """Raises NotReadyError unless the database can be reached and has the tables of this version."""
    from alembic.script import ScriptDirectory

    revision = reach(url)
    scripts = ScriptDirectory.from_config(config(url))
    if revision is None:
        raise NotReadyError(f"The database has no tables yet. {UPGRADE}")
    if revision == scripts.get_current_head():
        return
    if revision in {script.revision for script in scripts.walk_revisions()}:
        raise NotReadyError(
            f"The database is older than this version of the facility ({revision}). {UPGRADE}"
        )
    raise NotReadyError(f"The database was made by a newer version of the facility ({revision}).")


async def _revision(url: str) -> str | None:
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": REACH_SECONDS})
    try:
        async with engine.connect() as connection:
            known = await connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
            if not known.scalar_one():
                return None
            revision: str | None = (
                await connection.execute(text("SELECT version_num FROM alembic_version"))
            ).scalar()
            return revision
    finally:
        await engine.dispose()


@contextlib.contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError) as error:
        cause = error.orig if isinstance(error, SQLAlchemyError) and hasattr(error, "orig") else error
        reason = " ".join(str(cause).split()) or "no answer in time"
        raise NotReadyError(f"The database can't be reached: {reason}") from error
