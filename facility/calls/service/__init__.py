"""Commands on calls: one person drafts, another publishes, time closes."""

from facility.calls.rules import CallDraft
from facility.calls.service.batches import batch_of, make_urgent_batch, next_batch, series_of
from facility.calls.service.closing import close_call, close_due, mark_decided, share_call
from facility.calls.service.draft import change_draft, draft_call
from facility.calls.service.form import change_form
from facility.calls.service.publication import publish_call
from facility.calls.service.reading import form_of, rules_of

__all__ = [
    "CallDraft",
    "batch_of",
    "change_draft",
    "change_form",
    "close_call",
    "close_due",
    "draft_call",
    "form_of",
    "make_urgent_batch",
    "mark_decided",
    "next_batch",
    "publish_call",
    "rules_of",
    "series_of",
    "share_call",
]
