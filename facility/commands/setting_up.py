"""The tables of this version with what they must hold, and the first people."""

from collections.abc import Sequence

import click

from facility import clock
from facility import migrate as migrations
from facility.accounts.service.people import add_user
from facility.accounts.words import NAME_MISSING
from facility.commands.database import database_url, with_database, with_url
from facility.db import Database
from facility.refused import Refused
from facility.seed import seed
from facility.settings import Settings
from facility.web.access import Role
from facility.web.fields import Fields
from facility.web.forms import Form
from facility.web.i18n import translated
from facility.web.sentences import sentence

STAFF = [role.value for role in Role if role is not Role.OFFICER]
"""Officers belong to an institution, so they register instead."""


def migrate(settings: Settings) -> None:
    with database_url(settings) as url:
        migrations.upgrade(url)
        with_url(url, lambda db: seed(db, clock.now()))


def add_person(settings: Settings, email: str, name: str, roles: Sequence[str]) -> None:
    for role in roles:
        if role not in STAFF:
            raise click.UsageError(f"{role!r} is not one of {', '.join(STAFF)}.")
    fields = Fields(Form({"email": [email], "name": [name]}))
    email, name = fields.email("email"), fields.text("name", missing=translated(NAME_MISSING), most=120)
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
