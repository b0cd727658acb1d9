"""Plant faults one by one in a copy of the project: a line for each, with the test that notices. Fails where none does."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from facility.settings import ROOT
from tests.planted.faults import FAULTS, Fault

SECONDS = 900
"""How long the tests of one fault may take: one that waits for ever was noticed, too."""


def chosen(words: list[str]) -> list[Fault]:
    """The faults whose module or description holds one of these words; all where there is none."""
    return [
        fault
        for fault in FAULTS
        if not words or any(word in f"{fault.module} {fault.what}" for word in words)
    ]


def copied(place: Path) -> Path:
    """The project without what is made anew or can be shared."""
    ignored = shutil.ignore_patterns(".git", ".venv", ".tools", "var", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, place / "project", ignore=ignored)
    return place / "project"


def notices(project: Path, fault: Fault) -> Iterator[str]:
    """The tests that fail while the fault is there; the run ends with the first."""
    module = project / fault.module
    sound = module.read_text()
    assert sound.count(fault.text) == 1, fault
    module.write_text(sound.replace(fault.text, fault.instead))
    try:
        yield from _failed(project, fault.tests.split())
    finally:
        module.write_text(sound)


def _failed(project: Path, tests: list[str]) -> list[str]:
    words = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(project)}
    try:
        done = subprocess.run(
            [*words, *tests],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ["no end"]
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)


def main(words: list[str]) -> int:
    """1 where a fault went unnoticed."""
    missed = 0
    with tempfile.TemporaryDirectory(prefix="facility-planted-") as place:
        Path(place).chmod(0o711)
        project = copied(Path(place))
        for fault in chosen(words):
            notice = next(notices(project, fault), None)
            missed += notice is None
            sys.stdout.write(
                f"{'noticed' if notice else 'MISSED '} | {fault.what} | {notice or fault.tests}\n"
            )
            sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
