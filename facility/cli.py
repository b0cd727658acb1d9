"""The command line: `facility run` for a machine without services, `web` and `worker` for production, and the tools."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import uvloop
from tqdm import tqdm

from facility import catalogue, clock, log, migrate
from facility.accounts.service import add_user
from facility.app import create_app
from facility.db import Database
from facility.demo import tell
from facility.embedded import EmbeddedError, EmbeddedPostgres
from facility.events.projector import PROJECTIONS, Stop, keep_up, log_position, positions, reset, stops
from facility.events.reconcile import each_check
from facility.events.sequence import number
from facility.events.since import know_reactions
from facility.files import listing, store
from facility.files.store import Store
from facility.outbox import links
from facility.refused import Refused
from facility.rehearsal.check import WrongScenario, check
from facility.rehearsal.play import rehearse
from facility.seed import seed
from facility.server import serve
from facility.settings import ROOT, Settings, SettingsError, load
from facility.web.access import Role
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.sentences import sentence
from facility.worker import background, give_way, load_slices

STAFF = [role.value for role in Role if role is not Role.OFFICER]
"""Officers belong to an institution, so they register instead."""
NOWHERE = "postgresql+asyncpg:///none"
"""For an app that only describes itself."""


@click.group()
@click.version_option(package_name="facility")
@click.pass_context
def main(context: click.Context) -> None:
    """The technical-assistance facility."""
    if context.invoked_subcommand == "scan":  # which needs no settings, and leaves no data folder behind
        return
    try:
        context.obj = load(command=context.invoked_subcommand)
    except SettingsError as error:
        for message in error.messages:
            click.echo(message, err=True)
        sys.exit(1)
    log.setup(as_json=context.obj.json_log)
    links.configure(
        context.obj.secret_key
    )  # before anything is written that holds a link: the demo story does
    load_slices()


@contextlib.contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Where the database is: as the environment says, or embedded, beside a running service or started for this."""
    if settings.database_url:
        with _in_one_line():
            migrate.reach(settings.database_url)
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.data_dir)
    try:
        yield server.start()
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from error
    finally:
        server.stop()


@contextlib.contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except migrate.NotReadyError as error:
        raise click.ClickException(str(error)) from error


@contextlib.contextmanager
def ready_database_url(settings: Settings) -> Iterator[str]:
    """The same, with the tables of this version in it: an embedded one gets them, of any other it is asked."""
    with database_url(settings) as url:
        if settings.embedded:
            migrate.upgrade(url)
        else:
            with _in_one_line():
                migrate.check(url)
        yield url


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Database]:
    """A database of this loop, closed when the block ends."""
    db = Database(url)
    try:
        yield db
    finally:
        await db.dispose()


def with_database[T](settings: Settings, command: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Run the coroutine with a database that has the tables of this version."""

    with ready_database_url(settings) as url:
        return _ended(url, command)


def _ended[T](url: str, command: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    async def connect() -> T:
        async with connected(url) as db:
            await know_reactions(db)
            return await command(db)

    return uvloop.run(connect())


@main.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Everything in one process, with an embedded PostgreSQL where DATABASE_URL is not set."""

    where = f"The facility is at {settings.base_url} (Ctrl-C stops it)"

    async def everything(url: str) -> None:
        async with connected(url) as db:
            await know_reactions(db)
            await seed(db, clock.now())
            if settings.demo:
                click.echo("Loading the demo story, where it is not there yet")
                await tell(db, Store(settings.documents_dir))
            async with background(settings, url):
                await serve(settings, db, lambda: click.echo(where))

    with database_url(settings) as url:
        migrate.upgrade(url)
        _until_stopped(everything(url))


@main.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Pages only: one process; start as many as there are cores."""

    async def pages(url: str) -> None:
        async with connected(url) as db:
            await serve(settings, db)

    with ready_database_url(settings) as url:
        _until_stopped(pages(url))


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Relay, projector, scheduler and jobs; any number of processes, which give way to those that answer pages."""

    async def work(url: str) -> None:
        give_way()
        stop = asyncio.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
        async with background(settings, url):
            await stop.wait()

    with ready_database_url(settings) as url:
        uvloop.run(work(url))


def _until_stopped(service: Coroutine[Any, Any, None]) -> None:
    # uvicorn raises the signal again that it has handled. SIGTERM would end the process there and then, before
    # background and database have been stopped: it is to unwind everything, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(service)


@main.command("migrate")
@click.pass_obj
def migrate_command(settings: Settings) -> None:
    """Bring the database to this version's schema, and load what it must know (beneficiaries, contracts, themes)."""
    with database_url(settings) as url:
        migrate.upgrade(url)
        _ended(url, lambda db: seed(db, clock.now()))


@main.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As it stands in letters and histories.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(STAFF))
@click.pass_obj
def user_add(settings: Settings, email: str, name: str, roles: tuple[str, ...]) -> None:
    """Add a person, active at once: the way to the first administrator."""
    fields = Fields(Form({"email": [email], "name": [name]}))
    email, name = fields.email("email"), fields.text("name", most=120)
    if fields.errors:
        raise click.UsageError("\n".join(text for texts in fields.errors.values() for text in texts))

    async def add(db: Database) -> None:
        await seed(db, clock.now())
        async with db.transaction(now=clock.now()) as tx:
            await add_user(tx, name=name, email=email, roles=[Role(role) for role in roles])

    try:
        with_database(settings, add)
    except Refused as refused:
        raise click.ClickException("\n".join(map(sentence, refused.reasons))) from None
    click.echo(f"{name} may sign in at {settings.base_url}/sign-in")


@main.command("rehearse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def rehearse_command(settings: Settings, file: Path) -> None:
    """Play a scenario on a scratch database and print what would happen, as one JSON object."""
    try:
        scenario = check(file.read_bytes())
    except WrongScenario as wrong:
        for path, message in wrong.mistakes:
            click.echo(f"{path}: {message}", err=True)
        sys.exit(2)
    with database_url(settings) as url:
        result = uvloop.run(rehearse(url, scenario))
    click.echo(msgspec.json.format(msgspec.json.encode(result), indent=1))


@main.command("scan")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def scan_command(files: tuple[str, ...]) -> None:
    """Say of each FILE what the upload page would: one JSON line with its marking or why it can't be read.

    `refused` and `marking` are for classification markings, `where` says in which part of the file; `error` is for a
    file that can't be read (empty, too large, unknown, encrypted, broken, bomb, not found). Exit status 0 once every file has
    its line, whatever the lines say.
    """
    for line in listing.lines(files):
        click.echo(msgspec.json.encode(line))


@main.command("reconcile")
@click.pass_obj
def reconcile_command(settings: Settings) -> None:
    """Check the whole database in one snapshot; exit status 1 when anything is off, each thing named."""

    async def tell(db: Database) -> bool:
        off = False
        async for name, lines in each_check(db):
            click.echo(f"{'ok ' if not lines else 'OFF'}  {name}")
            for line in lines:
                click.echo(f"     {line}")
            off = off or bool(lines)
        return off

    store.configure(settings)
    sys.exit(1 if with_database(settings, tell) else 0)


@main.command()
@click.pass_obj
def docs(settings: Settings) -> None:
    """Write what is generated of the documents: docs/events.md and docs/access.md."""
    catalogue.write(create_app(settings, Database(NOWHERE)), ROOT / "docs")


@main.command()
@click.argument("names", nargs=-1)
@click.pass_obj
def rebuild(settings: Settings, names: tuple[str, ...]) -> None:
    """Build read models anew from the log, all or those NAMED, beside running traffic."""
    unknown = [name for name in names if name not in PROJECTIONS]
    if unknown:
        raise click.UsageError(f"no read model {', '.join(unknown)}; there are {', '.join(PROJECTIONS)}")

    async def build(db: Database) -> None:
        for name in names or PROJECTIONS:
            await _rebuild(db, name)

    with_database(settings, build)


def _say_where_it_stops(name: str, stopped: Sequence[Stop]) -> None:
    for stop in stopped:
        if stop.name == name:
            raise click.ClickException(f"{name} stops before {stop.kind} {stop.event_id}: {stop.error}")


async def _rebuild(db: Database, name: str) -> None:
    while await number(db):
        pass
    model = PROJECTIONS[name]
    await reset(db, model)
    async with db.reader() as connection:
        end = await log_position(connection)
    with tqdm(total=end, desc=name, unit=" events") as bar:
        while bar.n < end:
            moved = await keep_up(db, model, clock.now())
            if not moved:  # a worker is at it too: look how far the two of us have come
                await asyncio.sleep(0.05)
                async with db.reader() as connection:
                    moved = (await positions(connection))[name] - bar.n
                    _say_where_it_stops(name, await stops(connection))
            bar.update(min(moved, end - bar.n))
