"""A scenario played on a scratch database."""

import sys
from pathlib import Path

import click
import msgspec

from facility.rehearsal.service.check import WrongScenario, check
from facility.settings import Settings


def rehearse(settings: Settings, file: Path) -> None:
    """Print the result; a wrong file: its mistakes, and exit status 2."""
    try:
        scenario = check(file.read_bytes())
    except WrongScenario as wrong:
        for path, message in wrong.mistakes:
            click.echo(f"{path}: {message}", err=True)
        sys.exit(2)

    # Not before the file is known to be right: what plays it takes a second to load.
    import uvloop

    from facility.commands.database import database_url
    from facility.rehearsal.service.play import rehearse as play

    with database_url(settings) as url:
        result = uvloop.run(play(url, scenario))
    click.echo(msgspec.json.format(msgspec.json.encode(result), indent=1))
