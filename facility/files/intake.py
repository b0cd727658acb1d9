"""The way of an uploaded document: searched for markings in memory, then for viruses, then stored.

In this order, since clamd keeps what it is sent in a temporary file, and a marked document may not touch a disk.
"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Literal

import msgspec

from facility.files.kinds import Kind
from facility.files.scan import scan
from facility.files.store import open_store
from facility.files.threads import scanning, storing
from facility.files.viruses import is_infected
from facility.settings import Settings

type VirusScan = Literal["clean", "not_scanned"]
type RefusalReason = Literal["marked", "infected"]


class Stored(msgspec.Struct, frozen=True):
    """A document in which nothing was found; `unread` pages and pictures no machine can read."""

    sha256: str
    size: int
    kind: Kind
    virus_scan: VirusScan
    unread: int


class Paper(msgspec.Struct, frozen=True):
    """A document that was searched and stored, with the name under which it is handed out; size in bytes."""

    name: str
    kind: str
    size: int
    sha256: str
    virus_scan: VirusScan
    unread: int


class RefusedDocument(msgspec.Struct, frozen=True):
    """All that may be kept of one in which something was found."""

    sha256: str
    reason: RefusalReason


type Keeping = Callable[[str], AbstractAsyncContextManager[object]]
"""Keeps what has this hash from being collected until the block ends."""


async def take_in(
    settings: Settings, name: str, content: bytes, keeping: Keeping = nullcontext
) -> Stored | RefusedDocument:
    """Store a document in which nothing was found. Raises UnreadableDocument, ScannerAway, StoreAway, ReaderBusy: not stored.

    What becomes of the caller's transaction afterwards does no harm: bytes under their own hash are nobody's yet, and after
    a day they are collected, if they still are.
    """
    sha256 = await storing(lambda: hashlib.sha256(content).hexdigest())
    finding = await scanning(scan, name, content)
    if finding.marking is not None or finding.kind is None:
        return RefusedDocument(sha256, "marked")
    if settings.clamd_url and await is_infected(settings.clamd_url, content):
        return RefusedDocument(sha256, "infected")
    async with keeping(sha256):
        await storing(open_store(settings).put, content)
    virus_scan: VirusScan = "clean" if settings.clamd_url else "not_scanned"
    return Stored(sha256, len(content), finding.kind, virus_scan, finding.unread)
