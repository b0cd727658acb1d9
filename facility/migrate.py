"""Bringing a database to the schema that this version of the code needs, up and down (Alembic, migrations/)."""

from alembic import command
from alembic.config import Config

from facility.settings import ROOT


def config(url: str) -> Config:
    """Alembic's configuration for this database; there is no alembic.ini."""
    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.attributes["url"] = url
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Apply what is missing. Quick when nothing is. Call it outside any event loop."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Take migrations back, down to this one. Call it outside any event loop."""
    command.downgrade(config(url), revision)
