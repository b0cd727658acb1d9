"""Searching a document before it is stored: its name here, the rest in a process of its own (`reader`)."""

from facility.files.examine import Finding
from facility.files.kinds import UnreadableDocument, check_size
from facility.files.matching import Marking, find
from facility.files.position import named
from facility.files.reader import READER

MAX_SECONDS = 20
"""Processor seconds for one scan; a dense PDF of 1000 pages takes about 10."""

_LEAST_SECONDS = 3
_SECONDS_A_MEGABYTE = 8
"""That PDF has two megabytes, and takes as many seconds for each as anything honest does."""


def allowance(size: int) -> int:
    """Processor seconds for a document of so many bytes, so that what is cheap to send is cheap to search."""
    return min(MAX_SECONDS, _LEAST_SECONDS + _SECONDS_A_MEGABYTE * size // 2**20)


def scan(name: str, data: bytes, *, seconds: int | None = None) -> Finding:
    """Search the file's name, metadata and text for the first classification marking (dossier 7).

    `seconds` of the processor, `allowance` where none are given; blocks for up to a minute and ten times that, so async
    callers use `threads.scanning`. Nothing is written to a disk. Raises UnreadableDocument when the document can't be
    searched whole, and so can't be taken, and ReaderBusy.
    """
    if marking := find_in_name(name):
        return Finding(None, marking)
    check_size(len(data))
    answer = READER.ask(data, seconds or allowance(len(data)))
    if answer.finding is None:
        raise UnreadableDocument(answer.code or "broken")
    return answer.finding


def find_in_name(name: str) -> Marking | None:
    """A marking in a file's name."""
    return find(named(name)._replace(reported=None))
