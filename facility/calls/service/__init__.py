"""Commands on calls: one person drafts, another publishes, corrects or cancels; time closes.

Locks: the envelope, the call, then a question; later rooms lock applications after the call.
"""

from facility.calls.rules import CallDraft
from facility.calls.service.archive import archive_call, take_from_archive
from facility.calls.service.batches import batch_of, make_urgent_batch, next_batch, series_of
from facility.calls.service.cancellation import ask_cancellation, confirm_cancellation, drop_cancellation
from facility.calls.service.cloning import clone_call
from facility.calls.service.closing import (
    close_call,
    close_due,
    mark_decided,
    mark_evaluating,
    share_call,
)
from facility.calls.service.corrigenda import (
    add_to_form,
    draft_corrigendum,
    drop_corrigendum,
    publish_corrigendum,
)
from facility.calls.service.draft import change_draft, draft_call, mistakes_of
from facility.calls.service.form import change_form
from facility.calls.service.publication import publish_call
from facility.calls.service.questions import (
    Contact,
    ask_question,
    publish_answer,
    save_answer,
    set_aside_question,
)
from facility.calls.service.reading import draft_from, draft_of, form_of, rules_of

__all__ = [
    "CallDraft",
    "Contact",
    "add_to_form",
    "archive_call",
    "ask_cancellation",
    "ask_question",
    "batch_of",
    "change_draft",
    "change_form",
    "clone_call",
    "close_call",
    "close_due",
    "confirm_cancellation",
    "draft_call",
    "draft_corrigendum",
    "draft_from",
    "draft_of",
    "drop_cancellation",
    "drop_corrigendum",
    "form_of",
    "make_urgent_batch",
    "mark_decided",
    "mark_evaluating",
    "mistakes_of",
    "next_batch",
    "publish_answer",
    "publish_call",
    "publish_corrigendum",
    "rules_of",
    "save_answer",
    "series_of",
    "set_aside_question",
    "share_call",
    "take_from_archive",
]
