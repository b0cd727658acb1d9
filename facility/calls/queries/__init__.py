"""Reads about calls, as pages show them: few statements, by hand."""

from facility.calls.queries.duties import why_not_run
from facility.calls.queries.feeds import Deadlines, Entry, all_deadlines, deadlines, entries
from facility.calls.queries.lists import (
    CallLine,
    Choices,
    Narrowed,
    StaffLine,
    choices,
    current_calls,
    past_calls,
    staff_calls,
)
from facility.calls.queries.public import (
    BeneficiaryName,
    CallPublic,
    Step,
    Version,
    public_call,
    published_id,
)
from facility.calls.queries.questions import (
    QuestionLine,
    QuestionShown,
    QuestionStaff,
    Which,
    published_answers,
    question,
    questions,
)
from facility.calls.queries.staff import (
    Asked,
    BatchLine,
    CallStaff,
    Corrigendum,
    batches,
    next_reference,
    staff_call,
)
from facility.calls.queries.taxonomy import taxonomy

__all__ = [
    "Asked",
    "BatchLine",
    "BeneficiaryName",
    "CallLine",
    "CallPublic",
    "CallStaff",
    "Choices",
    "Corrigendum",
    "Deadlines",
    "Entry",
    "Narrowed",
    "QuestionLine",
    "QuestionShown",
    "QuestionStaff",
    "StaffLine",
    "Step",
    "Version",
    "Which",
    "all_deadlines",
    "batches",
    "choices",
    "current_calls",
    "deadlines",
    "entries",
    "next_reference",
    "past_calls",
    "public_call",
    "published_answers",
    "published_id",
    "question",
    "questions",
    "staff_call",
    "staff_calls",
    "taxonomy",
    "why_not_run",
]
