"""Sealed until two people have opened the call together (FR24 Art. 152(3), dossier 2a 5 and 2d)."""

from datetime import datetime


def is_sealed(track: str, opened_at: datetime | None) -> bool:
    """Until two people have opened its call, staff see only that something was submitted.

    The exception track competes with nobody, and its call may have closed long ago or not at all.
    """
    return track == "joint" and opened_at is None
