"""What the staff's pages of a call have in common."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from facility import clock
from facility.calls.queries.staff import CallStaff
from facility.calls.words.calls import stands, ties
from facility.refused import Reason, Refused
from facility.web.carried import stamp
from facility.web.fields import Fields


def seen_in(fields: Fields) -> datetime | None:
    """The draft's instant as the form carried it. Stop 400 for what this page never wrote."""
    return stamp(fields.form.get("seen"))


def at_fields(fields: Fields, refused: Refused, names: Collection[str]) -> Fields:
    """A rule's reasons at those of these fields that they are about, and all others at the form as a whole: a page that asks
    for a few things of a call has no place for what is wrong with the rest. Raises anew what is not about the input."""
    told = [Reason(one.code, one.field if one.field in names else "", one.params) for one in refused.reasons]
    return fields.refused(Refused(told, refused.kind))


def shown(found: CallStaff) -> dict[str, Any]:
    """What templates need to tell a call's rules."""
    return {
        "found": found,
        "call": found.call,
        "ties": ties(found.call.grid),
        "stands": stands(found.call, clock.now()),
    }
