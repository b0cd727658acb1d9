"""Reads of applications: few statements, whatever hangs on one."""

from facility.applications.queries.application import (
    ApplicationShown,
    CheckLine,
    DocumentLine,
    Linked,
    Parts,
    PartyLine,
    RefusalLine,
    answers_of,
    linked,
    parts_from,
    parts_of,
    shown,
    snapshot,
    track_of,
    view_of,
)

__all__ = [
    "ApplicationShown",
    "CheckLine",
    "DocumentLine",
    "Linked",
    "Parts",
    "PartyLine",
    "RefusalLine",
    "answers_of",
    "linked",
    "parts_from",
    "parts_of",
    "shown",
    "snapshot",
    "track_of",
    "view_of",
]
