"""The command line: `facility run` for a machine without services, `web` and `worker` for production, and the tools.

What a command does stands in facility/commands, and is imported only when the command is called: the whole application takes
seconds to load, and help, a wrong scenario, a scan and a ranking to verify need none of it.
"""

import re
import sys
from pathlib import Path

import click

from facility import garbage, log
from facility.settings import Settings, SettingsError, load

_WITHOUT_SETTINGS = ("scan", "verify-ranking")
"""Commands that need no settings, and leave no data folder behind."""


@click.group()
@click.version_option(package_name="facility")
@click.pass_context
def main(context: click.Context) -> None:
    """The technical-assistance facility."""
    garbage.look_seldom()
    garbage.end_at_once()
    if context.invoked_subcommand in _WITHOUT_SETTINGS:
        return
    try:
        context.obj = load(command=context.invoked_subcommand)
    except SettingsError as error:
        for message in error.messages:
            click.echo(message, err=True)
        sys.exit(1)
    log.setup(as_json=context.obj.json_log)


@main.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Run everything in one process, with an embedded PostgreSQL unless DATABASE_URL is set."""
    from facility.commands import serving

    serving.run(settings)


@main.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Serve the pages, in one process. Start one for each core."""
    from facility.commands import serving

    serving.web(settings)


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Run the relay, the projector, the scheduler and the jobs. Start as many as you like: they give way to the pages."""
    from facility.commands import serving

    serving.worker(settings)


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Update the database to this version, and load the basic data (beneficiaries, contracts, themes)."""
    from facility.commands import setting_up

    setting_up.migrate(settings)


@main.group()
def user() -> None:
    """Manage the people who may sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As it should appear in letters and histories.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    help="secretariat, assessor, authorising, commission, auditor or administrator; repeat it for several roles.",
)
@click.pass_obj
def user_add(settings: Settings, email: str, name: str, roles: tuple[str, ...]) -> None:
    """Add a person who may sign in at once. Add the first administrator in this way."""
    from facility.commands import setting_up

    setting_up.add_person(settings, email, name, roles)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def rehearse(settings: Settings, file: Path) -> None:
    """Run a scenario on a temporary database, and print the result as one JSON object."""
    from facility.commands import rehearsing

    rehearsing.rehearse(settings, file)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def scan(files: tuple[str, ...]) -> None:
    """Check each FILE as the upload page does. Print one JSON line with its marking, or why it can't be read.

    `refused` and `marking` tell of a classification marking, `where` of the part of the file that holds it. `error` says why a
    file can't be read (empty, too large, unknown, encrypted, broken, bomb, not found). The exit status is 0 when every file
    has its line.
    """
    import msgspec

    from facility.files import listing

    for line in listing.lines(files):
        click.echo(msgspec.json.encode(line))


def _hash(_context: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """As it may have been copied from a letter."""
    root = value and "".join(value.split()).lower()
    if root is not None and not re.fullmatch("[0-9a-f]{64}", root):
        raise click.BadParameter("64 hexadecimal digits, as the log, the report and the letters have it.")
    return root


@main.command("verify-ranking")
@click.argument("file", metavar="BUNDLE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--root", metavar="HASH", callback=_hash, help="The root that the log, the report or a letter has."
)
def verify_ranking(file: Path, root: str | None) -> None:
    """Draw a call's ranking, line and reserve again from the BUNDLE that was downloaded with its report, and compare.

    Needs no database. Names everything that differs by its path; exit status 1 if anything does, 2 if the file is no JSON object.
    Who changes a name, or a rule that moves nobody, and makes all digests anew, is found by --root.
    """
    from facility.commands import verifying

    verifying.verify_ranking(file, root)


@main.command()
@click.pass_obj
def reconcile(settings: Settings) -> None:
    """Check the whole database in one snapshot. Lists every problem; exit status 1 if there is one."""
    from facility.commands import looking_after

    looking_after.reconcile(settings)


@main.command()
@click.pass_obj
def docs(settings: Settings) -> None:
    """Generate docs/events.md, docs/audience.md and docs/access.md."""
    from facility.commands import looking_after

    looking_after.docs(settings)


@main.command()
@click.argument("names", nargs=-1)
@click.pass_obj
def rebuild(settings: Settings, names: tuple[str, ...]) -> None:
    """Rebuild all read models from the log, or those NAMED. The service can keep running."""
    from facility.commands import looking_after

    looking_after.rebuild(settings, names)
