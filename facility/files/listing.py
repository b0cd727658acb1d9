"""`facility scan FILE…`: what the upload page would say of files on this machine, one line for each."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from facility.files.kinds import MAX_DOCUMENT, Code, UnreadableDocument
from facility.files.reader import AT_ONCE
from facility.files.scan import find_in_name, scan

REASONS: dict[Code, str] = {
    "empty": "empty",
    "too_large": "too large",
    "unknown": "unknown",
    "two_kinds": "unknown: two kinds of file at once",
    "macros": "unknown: holds macros",
    "remote": "fetches or runs what is kept elsewhere",
    "old_office": "unknown: old office format",
    "encrypted": "encrypted",
    "broken": "broken",
    "bomb": "bomb",
}
"""Why a file can't be read, in a few words for scripts."""


class Line(msgspec.Struct):
    """`refused` for a marking only; a file that can't be read has an `error`, and the page refuses it with that."""

    file: str
    refused: bool
    marking: str | None = None
    where: str | None = None
    error: str | None = None


def lines(files: Sequence[str]) -> Iterator[Line]:
    """A line for each, in their order; several are read at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(line, files)


def line(file: str) -> Line:
    """What the page would say of one file."""
    shown = os.fsencode(file).decode("utf-8", "replace")
    path = Path(file)
    if marking := find_in_name(os.fsencode(path.name).decode("utf-8", "replace")):
        return Line(shown, refused=True, marking=marking.level, where=marking.where)
    try:
        if path.is_dir():
            return Line(shown, refused=False, error="a folder")
        with path.open("rb") as stream:
            data = stream.read(MAX_DOCUMENT + 1)
        marking = scan(path.name, data).marking
    except FileNotFoundError:
        return Line(shown, refused=False, error="not found")
    except (OSError, ValueError) as problem:
        return Line(shown, refused=False, error=f"cannot be opened: {type(problem).__name__}")
    except UnreadableDocument as unreadable:
        return Line(shown, refused=False, error=REASONS[unreadable.code])
    if marking is None:
        return Line(shown, refused=False)
    return Line(shown, refused=True, marking=marking.level, where=marking.where)
