"""A mistake in a file, named by its path, like applications[2].assessments.E1.design."""

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and positions from the file's root to the value."""


class Mistake(NamedTuple):
    """Where it is (a path; "$" is the whole file), and what is wrong there."""

    path: str
    message: str


class WrongFile(Exception):  # noqa: N818 - it is the check's answer, not a fault
    """The file is of no use; mistakes names every one of them."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("; ".join(f"{path}: {message}" for path, message in self.mistakes))


def mistake(path: Path, message: str) -> Mistake:
    """A mistake at a path given by its parts."""
    return Mistake(path_text(path), message)


def path_text(path: Path) -> str:
    """The parts as one readable line: keys that are no plain words stand quoted in brackets."""
    text = ""
    for part in path:
        if isinstance(part, str) and re.fullmatch(r"[\w-]+", part):
            text += f".{part}"
        else:
            text += f"[{json.dumps(part)}]"
    return text.removeprefix(".") or "$"
