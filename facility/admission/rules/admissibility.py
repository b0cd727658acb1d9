"""When the admissibility of an application is a question, and how it may be answered."""

from datetime import datetime

from facility.applications.rules.status import TRANSITIONS, ApplicationStatus, Track, may_become
from facility.refused import refuse


def may_judge(
    track: Track, status: ApplicationStatus, *, opened: bool, decided_at: datetime | None = None
) -> None:
    """Whether its admissibility is a question at all: asked before somebody fills in a whole checklist.

    Refused: "wrong_track", "not_opened", "call_decided", "wrong_status".
    """
    if track != "joint":
        refuse("wrong_track")
    if not opened:
        refuse("not_opened")
    if decided_at is not None:
        refuse("call_decided")
    if TRANSITIONS[status].isdisjoint({ApplicationStatus.ADMISSIBLE, ApplicationStatus.INADMISSIBLE}):
        refuse("wrong_status", status=status.value, wanted=ApplicationStatus.ADMISSIBLE.value)


def may_check(
    track: Track, status: ApplicationStatus, *, opened: bool, admissible: bool, reason: str
) -> None:
    """Admissibility is checked once the application is opened, and may be judged anew until the decision, with the same
    conclusion, too.

    Refused: as `may_judge`, "wrong_status", or "reason_missing" (invalid) where it isn't admissible.
    """
    may_judge(track, status, opened=opened)
    conclusion = ApplicationStatus.ADMISSIBLE if admissible else ApplicationStatus.INADMISSIBLE
    if status is not conclusion:
        may_become(status, conclusion)
    if not admissible and not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
