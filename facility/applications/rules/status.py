"""Where an application stands, and what may follow what (scenarios/README)."""

from enum import StrEnum
from typing import Literal

from facility.refused import refuse

Track = Literal["joint", "exception"]


class ApplicationStatus(StrEnum):
    """Where an application stands; TRANSITIONS says what may follow what."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"
    NOT_ASSESSED = "not_assessed"
    BELOW_THRESHOLD = "below_threshold"
    AWARDED = "awarded"
    RESERVE = "reserve"
    COOLED_DOWN = "cooled_down"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"
    EXCEPTION_APPROVED = "exception_approved"
    EXCEPTION_REFUSED = "exception_refused"


S = ApplicationStatus


TRANSITIONS: dict[ApplicationStatus, frozenset[ApplicationStatus]] = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset(
        {S.ADMISSIBLE, S.INADMISSIBLE, S.EXCEPTION_APPROVED, S.EXCEPTION_REFUSED, S.WITHDRAWN, S.INELIGIBLE}
    ),
    S.ADMISSIBLE: frozenset(
        {
            S.NOT_ASSESSED,
            S.BELOW_THRESHOLD,
            S.AWARDED,
            S.RESERVE,
            S.COOLED_DOWN,
            S.WITHDRAWN,
            S.INELIGIBLE,
            S.INADMISSIBLE,
        }
    ),
    S.INADMISSIBLE: frozenset({S.ADMISSIBLE, S.WITHDRAWN, S.SUBMITTED}),
    S.NOT_ASSESSED: frozenset({S.ADMISSIBLE, S.WITHDRAWN, S.INELIGIBLE}),
    S.BELOW_THRESHOLD: frozenset({S.ADMISSIBLE}),
    S.AWARDED: frozenset({S.CLOSED, S.WITHDRAWN, S.INELIGIBLE}),
    S.RESERVE: frozenset({S.AWARDED, S.WITHDRAWN, S.INELIGIBLE, S.ADMISSIBLE}),
    S.COOLED_DOWN: frozenset({S.ADMISSIBLE, S.RESERVE}),
    S.CLOSED: frozenset(),
    S.WITHDRAWN: frozenset({S.DRAFT}),
    S.INELIGIBLE: frozenset(),
    S.EXCEPTION_APPROVED: frozenset({S.AWARDED, S.WITHDRAWN}),
    S.EXCEPTION_REFUSED: frozenset({S.WITHDRAWN, S.SUBMITTED}),
}
"""What may follow what. Exits of withdrawn and not_assessed back into the procedure end with the decision. An upheld complaint makes
submitted again what was refused, and admissible again what is assessed anew after the decision."""


BEFORE_DECISION = frozenset(
    {S.SUBMITTED, S.ADMISSIBLE, S.INADMISSIBLE, S.NOT_ASSESSED, S.EXCEPTION_APPROVED, S.EXCEPTION_REFUSED}
)
"""What may be withdrawn until the call is decided."""


HOLDS_PLACE = frozenset({S.AWARDED, S.RESERVE})
"""What an exit can still end after the decision: a standing award, or a place on the reserve list."""


def scenario_status(status: ApplicationStatus, track: Track) -> str:
    """The status under which a rehearsal reports an application (scenarios/README, "Statuses").

    Only a decided call maps fully: an admissible application has no word there (ValueError).
    """
    if status is S.DRAFT:
        return "not_submitted"
    if status in (S.INADMISSIBLE, S.INELIGIBLE):
        return "ineligible"
    if track == "exception" and status is not S.WITHDRAWN:
        return "exception_track"
    if status in (S.SUBMITTED, S.ADMISSIBLE):
        raise ValueError(f"not decided yet: {status}")
    return status.value


def may_become(status: ApplicationStatus, new: ApplicationStatus) -> None:
    """Refused ("wrong_status") unless the table of transitions holds this step."""
    if new not in TRANSITIONS[status]:
        refuse("wrong_status", status=status.value, wanted=new.value)
