"""What a call says about the time after its decision: accepting awards, the reserve list, complaints (dossier 2a, step 7; 2c)."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from facility.periods import last_of_days
from facility.refused import Reason

PERIODS = {
    "accept_days": 90,
    "reserve_days": 1095,
    "complaint_days": 180,
    "answer_days": 180,
    "offer_days": 60,
}
"""Its periods in calendar days, and the longest of each; `periods.last_of_days` counts them."""
NUMBERS = {**PERIODS, "offer_percent": 99}
"""Its whole numbers, and the largest of each."""

FLAGS = ("suspends_decision", "suspends_signing", "gives_reasons", "names_assessors")
"""Its rules that hold or don't."""


class AfterDecision(msgspec.Struct, frozen=True, omit_defaults=True):
    """None: the call says nothing of it.

    accept_days: from an award until its lead has to accept it. reserve_days: from the decision until the reserve list ends.
    complaint_days: from a letter on a decision until its lead may complain of it; answer_days: from a complaint until it is
    decided. suspends_decision, suspends_signing: the call is not decided, and none of its agreements is signed, while a complaint is
    open. offer_days: how long the first application that the money is not enough for may answer whether it takes what is left; it is
    offered at least offer_percent of what it requests and at least offer_least EUR. gives_reasons: letters give the strengths and weaknesses of the application, which the secretariat writes beside the assessors'
    comments; those who decide read both. names_assessors: with the names of the assessors.
    """

    accept_days: int | None = None
    reserve_days: int | None = None
    complaint_days: int | None = None
    answer_days: int | None = None
    suspends_decision: bool = False
    suspends_signing: bool = False
    gives_reasons: bool = False
    names_assessors: bool = False
    offer_days: int | None = None
    offer_percent: int | None = None
    offer_least: Decimal | None = None

    def redress(self, written_at: datetime) -> dict[str, Any]:
        """What a letter of this instant states of complaints: the last day for one, and the days until its answer."""
        if self.complaint_days is None:
            return {}
        return {
            "complain_until": last_of_days(written_at, self.complaint_days),
            "answer_days": self.answer_days,
        }


def after_decision_mistakes(after: AfterDecision) -> Iterator[Reason]:
    """Periods without a day, and complaints without all that belongs to them, at the field."""
    for name in NUMBERS:
        value = getattr(after, name)
        if value is not None and value < 1:
            yield Reason("below_one", name)
    if after.complaint_days is None and (
        after.answer_days is not None or after.suspends_decision or after.suspends_signing
    ):
        yield Reason("complaint_days_missing", "complaint_days")
    if after.complaint_days is not None and after.answer_days is None:
        yield Reason("answer_days_missing", "answer_days")
    if after.offer_days is None and (after.offer_percent is not None or after.offer_least is not None):
        yield Reason("offer_days_missing", "offer_days")
    if after.offer_days is not None and after.offer_percent is None and after.offer_least is None:
        yield Reason("offer_least_missing", "offer_percent")
    if after.names_assessors and not after.gives_reasons:
        yield Reason("reasons_not_given", "names_assessors")
