"""Generated documents are what the code would generate now."""

import subprocess
import sys

from facility.settings import ROOT

FRESH = """
from pathlib import Path
from facility.app import create_app
from facility.catalogue import access_table, audience_table, event_catalogue
from facility.commands.database import NOWHERE
from facility.db import Database
from facility.settings import load
from facility.rooms import load_slices
import sys
load_slices()
app = create_app(load({"FACILITY_DATA": sys.argv[1]}), Database(NOWHERE))
print({"events.md": event_catalogue(), "audience.md": audience_table(), "access.md": access_table(app)}[sys.argv[2]], end="")
"""


def fresh(name: str, data: object) -> str:
    """The document as a new process generates it: tests register events of their own in this one."""
    done = subprocess.run(
        [sys.executable, "-c", FRESH, str(data), name], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_event_catalogue_is_fresh(tmp_path: object) -> None:
    assert (ROOT / "docs" / "events.md").read_text() == fresh("events.md", tmp_path)


def test_the_table_of_who_hears_of_what_is_fresh(tmp_path: object) -> None:
    assert (ROOT / "docs" / "audience.md").read_text() == fresh("audience.md", tmp_path)


def test_the_access_table_is_fresh(tmp_path: object) -> None:
    assert (ROOT / "docs" / "access.md").read_text() == fresh("access.md", tmp_path)
