"""A scenario played on a scratch database. What plays it takes a second to load, so the file is looked at first."""

import asyncio
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import msgspec

from facility.commands.server import server_url
from facility.formats.mistakes import WrongFile
from facility.rehearsal.rules.scenario import Scenario
from facility.rehearsal.service.check import check
from facility.settings import Settings


def rehearse(settings: Settings, file: Path) -> None:
    """Print the result; a wrong file: its mistakes, and exit status 2."""
    try:
        scenario = check(file.read_bytes())
    except WrongFile as wrong:
        for path, message in wrong.mistakes:
            click.echo(f"{path}: {message}", err=True)
        sys.exit(2)

    with ThreadPoolExecutor(1) as beside:
        tables = beside.submit(_load_tables)
        commands = beside.submit(_load_commands, settings)
        with server_url(settings, tables.result) as url:
            import uvloop

            result = uvloop.run(_played(url, scenario, commands))
    click.echo(msgspec.json.format(msgspec.json.encode(result), indent=1))


async def _played(url: str, scenario: Scenario, commands: Future[None]) -> dict[str, Any]:
    from facility.rehearsal.service.scratch import scratch_database

    async with scratch_database(url) as db:
        await asyncio.wrap_future(commands)

        from facility.rehearsal.service.play import played

        return await played(db, scenario)


def _load_tables() -> None:
    from facility import schema

    schema.statements()


def _load_commands(settings: Settings) -> None:
    """While the server starts, and while it makes the tables: somebody waits for both."""
    from facility.commands.database import prepare

    prepare(settings)

    from facility.rehearsal.service import play  # noqa: F401
