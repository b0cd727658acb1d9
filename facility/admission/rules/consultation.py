"""Whom the secretariat consults on an application, for how long, and what silence means (action document, R3; dossier 3:
"positive silence")."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from facility.applications.rules.status import Track
from facility.periods import MOST_DAYS
from facility.refused import Reason, refuse, refuse_if

USUAL_DAYS = 5
"""Working days that a consultee has, unless the officer says otherwise; and that it may have once more."""
MAX_TEXT = 5000
"""Characters of a question, an objection, or what is answered to one."""


class ConsulteeKind(StrEnum):
    """Who is consulted."""

    DELEGATION = "delegation"
    IISG = "iisg"
    GEOGRAPHIC_UNIT = "geographic_unit"
    OTHER = "other"


class ConsultationState(StrEnum):
    """How a consultation stands. Tacit: the period ended without an answer, which counts as consent."""

    OPEN = "open"
    NO_OBJECTION = "no_objection"
    OBJECTION = "objection"
    TACIT = "tacit"
    CANCELLED = "cancelled"


class Consulted(msgspec.Struct, frozen=True):
    """A consultation as decisions look at it. answered: what the facility answers to an objection is written down.
    current: it was about what is submitted now."""

    state: ConsultationState
    answered: bool = False
    current: bool = True


def check_period(days: int, more_days: int) -> None:
    """Refused (invalid): "period_wrong", at days or more_days."""
    refuse_if(
        Reason("period_wrong", name, {"most": str(MOST_DAYS)})
        for name, given, least in (("days", days, 1), ("more_days", more_days, 0))
        if not least <= given <= MOST_DAYS
    )


def may_answer(state: ConsultationState, *, late: bool, answered_late: bool) -> None:
    """A consultee answers once. An answer in the period counts; a later one is kept and changes nothing by itself.
    Refused: "consultation_over" (answered or no longer needed), "answered_late_already"."""
    if state is not ConsultationState.OPEN and state is not ConsultationState.TACIT:
        refuse("consultation_over")
    if late and answered_late:
        refuse("answered_late_already")


def check_answer(*, objects: bool, reason: str, name: str) -> None:
    """Refused (invalid): an objection has reasons ("reason_missing"), an answer somebody who gives it ("name_missing")."""
    mistakes = []
    if objects and not reason.strip():
        mistakes.append(Reason("reason_missing", "reason"))
    if not name.strip():
        mistakes.append(Reason("name_missing", "name"))
    refuse_if(mistakes)


def may_have_more(state: ConsultationState, *, late: bool, more_days: int, extended: bool) -> None:
    """More days, once, as many as were offered, and asked for in time.

    Refused: "consultation_over", "no_more_days", "extended_already".
    """
    if state is not ConsultationState.OPEN or late:
        refuse("consultation_over")
    if more_days == 0:
        refuse("no_more_days")
    if extended:
        refuse("extended_already")


def may_take_late(state: ConsultationState, *, answered_late: bool, decided: bool) -> None:
    """The officer lets a late answer count, before the decision. Refused: "no_late_answer", "call_decided"."""
    if decided:
        refuse("call_decided")
    if state is not ConsultationState.TACIT or not answered_late:
        refuse("no_late_answer")


def may_answer_objection(state: ConsultationState, answer: str) -> None:
    """Refused: "no_objection_there", or "reason_missing" (invalid)."""
    if state is not ConsultationState.OBJECTION:
        refuse("no_objection_there")
    if not answer.strip():
        refuse("reason_missing", kind="invalid", field="answer")


def stands_against(consultations: Iterable[Consulted]) -> tuple[str, ...]:
    """What in its consultations still stands against deciding on an application, sorted: "consultation_running",
    "objection_unanswered"."""
    current = [consultation for consultation in consultations if consultation.current]
    reasons = set()
    if any(consultation.state is ConsultationState.OPEN for consultation in current):
        reasons.add("consultation_running")
    if any(
        consultation.state is ConsultationState.OBJECTION and not consultation.answered
        for consultation in current
    ):
        reasons.add("objection_unanswered")
    return tuple(sorted(reasons))


_ENDED = frozenset({ConsultationState.NO_OBJECTION, ConsultationState.OBJECTION, ConsultationState.TACIT})


def exception_needs(track: Track, consultations: Iterable[Consulted]) -> tuple[str, ...]:
    """What an exception for a single beneficiary lacks before it is decided on, sorted: a consultation that the
    secretariat held and that has ended ("consultation_not_held"), and whatever stands against it."""
    held = [consultation for consultation in consultations if consultation.current]
    missing = list(stands_against(held))
    if track == "exception" and not any(consultation.state in _ENDED for consultation in held):
        missing.append("consultation_not_held")
    return tuple(sorted(missing))
