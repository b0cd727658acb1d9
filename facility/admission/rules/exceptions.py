"""Who may decide on an exception for a single beneficiary (dossier 1a, Q12)."""

from collections.abc import Collection

from facility.applications.rules.status import ApplicationStatus, Track, may_become
from facility.refused import refuse


def may_decide_exception[Person](
    track: Track,
    status: ApplicationStatus,
    *,
    consulted_by: Collection[Person],
    decided_before: Person | None = None,
    decided_by: Person,
    reason: str,
) -> None:
    """Four eyes: who recorded or held a consultation doesn't decide. decided_before: whose decision a complaint has opened again.

    Refused: "wrong_track", "wrong_status", "same_person" (forbidden), "reason_missing" (invalid).
    """
    if track != "exception":
        refuse("wrong_track")
    may_become(status, ApplicationStatus.EXCEPTION_APPROVED)
    if decided_by in consulted_by or (decided_before is not None and decided_by == decided_before):
        refuse("same_person", kind="forbidden")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
