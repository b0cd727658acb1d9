"""Which parties are on board, and whether they are of enough beneficiaries: at least two in a joint call, at submission and whenever a
party leaves (scenarios/README)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from facility.accounts.rules.beneficiaries import distinct_beneficiaries


class Confirmation(StrEnum):
    """Whether a party has confirmed: void is a confirmation of an earlier version."""

    NONE = "none"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    VOID = "void"


def is_on_board(left_at: datetime | None, at: datetime | None = None) -> bool:
    """A party is on board until it is taken out of the draft or leaves. at: the instant that counts; None is now."""
    return left_at is None or (at is not None and left_at > at)


def enough_beneficiaries(parties_on_board: Iterable[str], min_beneficiaries: int) -> bool:
    """Whether parties of these beneficiaries are of enough distinct ones of the Western Balkans."""
    return distinct_beneficiaries(parties_on_board) >= min_beneficiaries
