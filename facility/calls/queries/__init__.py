"""Reads about calls, as pages show them: few statements, by hand."""

from facility.calls.queries.lists import CallLine, StaffLine, current_calls, past_calls, staff_calls
from facility.calls.queries.public import BeneficiaryName, CallPublic, public_call
from facility.calls.queries.staff import BatchLine, CallStaff, batches, next_reference, staff_call

__all__ = [
    "BatchLine",
    "BeneficiaryName",
    "CallLine",
    "CallPublic",
    "CallStaff",
    "StaffLine",
    "batches",
    "current_calls",
    "next_reference",
    "past_calls",
    "public_call",
    "staff_call",
    "staff_calls",
]
