"""Who acts, and whether what they saw is still so."""

from datetime import datetime
from uuid import UUID

from facility.calls.models.call import Call
from facility.calls.models.question import Question
from facility.calls.models.version import CallVersion
from facility.db import Tx
from facility.refused import refuse

type Draft = Call | CallVersion | Question


def acting(tx: Tx) -> UUID:
    """The person who acts. Raises Refused (forbidden) "sign_in_first"."""
    if tx.actor is None:
        refuse("sign_in_first", kind="forbidden")
    return tx.actor


def refuse_if_changed(draft: Draft, seen: datetime | None) -> None:
    """Raises Refused "changed_meanwhile" when somebody rewrote the draft after it was seen."""
    if seen is not None and draft.drafted_at != seen:
        refuse("changed_meanwhile")


def refuse_batch(call: Call) -> None:
    """Raises Refused "batch_of_a_series" for a batch: what is done to a call is done to the whole of it."""
    if call.series_id is not None:
        refuse("batch_of_a_series")
