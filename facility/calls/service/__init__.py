"""Commands on calls: one person drafts, another publishes, time closes."""

from facility.calls.rules import CallDraft
from facility.calls.service.closing import close_call, close_due, mark_decided, share_call
from facility.calls.service.draft import change_draft, draft_call
from facility.calls.service.form import change_form
from facility.calls.service.publication import publish_call
from facility.calls.service.reading import form_of, rules_of

__all__ = [
    "CallDraft",
    "change_draft",
    "change_form",
    "close_call",
    "close_due",
    "draft_call",
    "form_of",
    "mark_decided",
    "publish_call",
    "rules_of",
    "share_call",
]
