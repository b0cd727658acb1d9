"""When the lead of an activity can ask for experts, and what becomes of it."""

from collections.abc import Collection
from enum import StrEnum

from facility.refused import refuse


class WishState(StrEnum):
    """open: the secretariat has not completed it · requested: a request was made from it · taken back: by the lead · refused: by
    the secretariat."""

    OPEN = "open"
    REQUESTED = "requested"
    TAKEN_BACK = "taken_back"
    REFUSED = "refused"


def is_live(state: WishState, requests: Collection[str]) -> bool:
    """Whether experts are still being looked for, or have said yes; requests: states of those that were made from it."""
    going_on = any(request != "ended" for request in requests)
    return state is WishState.OPEN or (state is WishState.REQUESTED and going_on)


def may_wish(*, planned: bool, standing: bool, over: bool, live: bool) -> None:
    """Experts are asked for, for an activity that is planned under a standing award, once at a time.

    Refused: "not_planned", "not_funded", "activity_over", "experts_wished".
    """
    if not planned:
        refuse("not_planned")
    if not standing:
        refuse("not_funded")
    if over:
        refuse("activity_over")
    if live:
        refuse("experts_wished")


def may_take_up(state: WishState, requests: Collection[str], *, planned: bool) -> None:
    """A request is made from it while no other goes on, but for one whose list has run out.

    Refused: "not_planned", "wish_over", "request_made".
    """
    if not planned:
        refuse("not_planned")
    if state not in (WishState.OPEN, WishState.REQUESTED):
        refuse("wish_over")
    if not set(requests) <= {"ended", "exhausted"}:
        refuse("request_made")


def may_take_back(state: WishState, requests: Collection[str]) -> None:
    """The lead takes it back while no expert was asked. Refused: "wish_over", "experts_asked"."""
    if not is_live(state, requests):
        refuse("wish_over")
    if not set(requests) <= {"requested"}:
        refuse("experts_asked")


def may_refuse(state: WishState, reason: str) -> None:
    """The secretariat refuses what it has not completed. Refused: "wish_over", or "reason_missing" (invalid)."""
    if state is not WishState.OPEN:
        refuse("wish_over")
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")
