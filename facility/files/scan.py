"""Whether a document carries a classification marking, asked in a process of its own.

Parsers of PDF, zip and XML fed by strangers need hard bounds that a thread can't have: the child gets limited
processor time and memory, may not write a byte to any disk (RLIMIT_FSIZE 0), inherits no secrets from the
environment, and dies alone. It costs about 0.1 s to start, 0.5 s for a PDF.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import msgspec

from facility.files.from_image import jpeg, png
from facility.files.from_office import office
from facility.files.kinds import Code, Kind, UnreadableDocument, sniff
from facility.files.matching import Marking, Passage, find
from facility.files.passages import MAX_NESTING, Budget, decoded, without_tags

MAX_SECONDS = 20
"""Processor seconds for one scan; a dense PDF of 1000 pages takes about 10."""

_PATIENCE = 3
"""How many times as long by the clock, on a busy machine."""

_MAX_UNKNOWN = 128 * 1024
_SUFFIX = 8


class Request(msgspec.Struct):
    """What the child is asked."""

    name: str
    data: bytes
    seconds: int


class Answer(msgspec.Struct):
    """What the child answers: a marking, or the code of why the document can't be read, or neither."""

    marking: Marking | None = None
    code: Code | None = None


def scan(name: str, data: bytes, *, seconds: int = MAX_SECONDS) -> Marking | None:
    """The first classification marking in the file's name, metadata or text (dossier 7), or None.

    Blocks for up to three times `seconds`: async callers use asyncio.to_thread. Nothing is written to a disk.
    Raises UnreadableDocument when the document can't be searched whole, and so can't be taken.
    """
    if marking := find_in_name(name):
        return marking
    sniff(data)
    answer = _ask_child(Request(name, data, seconds))
    if answer.code:
        raise UnreadableDocument(answer.code)
    return answer.marking


def _ask_child(request: Request) -> Answer:
    command = [sys.executable, "-B", "-m", "facility.files.child"]
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            command,
            input=msgspec.msgpack.encode(request),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # parsers complain there in words taken from the document
            env=environment,
            timeout=request.seconds * _PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(code="bomb")
    if done.returncode == -signal.SIGSEGV:
        return Answer(code="broken")
    if done.returncode < 0:  # ended by a limit: that document asks for more than it may have
        return Answer(code="bomb")
    if done.returncode:  # no document can cause that: a package is missing, or the code is wrong
        raise RuntimeError(f"the reader of documents ended with status {done.returncode}")
    return msgspec.json.decode(done.stdout, type=Answer)


def find_in_name(name: str) -> Marking | None:
    """A marking in a file's name; underscores and dots part words there."""
    stem, dot, suffix = name.rpartition(".")
    words = (stem if dot and len(suffix) <= _SUFFIX else name).translate(str.maketrans("_.+", "   "))
    return find(Passage("name", words))


def examine(name: str, data: bytes) -> Marking | None:
    """The same answer as `scan`, in this process and so without its limits of time and memory: for the child."""
    if marking := find_in_name(name):
        return marking
    budget = Budget()
    try:
        for passage in _passages(sniff(data), data, budget, MAX_NESTING):
            budget.take_text(len(passage.text))
            if marking := find(passage):
                return marking
    except (UnreadableDocument, ImportError):
        raise
    except (MemoryError, RecursionError) as error:
        raise UnreadableDocument("bomb") from error
    except (
        Exception
    ) as error:  # parsers raise almost anything on hostile bytes, and each means: can't be searched
        raise UnreadableDocument("broken") from error
    return None


def _passages(kind: Kind, data: bytes, budget: Budget, nesting: int) -> Iterator[Passage]:
    def nested(part: bytes) -> Iterator[Passage]:
        return _nested(part, budget, nesting - 1)

    match kind:
        case Kind.PNG:
            return png(data, budget)
        case Kind.JPEG:
            return jpeg(data, budget)
        case Kind.PDF:
            from facility.files.from_pdf import pdf  # half a second to import, and only the child needs it

            return pdf(data, budget, nested)
        case Kind.DOCX | Kind.ODT:
            return office(kind, data, budget, nested)


def _nested(part: bytes, budget: Budget, nesting: int) -> Iterator[Passage]:
    """What stands in a document inside a document. A spreadsheet or slides are read as a zip of XML; what is of no
    kind known here, or a picture that is damaged, is searched as plain text."""
    if nesting <= 0:
        raise UnreadableDocument("bomb")
    try:
        for passage in _passages(_nested_kind(part), part, budget, nesting):
            yield Passage("attachment", passage.text)
    except UnreadableDocument as problem:
        if problem.code in ("encrypted", "bomb"):
            raise
        yield Passage("attachment", without_tags(decoded(part[:_MAX_UNKNOWN])))


def _nested_kind(part: bytes) -> Kind:
    try:
        return sniff(part)
    except UnreadableDocument as problem:
        if problem.code == "unknown_type" and part.startswith(b"PK\x03\x04"):
            return Kind.DOCX
        raise
