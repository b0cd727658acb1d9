"""Generated documents are what the code would generate now, and the plan of the house leads somewhere."""

import json
import re
import subprocess
import sys

import pytest

from facility.settings import ROOT

FRESH = """
import json, sys
from facility.app import create_app
from facility.catalogue import access_table, audience_table, event_catalogue
from facility.commands.database import NOWHERE
from facility.db import Database
from facility.settings import load
from facility.rooms import load_slices
load_slices()
app = create_app(load({"FACILITY_DATA": sys.argv[1]}), Database(NOWHERE))
json.dump({"events.md": event_catalogue(), "audience.md": audience_table(), "access.md": access_table(app)}, sys.stdout)
"""
DOCUMENTS = ("events.md", "audience.md", "access.md")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The documents as a new process generates them: tests register events of their own in this one."""
    words = [sys.executable, "-c", FRESH, str(tmp_path_factory.mktemp("data"))]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    made: dict[str, str] = json.loads(done.stdout)
    return made


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_fresh(fresh: dict[str, str], name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == fresh[name]


def test_the_plan_of_the_house_names_files_and_names_that_are_there() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text()
    cells = re.findall(r"^\| [^|]+ \| ([^|]+) \|$", plan, re.MULTILINE)
    places = [place for cell in cells for place in re.findall(r"`([\w/]+\.(?:py|json))(?::(\w+))?`", cell)]
    assert len(places) > 60
    for path, name in places:
        assert (ROOT / "facility" / path).is_file(), path
        text = (ROOT / "facility" / path).read_text()
        assert not name or re.search(rf"^\s*(async def |def |class )?{name}\b", text, re.MULTILINE), (
            path,
            name,
        )
