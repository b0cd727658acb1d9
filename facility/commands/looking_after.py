"""What those who run the service do with its database, and with the documents that are made from the code."""

import asyncio
import sys
from collections.abc import Sequence

import click
from tqdm import tqdm

from facility import catalogue, clock
from facility.app import create_app
from facility.commands.database import NOWHERE, prepare, with_database
from facility.db import Database
from facility.events.projector import PROJECTIONS, Stop, keep_up, log_position, positions, reset, stops
from facility.events.reconcile import each_check
from facility.events.sequence import number
from facility.files import store
from facility.settings import ROOT, Settings


def reconcile(settings: Settings) -> None:
    """A line for each check; exit status 1 when anything is off."""

    async def tell(db: Database) -> bool:
        off = False
        async for name, lines in each_check(db):
            click.echo(f"{'ok ' if not lines else 'OFF'}  {name}")
            for line in lines:
                click.echo(f"     {line}")
            off = off or bool(lines)
        return off

    store.configure(settings)
    try:
        off = with_database(settings, tell)
    finally:
        store.configure(None)
    sys.exit(1 if off else 0)


def docs(settings: Settings) -> None:
    prepare(settings)
    catalogue.write(create_app(settings, Database(NOWHERE)), ROOT / "docs")


def rebuild(settings: Settings, names: Sequence[str]) -> None:
    prepare(settings)
    unknown = [name for name in names if name not in PROJECTIONS]
    if unknown:
        raise click.UsageError(f"no read model {', '.join(unknown)}; there are {', '.join(PROJECTIONS)}")

    async def build(db: Database) -> None:
        for name in names or PROJECTIONS:
            await rebuild_one(db, name)

    with_database(settings, build)


def _say_where_it_stops(name: str, stopped: Sequence[Stop]) -> None:
    for stop in stopped:
        if stop.name == name:
            raise click.ClickException(f"{name} stops before {stop.kind} {stop.event_id}: {stop.error}")


async def rebuild_one(db: Database, name: str) -> None:
    """From the log's beginning to its end as it is now, beside running traffic."""
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
