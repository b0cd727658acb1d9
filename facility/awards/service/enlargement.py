"""Agreeing that an envelope holds more: whoever waits on the reserve lists is served in the same transaction."""

from uuid import UUID

from facility.applications.service.conflicts_of_interest import refuse_shut_out
from facility.awards.service.consequences import of_enlarging
from facility.awards.service.ending import serve_envelope
from facility.contracts.models import EnvelopeEnlargement
from facility.contracts.service.enlargement import settle_enlargement
from facility.contracts.service.money import lock_envelope
from facility.db import Tx
from facility.proposals import Settlement
from facility.refused import refuse


async def agree_to_enlargement(
    tx: Tx, envelope_id: UUID, enlargement_id: UUID, *, seen: str | None = None
) -> list[UUID]:
    """Enlarge the envelope as it was proposed, as a second person. Returns the applications that got an award by it.

    `seen`: the fingerprint of the consequence that this person was shown. Refused: contracts.settle_enlargement,
    "changed_since_shown", "shut_out" (forbidden).
    """
    await lock_envelope(tx, envelope_id)
    proposed = await tx.get(EnvelopeEnlargement, enlargement_id)
    shown = await of_enlarging(
        await tx.session.connection(), envelope_id, proposed.computed_on, proposed.amount, tx.now
    )
    await refuse_shut_out(tx, [award.application_id for award in shown.served])
    await settle_enlargement(tx, envelope_id, enlargement_id, Settlement.AGREED)
    if seen is not None and seen != shown.fingerprint:
        refuse("changed_since_shown")
    return await serve_envelope(tx, envelope_id)
