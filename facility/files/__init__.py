"""Uploaded documents: what kind they are, whether they carry a classification marking, and where they are kept.

The order matters (dossier 7: a marked document may not touch a disk): `scan` in memory first, `Store.put` after.
"""

from facility.files.examine import Finding
from facility.files.kinds import MAX_DOCUMENT, Code, Kind, UnreadableDocument, sniff
from facility.files.matching import Marking
from facility.files.position import Where
from facility.files.scan import scan
from facility.files.store import Store

__all__ = [
    "MAX_DOCUMENT",
    "Code",
    "Finding",
    "Kind",
    "Marking",
    "Store",
    "UnreadableDocument",
    "Where",
    "scan",
    "sniff",
]
