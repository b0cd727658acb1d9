"""When a draft is begun and edited, and what may be attached to it."""

from collections.abc import Collection
from datetime import datetime

from facility.applications.rules.status import ApplicationStatus, S, Track
from facility.calls.rules.call import CallRules
from facility.refused import refuse

MAX_TITLE, MAX_CONSULTATION, MAX_REASON = 200, 5000, 3000
"""Characters that the texts may have."""
MAX_DOCUMENTS = 20
"""Documents that an application may carry at a time."""


def may_start(*, published: bool) -> None:
    """An application is started to a call that has been published (Refused: "not_published")."""
    if not published:
        refuse("not_published")


def may_still_start(call: CallRules, track: Track, at: datetime) -> None:
    """Nobody begins on a page what can't be submitted any more (Refused: "call_cancelled", "late"); the exception track
    has no deadline."""
    if call.cancelled:
        refuse("call_cancelled")
    if track == "joint" and at > call.closes_at:
        refuse("late")


def may_edit(status: ApplicationStatus) -> None:
    """Only a draft is edited (Refused: "not_a_draft")."""
    if status is not S.DRAFT:
        refuse("not_a_draft", status=status.value)


def may_attach(sha256: str, attached: Collection[str]) -> None:
    """Refused: "document_twice" for the same bytes again (invalid), and as `has_room`."""
    if sha256 in attached:
        refuse("document_twice", kind="invalid", field="document")
    has_room(len(attached), 1)


def has_room(attached: int, more: int) -> None:
    """Refused: "too_many_documents" beyond MAX_DOCUMENTS (invalid)."""
    if attached + more > MAX_DOCUMENTS:
        refuse("too_many_documents", kind="invalid", field="document", most=str(MAX_DOCUMENTS))


def may_consult(track: str, text: str) -> None:
    """Only the exception track has a consultation (Refused: "wrong_track", or "consultation_missing", invalid)."""
    if track != "exception":
        refuse("wrong_track")
    if not text.strip():
        refuse("consultation_missing", kind="invalid", field="consultation")
