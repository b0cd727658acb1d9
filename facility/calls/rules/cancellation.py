"""Cancelling a call: one asks with a reason, another confirms, at any time before the decision."""

from facility.calls.rules.standing import CallState
from facility.refused import refuse

CANCELLABLE = frozenset({CallState.PUBLISHED, CallState.CLOSED})


def may_cancel(state: str) -> None:
    """Refused: "not_published" for a draft, "call_cancelled", "already_decided"."""
    if state == CallState.DRAFT:
        refuse("not_published")
    may_go_on(state)
    if state not in CANCELLABLE:
        refuse("already_decided")


def may_confirm_cancellation[Person](asked_by: Person, confirmed_by: Person) -> None:
    """Four eyes: who asked for the cancellation doesn't confirm it (Refused: "same_person", forbidden)."""
    if asked_by == confirmed_by:
        refuse("same_person", kind="forbidden")


def may_go_on(state: str) -> None:
    """Nothing goes on in a cancelled call: nothing is submitted, judged or decided (Refused: "call_cancelled")."""
    if state == CallState.CANCELLED:
        refuse("call_cancelled")
