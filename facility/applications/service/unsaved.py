"""Where unsaved text in an application ends without being saved."""

from facility.applications.models.application import Party
from facility.applications.rules.ending import ENDED
from facility.applications.rules.entries import EntryKind, entry_key
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.editing import lead_of
from facility.db import Tx
from facility.drafting.service import drop, forgets

_ENDED = ", ".join(f"'{status}'" for status in sorted(ENDED - {ApplicationStatus.WITHDRAWN}))
# What was withdrawn may be taken up again while its call is open.
forgets(
    f"""EXISTS (SELECT FROM party JOIN application ON application.id = party.application_id JOIN call ON call.id = call_id
        WHERE party.id = subject_id AND (unsaved.saved_at <= :left OR decided_at IS NOT NULL OR application.status IN ({_ENDED})))"""
)


async def drop_typed(tx: Tx, party: Party) -> None:
    """Forget what anybody has typed about a party that is gone: about itself, and in its own part."""
    await drop(tx, await lead_of(tx, party.application_id), entry_key(EntryKind.PARTY, party.id))
    await drop(tx, party.id)
