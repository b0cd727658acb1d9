"""Questions on a call: asked by a date, answered by a date, for all alike and without the asker's name."""

from collections.abc import Iterator
from datetime import datetime

from facility.calls.rules.standing import CallState
from facility.refused import Reason, refuse

MAX_QUESTION, MAX_ANSWER, MAX_REASON = 2000, 5000, 2000
"""Characters that the texts may have."""


def question_dates_mistakes(
    questions_until: datetime | None, answers_until: datetime | None, closes_at: datetime
) -> Iterator[Reason]:
    """Both dates or neither; both by the deadline, and answers not before the last question."""
    if (questions_until is None) != (answers_until is None):
        missing = "questions_until" if questions_until is None else "answers_until"
        yield Reason("both_dates_or_neither", missing)
    if questions_until is None or answers_until is None:
        return
    if questions_until > closes_at:
        yield Reason("questions_after_closing", "questions_until")
    elif answers_until < questions_until:
        yield Reason("answers_before_questions", "answers_until")
    if answers_until > closes_at:
        yield Reason("answers_after_closing", "answers_until")


def takes_questions(state: str, questions_until: datetime | None, now: datetime) -> bool:
    """Whether a question may be asked: from publication until the date, the last instant included."""
    return state == CallState.PUBLISHED and questions_until is not None and now <= questions_until


def may_ask(state: str, questions_until: datetime | None, now: datetime) -> None:
    """Refused: "call_cancelled", "no_questions" where the call takes none, "too_late_to_ask"."""
    if state == CallState.CANCELLED:
        refuse("call_cancelled")
    if questions_until is None:
        refuse("no_questions")
    if not takes_questions(state, questions_until, now):
        refuse("too_late_to_ask")


def may_answer(state: str, closes_at: datetime, now: datetime, *, archived: bool) -> None:
    """Answers are published and corrected until the deadline: later they help nobody any more.

    Refused: "call_cancelled", "call_archived", "too_late_to_answer".
    """
    if state == CallState.CANCELLED:
        refuse("call_cancelled")
    if archived:
        refuse("call_archived")
    if now > closes_at:
        refuse("too_late_to_answer")
