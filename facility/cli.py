"""The command line: `facility run` for a machine without services, `web` and `worker` for production, and the tools.

What a command does stands in facility/commands, and is imported only when the command is called: the whole application takes
seconds to load, and help, a wrong scenario and a scan need none of it.
"""

import sys
from pathlib import Path

import click

from facility import log
from facility.settings import Settings, SettingsError, load


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


@main.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Everything in one process, with an embedded PostgreSQL where DATABASE_URL is not set."""
    from facility.commands import serving

    serving.run(settings)


@main.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Pages only: one process; start as many as there are cores."""
    from facility.commands import serving

    serving.web(settings)


@main.command()
@click.pass_obj
def worker(settings: Settings) -> None:
    """Relay, projector, scheduler and jobs; any number of processes, which give way to those that answer pages."""
    from facility.commands import serving

    serving.worker(settings)


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to this version's schema, and load what it must know (beneficiaries, contracts, themes)."""
    from facility.commands import setting_up

    setting_up.migrate(settings)


@main.group()
def user() -> None:
    """People who may sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As it stands in letters and histories.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    metavar="ROLE",
    help="secretariat, assessor, authorising, commission, auditor or administrator; several where one has several.",
)
@click.pass_obj
def user_add(settings: Settings, email: str, name: str, roles: tuple[str, ...]) -> None:
    """Add a person, active at once: the way to the first administrator."""
    from facility.commands import setting_up

    setting_up.add_person(settings, email, name, roles)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def rehearse(settings: Settings, file: Path) -> None:
    """Play a scenario on a scratch database and print what would happen, as one JSON object."""
    from facility.commands import rehearsing

    rehearsing.rehearse(settings, file)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def scan(files: tuple[str, ...]) -> None:
    """Say of each FILE what the upload page would: one JSON line with its marking or why it can't be read.

    `refused` and `marking` are for classification markings, `where` says in which part of the file; `error` is for a
    file that can't be read (empty, too large, unknown, encrypted, broken, bomb, not found). Exit status 0 once every file has
    its line, whatever the lines say.
    """
    import msgspec

    from facility.files import listing

    for line in listing.lines(files):
        click.echo(msgspec.json.encode(line))


@main.command()
@click.pass_obj
def reconcile(settings: Settings) -> None:
    """Check the whole database in one snapshot; exit status 1 when anything is off, each thing named."""
    from facility.commands import looking_after

    looking_after.reconcile(settings)


@main.command()
@click.pass_obj
def docs(settings: Settings) -> None:
    """Write what is generated of the documents: docs/events.md, docs/audience.md and docs/access.md."""
    from facility.commands import looking_after

    looking_after.docs(settings)


@main.command()
@click.argument("names", nargs=-1)
@click.pass_obj
def rebuild(settings: Settings, names: tuple[str, ...]) -> None:
    """Build read models anew from the log, all or those NAMED, beside running traffic."""
    from facility.commands import looking_after

    looking_after.rebuild(settings, names)
