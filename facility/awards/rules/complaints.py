"""Complaints about a decision: about which, until when, and what an upheld one changes by itself (dossier 2a, step 7)."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum

from facility.applications.rules.status import ApplicationStatus as S
from facility.calls.rules.after_decision import AfterDecision
from facility.refused import Reason, refuse, refuse_if
from facility.zone import BRUSSELS

MAX_TEXT = 6000
"""Characters of a complaint, and of the answer to it."""


class About(StrEnum):
    """What is contested."""

    ADMISSIBILITY = "admissibility"
    EXCEPTION = "exception"
    DECISION = "decision"


OF_LETTERS = {
    "inadmissible": About.ADMISSIBILITY,
    "exception_refused": About.EXCEPTION,
    "not_funded": About.DECISION,
    "reserve": About.DECISION,
}
"""What the letters decide that somebody may complain of."""
_STANDS = {
    About.ADMISSIBILITY: frozenset({S.INADMISSIBLE}),
    About.EXCEPTION: frozenset({S.EXCEPTION_REFUSED}),
    About.DECISION: frozenset(
        {S.RESERVE, S.BELOW_THRESHOLD, S.COOLED_DOWN, S.NOT_ASSESSED, S.INELIGIBLE, S.INADMISSIBLE}
    ),
}
"""The statuses in which the contested decision still stands."""


def complaint_reference(call: str, number: int) -> str:
    """How letters and lists call the complaint with this number in this call: "TAF-2026-01/C2"."""
    return f"{call}/C{number}"


def may_complain(about: About, status: S, until: date | None, now: datetime) -> None:
    """Whether a complaint about what a letter decided can be made now. until: the last day, in Brussels, that the letter gave;
    None: its call takes no complaints. Refused: "no_complaints", "decision_changed", "complaint_late"."""
    if until is None:
        refuse("no_complaints")
    if status not in _STANDS[about]:
        refuse("decision_changed")
    if now.astimezone(BRUSSELS).date() > until:
        refuse("complaint_late")


def suspending_decision(after: AfterDecision, *, complaint_open: bool) -> Iterator[Reason]:
    """A call is not decided while a complaint in it is open, where its rules say so."""
    if after.suspends_decision and complaint_open:
        yield Reason("decision_suspended")


def reopens(about: About, status: S, *, decided: bool) -> bool:
    """Whether an upheld complaint opens again what it contests: the check, while the call is not decided, or the exception."""
    if about is About.EXCEPTION:
        return status is S.EXCEPTION_REFUSED
    return about is About.ADMISSIBILITY and status is S.INADMISSIBLE and not decided


def check_answer(*, upheld: bool, reason: str, follow_up: str, reopened: bool) -> None:
    """An answer gives its reasons; one that upholds says what is done, where nothing is opened again by itself.

    Refused (invalid): "reason_missing", "follow_up_missing".
    """
    wrong = [] if reason.strip() else [Reason("reason_missing", "reason")]
    if upheld and not reopened and not follow_up.strip():
        wrong.append(Reason("follow_up_missing", "follow_up"))
    refuse_if(wrong)
