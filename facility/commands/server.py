"""The server that holds the database of a command: as the environment names it, or embedded. What it takes to load the application is
not loaded here, so that an embedded server can start meanwhile."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import click

from facility.embedded.machine import EmbeddedError
from facility.embedded.server import EmbeddedPostgres
from facility.settings import Settings


@contextlib.contextmanager
def server_url(settings: Settings, load: Callable[[], object]) -> Iterator[str]:
    """Where the database is: as the environment says, or embedded, beside a running service or started for this. `load` loads what the
    command needs; meanwhile an embedded server starts."""
    if settings.database_url:
        load()
        with in_one_line():
            from facility import migrate

            migrate.reach(settings.database_url)
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.data_dir)
    try:
        with ThreadPoolExecutor(1) as beside:
            starting = beside.submit(server.start)
            load()
        yield starting.result()
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from error
    finally:
        server.stop()


@contextlib.contextmanager
def in_one_line() -> Iterator[None]:
    """A database that is not ready is a message without a traceback."""
    from facility import migrate

    try:
        yield
    except migrate.NotReadyError as error:
        raise click.ClickException(str(error)) from error
