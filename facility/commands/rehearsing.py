"""A scenario played on a scratch database."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

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

    # Not before the file is known to be right: what plays it takes a second to load.
    import uvloop

    from facility import schema
    from facility.commands.database import server_url

    with server_url(settings, schema.statements) as url:
        result = uvloop.run(_played(settings, url, scenario))
    click.echo(msgspec.json.format(msgspec.json.encode(result), indent=1))


async def _played(settings: Settings, url: str, scenario: Scenario) -> dict[str, Any]:
    """The commands are loaded while the server makes the tables: somebody waits for both."""
    from facility.rehearsal.service.scratch import scratch_database

    loading = asyncio.create_task(asyncio.to_thread(_load, settings))
    async with scratch_database(url) as db:
        await loading

        from facility.rehearsal.service.play import played

        return await played(db, scenario)


def _load(settings: Settings) -> None:
    from facility.commands.database import prepare

    prepare(settings)

    from facility.rehearsal.service import play  # noqa: F401
