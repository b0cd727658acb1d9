"""What a partner confirms, which confirmations a change touches, and how the difference is shown.

All that an application says is a list of statements. Most are everybody's business: title, themes, the lead's material
answers, activities, documents, who takes part and with which role, and the total that is asked for. Some are one party's
alone: its amount and its lines of the budget, and its own material answers, confidential ones included. A party confirms
the former and its own; what another party writes in its own part changes nothing that it agreed to (ADR 8).

A change touches a confirmation when what the party confirmed is no longer what stands. There is no other rule: it doesn't
matter who made the change, nor by which page.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from facility.applications.rules.confirmation import may_answer_confirmation
from facility.applications.rules.drafting import may_edit
from facility.applications.rules.submission import fingerprint_of
from facility.forms.versions import Piece, compared
from facility.refused import refuse

MAX_WISH = 3000
"""Characters that a request for a change and its answer may have."""


class ChangeOutcome(StrEnum):
    """What became of a request for a change; dropped: the partner confirmed, declined or left before it was answered."""

    DONE = "done"
    NOT_DONE = "not_done"
    DROPPED = "dropped"


class Statement(msgspec.Struct, frozen=True):
    """One thing that an application says. `key` tells it from the others for good; `label` is read by people and may be
    said otherwise later (an institution is renamed) without anything having been changed. `own`: the party whose business
    it is alone, None for everybody's."""

    key: str
    label: str
    text: str
    own: UUID | None = None


def agreed(statements: Iterable[Statement], party_id: UUID) -> list[dict[str, str]]:
    """What this party confirms, as it is kept."""
    return [
        {"key": statement.key, "label": statement.label, "text": statement.text}
        for statement in statements
        if statement.own in (None, party_id)
    ]


def same(before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]) -> bool:
    """Whether two contents say the same, whatever things are called and in whatever order they stand."""
    return _said(before) == _said(now)


def _said(content: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {item["key"]: item["text"] for item in content}


def seal_of(content: Sequence[Mapping[str, str]]) -> str:
    """A short name for exactly this content, by which a form says what its reader was shown."""
    return fingerprint_of({"said": _said(content)})


def touched(
    statements: Sequence[Statement], confirmed: Mapping[UUID, Sequence[Mapping[str, str]] | None]
) -> list[UUID]:
    """The parties whose confirmation no longer holds. confirmed: what each party that has confirmed agreed to; None for
    confirmations from before this was kept, which never hold, since nobody can tell."""
    return [
        party_id
        for party_id, content in confirmed.items()
        if content is None or not same(content, agreed(statements, party_id))
    ]


class Difference(msgspec.Struct, frozen=True):
    """What became of one statement: its text in pieces that stayed, went or came."""

    key: str
    label: str
    pieces: tuple[Piece, ...]


def differences(
    before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]
) -> tuple[Difference, ...]:
    """What was changed, added and taken out, in the order of what stands now, then what is gone."""
    old, new = _said(before), _said(now)
    labels = {item["key"]: item["label"] for item in (*before, *now)}
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        Difference(key, labels[key], compared(old.get(key, ""), new.get(key, "")))
        for key in keys
        if old.get(key) != new.get(key)
    )


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
