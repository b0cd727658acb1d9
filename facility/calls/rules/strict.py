"""What pages ask of a call beyond the scenario format, which the commands take as it is (dossier 1a, Q1; 2d)."""

from collections.abc import Iterator
from datetime import datetime

from facility.calls.rules.call import AWARD_CAP, CallDraft, CallRules
from facility.refused import Reason
from facility.zone import BRUSSELS

JOINT = 2
"""The fewest beneficiaries of a joint application. One alone asks by way of exception."""


def is_unusual(rules: CallRules) -> bool:
    """Whether the call may only have these rules for a reason that stands in its record."""
    return rules.award_max > AWARD_CAP or rules.grid.min_assessments == 1


def above_amount(draft: CallDraft) -> Iterator[Reason]:
    """A call offers no award that nobody can get: "award_max_above_amount"."""
    if draft.award_max > draft.amount:
        yield Reason("award_max_above_amount", "award_max")


def strict_mistakes(draft: CallDraft, now: datetime) -> Iterator[Reason]:
    """What keeps a draft from being saved on its page, and from being published there, each at its field.

    A call may open on the day of its publication: between two people some hours pass.
    """
    if draft.opens_at.astimezone(BRUSSELS).date() < now.astimezone(BRUSSELS).date():
        yield Reason("opens_in_the_past", "opens_at")
    if draft.min_beneficiaries < JOINT:
        yield Reason("joint_needs_two", "min_beneficiaries")
    yield from above_amount(draft)
    if is_unusual(draft.rules) and not draft.unusual_reason:
        yield Reason("unusual_reason_missing", "unusual_reason")


LOOKS_AT = {
    "closes_before_it_opens": ("opens_at", "closes_at"),
    "cut_off_before_opening": ("opens_at",),
    "cut_offs_not_in_order": ("cut_offs",),
    "questions_after_closing": ("questions_until", "closes_at", "cut_offs"),
    "answers_after_closing": ("answers_until", "closes_at", "cut_offs"),
    "answers_before_questions": ("questions_until", "answers_until"),
    "award_min_above_max": ("award_min", "award_max"),
    "award_max_above_amount": ("award_max", "amount"),
    "above_envelope": ("amount", "envelope_id"),
    "decision_missing": ("extended_to", "extension_decision"),
    "unusual_reason_missing": ("award_max", "min_assessments"),
    "weights_do_not_add_up": ("sections", "total"),
}
"""The fields that a reason is about, beside its own."""
