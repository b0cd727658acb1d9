"""Searching a document before it is stored: its name here, the rest in a process of its own (`reader`)."""

from facility.files.examine import Finding
from facility.files.kinds import UnreadableDocument, check_size
from facility.files.matching import Marking, find
from facility.files.position import named
from facility.files.reader import READER

MAX_SECONDS = 20
"""Processor seconds for one scan; a dense PDF of 1000 pages takes about 10."""


def scan(name: str, data: bytes, *, seconds: int = MAX_SECONDS) -> Finding:
    """Search the file's name, metadata and text for the first classification marking (dossier 7).

    Blocks for up to six times `seconds`: async callers use asyncio.to_thread. Nothing is written to a disk.
    Raises UnreadableDocument when the document can't be searched whole, and so can't be taken.
    """
    if marking := find_in_name(name):
        return Finding(None, marking)
    check_size(len(data))
    answer = READER.ask(data, seconds)
    if answer.finding is None:
        raise UnreadableDocument(answer.code or "broken")
    return answer.finding


def find_in_name(name: str) -> Marking | None:
    """A marking in a file's name."""
    return find(named(name)._replace(told=None))
