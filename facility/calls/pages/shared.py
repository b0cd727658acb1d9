"""What the staff's pages of a call have in common."""

from datetime import datetime
from typing import Any

from facility import clock
from facility.calls import queries
from facility.calls.words import stands, ties
from facility.web.access import Role
from facility.web.fields import Fields
from facility.web.stops import Stop

READERS = (Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR)
SEES_HISTORY = (Role.SECRETARIAT, Role.AUTHORISING, Role.AUDITOR)


def seen_in(fields: Fields) -> datetime | None:
    """The draft's instant as the form carried it. Stop 400 for what this page never wrote."""
    value = fields.form.get("seen")
    try:
        seen = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise Stop(400, "malformed") from None
    if seen is not None and seen.tzinfo is None:
        raise Stop(400, "malformed")
    return seen


def shown(found: queries.CallStaff) -> dict[str, Any]:
    """What templates need to tell a call's rules."""
    return {
        "found": found,
        "call": found.call,
        "ties": ties(found.call.grid),
        "stands": stands(found.call, clock.now()),
    }
