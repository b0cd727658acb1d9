"""What is checked of an application before it is assessed: a checklist that each call chooses from a closed list, with items
of its own beside it (dossier 2a, 2b; action document)."""

from collections.abc import Sequence

import msgspec

from facility.refused import Reason, refuse_if

STANDARD = (
    "in_time",
    "beneficiaries",
    "eligible_parties",
    "confirmations",
    "amounts",
    "declarations",
    "documents",
    "classified",
    "activities",
    "rights",
    "consultation",
    "overlap",
)
"""Keys of the items that every call can ask for, in the order in which they are best checked."""
MOST_OWN = 20
"""Items of its own that a call may have."""
MOST_TEXT = 300
"""Characters of such an item."""


class ChecklistItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to check; `text` says it for an item of the call's own."""

    key: str
    text: str = ""


STANDARD_LIST = tuple(ChecklistItem(key) for key in STANDARD)


def checklist_of(chosen: Sequence[str], own: Sequence[str]) -> tuple[ChecklistItem, ...]:
    """The chosen standard items in their order, then the call's own, numbered.

    Refused (invalid): "checklist_empty"; "checklist_too_long", "checklist_text_too_long" at own.
    """
    texts = [text.strip() for text in own if text.strip()]
    mistakes = []
    if not texts and not any(key in STANDARD for key in chosen):
        mistakes.append(Reason("checklist_empty", "chosen"))
    if len(texts) > MOST_OWN:
        mistakes.append(Reason("checklist_too_long", "own", {"most": str(MOST_OWN)}))
    if any(len(text) > MOST_TEXT for text in texts):
        mistakes.append(Reason("checklist_text_too_long", "own", {"most": str(MOST_TEXT)}))
    refuse_if(mistakes)
    return (
        *(item for item in STANDARD_LIST if item.key in chosen),
        *(ChecklistItem(f"own-{number}", text) for number, text in enumerate(texts, start=1)),
    )
