"""What the staff's pages of a call have in common."""

from datetime import datetime
from typing import Any

from facility import clock
from facility.calls.queries.staff import CallStaff
from facility.calls.words.calls import stands, ties
from facility.web.carried import stamp
from facility.web.fields import Fields, Place


def seen_in(fields: Fields) -> datetime | None:
    """The draft's instant as the form carried it. Stop 400 for what this page never wrote."""
    return stamp(fields.form.get("seen"))


def among(*names: str) -> Place:
    """Where reasons stand on a form that has only these fields of a call."""
    return lambda reason: reason.field if reason.field in names else ""


def shown(call: CallStaff) -> dict[str, Any]:
    """What templates need to show a call's rules."""
    return {
        "record": call,
        "call": call.public,
        "ties": ties(call.public.grid),
        "stands": stands(call.public, clock.now()),
    }
