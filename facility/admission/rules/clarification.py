"""Clarifications after submission: evidence that is missing, and clerical errors; never the substance (FR24 Art. 154, 203(3))."""

from enum import StrEnum

from facility.periods import MOST_DAYS
from facility.refused import Reason, refuse, refuse_if

USUAL_DAYS = 5
MAX_TEXT = 3000
"""Characters of a question or an answer."""
MAX_DOCUMENTS = 5
"""Documents that come with an answer."""


class ClarificationKind(StrEnum):
    """What may be asked for."""

    EVIDENCE = "evidence"
    CLERICAL = "clerical"


class ClarificationState(StrEnum):
    """How a clarification stands. Lapsed: the period ended without an answer."""

    OPEN = "open"
    ANSWERED = "answered"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class ClericalField(StrEnum):
    """The closed list of what may be put right. Contact data change in the lead's row; the others are noted beside what was
    submitted, whose fingerprint stays."""

    CONTACT_NAME = "contact_name"
    CONTACT_EMAIL = "contact_email"
    SIGNATORY_NAME = "signatory_name"
    SIGNATORY_FUNCTION = "signatory_function"
    TITLE = "title"


APPLIED = frozenset({ClericalField.CONTACT_NAME, ClericalField.CONTACT_EMAIL})
"""What an accepted correction changes; neither is part of what was submitted."""


def check_question(kind: ClarificationKind, field: ClericalField | None, question: str, days: int) -> None:
    """Refused (invalid): "clarification_question_missing", "field_missing" for a clerical error, "period_wrong"."""
    mistakes = []
    if not question.strip():
        mistakes.append(Reason("clarification_question_missing", "question"))
    if kind is ClarificationKind.CLERICAL and field is None:
        mistakes.append(Reason("field_missing", "field"))
    if not 1 <= days <= MOST_DAYS:
        mistakes.append(Reason("period_wrong", "days", {"most": str(MOST_DAYS)}))
    refuse_if(mistakes)


def check_answer(kind: ClarificationKind, *, text: str, value: str, documents: int, name: str) -> None:
    """Evidence: a text or a document; a clerical error: what is right. And who answers.

    Refused (invalid): "answer_missing_here", "value_missing", "name_missing".
    """
    mistakes = []
    if kind is ClarificationKind.EVIDENCE and not text.strip() and not documents:
        mistakes.append(Reason("answer_missing_here", "text"))
    if kind is ClarificationKind.CLERICAL and not value.strip():
        mistakes.append(Reason("value_missing", "value"))
    if not name.strip():
        mistakes.append(Reason("name_missing", "name"))
    refuse_if(mistakes)


def may_settle(state: ClarificationState, *, settled: bool) -> None:
    """An officer accepts an answer, or not, once. Refused: "clarification_not_answered", "clarification_settled"."""
    if state is not ClarificationState.ANSWERED:
        refuse("clarification_not_answered")
    if settled:
        refuse("clarification_settled")
