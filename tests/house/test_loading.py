"""What a command loads: a person waits for it, and the whole application takes seconds."""

import subprocess
import sys

import pytest

PAGES = {"litestar", "weasyprint", "alembic", "facility.web.render"}
DATABASE = {"sqlalchemy", "asyncpg", "uvloop"}
SOLVER = {"ortools", "numpy", "pandas"}
DOCUMENTS = {"pikepdf", "PIL", "facility.files.store"}


@pytest.mark.parametrize(
    ("loads", "spared"),
    [
        ("import facility.cli", PAGES | DATABASE | DOCUMENTS | SOLVER),
        ("import facility.cli, facility.files.listing", PAGES | DATABASE | DOCUMENTS | SOLVER),
        ("import facility.cli, facility.commands.rehearsing", PAGES | DATABASE | DOCUMENTS | SOLVER),
        ("import facility.cli, facility.commands.verifying", PAGES | DATABASE | DOCUMENTS | SOLVER),
        (
            "import facility.rehearsal.service.play; from facility.rooms import load_slices; load_slices()",
            PAGES | SOLVER,
        ),
    ],
    ids=["help", "a scan", "a wrong scenario", "a ranking to verify", "a rehearsal, and whatever writes"],
)
def test_a_command_loads_only_what_it_needs(loads: str, spared: set[str]) -> None:
    program = f"import sys; {loads}; print(*sorted(set(sys.modules) & {spared}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
