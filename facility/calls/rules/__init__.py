"""What a call may say, when it is open, and what it asks for."""

from facility.calls.rules.call import (
    AWARD_CAP,
    BENEFICIARIES,
    RECEIVED_AT,
    RESERVED_KEYS,
    TOTAL,
    USUAL_TOTAL,
    CallDraft,
    CallRules,
    Grid,
    Section,
    call_mistakes,
    doubts,
    draft_mistakes,
    is_open,
    may_close,
    may_publish,
    may_still_publish,
)
from facility.calls.rules.cool_down import CoolDown

__all__ = [
    "AWARD_CAP",
    "BENEFICIARIES",
    "RECEIVED_AT",
    "RESERVED_KEYS",
    "TOTAL",
    "USUAL_TOTAL",
    "CallDraft",
    "CallRules",
    "CoolDown",
    "Grid",
    "Section",
    "call_mistakes",
    "doubts",
    "draft_mistakes",
    "is_open",
    "may_close",
    "may_publish",
    "may_still_publish",
]
