"""The history of a thing as sentences: who, what, when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from facility.events import Recorded
from facility.web.i18n import _, sentence


class Moment(msgspec.Struct, frozen=True):
    """One line of a history; `who` did it, `at` is when it was recorded."""

    text: str
    at: datetime
    who: str


def moments(events: Sequence[Recorded], names: Mapping[UUID, str]) -> list[Moment]:
    """Events with the names of those who acted, newest first. What nobody did, the facility did itself."""
    made = []
    for recorded in events:
        values = msgspec.to_builtins(recorded.event)
        text = sentence(type(recorded.event).sentence, **values)
        who = names.get(recorded.actor_id, "") if recorded.actor_id else _("the facility")
        made.append(Moment(text, recorded.recorded_at, who))
    return made
