"""A partner that has still to answer asks the lead for a change (dossier 2)."""

from enum import StrEnum
from typing import Any

from facility.applications.rules.confirmation import may_answer_confirmation
from facility.applications.rules.drafting import may_edit
from facility.refused import refuse

MAX_WISH = 3000
"""Characters that a request for a change and its answer may have."""


class ChangeOutcome(StrEnum):
    """What became of a request for a change; dropped: the partner confirmed, declined or left before it was answered."""

    DONE = "done"
    NOT_DONE = "not_done"
    DROPPED = "dropped"


def may_ask_for_change(
    *, editable: bool, confirmed: bool, declined: bool, left: bool, waiting: bool, wish: str
) -> None:
    """A partner that has still to answer may want something changed, one request at a time.

    Refused as for `may_answer_confirmation`, "change_waits", or "wish_missing" (invalid).
    """
    may_answer_confirmation(editable=editable, confirmed=confirmed, declined=declined, left=left)
    if waiting:
        refuse("change_waits")
    if not wish.strip():
        refuse("wish_missing", kind="invalid", field="wish")


def may_answer_change(*, editable: bool, answered: bool, outcome: Any, answer: str) -> None:
    """The lead answers once, and says why where it doesn't do it.

    Refused: "not_a_draft", "change_answered", or "word_missing" (invalid).
    """
    may_edit(editable=editable)
    if answered:
        refuse("change_answered")
    if outcome is ChangeOutcome.NOT_DONE and not answer.strip():
        refuse("word_missing", kind="invalid", field="answer")
