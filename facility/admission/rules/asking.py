"""When the secretariat may ask others about an application: the lead for a clarification, offices for their opinion."""

from facility.applications.rules.status import ApplicationStatus
from facility.refused import refuse

_ASKS = frozenset({ApplicationStatus.SUBMITTED, ApplicationStatus.ADMISSIBLE})


def may_ask(status: ApplicationStatus, *, sealed: bool, decided: bool) -> None:
    """After the opening and before the decision. Refused: "not_opened", "call_decided", "wrong_status"."""
    if sealed:
        refuse("not_opened")
    if decided:
        refuse("call_decided")
    if status not in _ASKS:
        refuse("wrong_status", status=status.value)
