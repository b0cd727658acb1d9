"""Who acts, and whether what they saw is still so."""

from datetime import datetime
from uuid import UUID

from facility.calls.models import Call
from facility.db import Tx
from facility.refused import refuse


def acting(tx: Tx) -> UUID:
    """The person who acts. Raises Refused (forbidden) "sign_in_first"."""
    if tx.actor is None:
        refuse("sign_in_first", kind="forbidden")
    return tx.actor


def refuse_if_changed(call: Call, seen: datetime | None) -> None:
    """Raises Refused "changed_meanwhile" when somebody rewrote the draft after it was seen."""
    if seen is not None and call.drafted_at != seen:
        refuse("changed_meanwhile")
