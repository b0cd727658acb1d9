"""An expert chooses a PIN by the link to the profile, once; the secretariat deletes a forgotten one."""

import asyncio
import secrets
from uuid import UUID

from facility.db import Tx
from facility.events.log import record
from facility.experts.events.pool import PinChosen, PinDeleted
from facility.experts.models.pin import ExpertPin
from facility.experts.models.profile import Expert
from facility.experts.rules import pin as rules
from facility.experts.service.profile_link import lock_member
from facility.refused import refuse


async def choose_pin(tx: Tx, expert_id: UUID, pin: str) -> None:
    """Refused: "left_the_pool", "pin_chosen", or `check_pin` (invalid)."""
    await lock_member(tx, expert_id)
    if await tx.session.get(ExpertPin, expert_id):
        refuse("pin_chosen")
    rules.check_pin(pin)
    salt = secrets.token_bytes(16)
    sealed = await asyncio.to_thread(rules.seal, pin, salt)
    tx.add(ExpertPin(expert_id=expert_id, salt=salt, sealed=sealed, chosen_at=tx.now))
    await record(tx, PinChosen(expert_id=expert_id))


async def delete_pin(tx: Tx, expert_id: UUID) -> None:
    """The expert has forgotten it, and chooses another. Refused: "pin_missing"."""
    await tx.lock(Expert, expert_id)
    chosen = await tx.session.get(ExpertPin, expert_id)
    if chosen is None:
        refuse("pin_missing")
    await tx.session.delete(chosen)
    await record(tx, PinDeleted(expert_id=expert_id))


async def is_pin(tx: Tx, expert_id: UUID, pin: str) -> bool:
    """Whether this is the expert's PIN. Refused: "pin_missing"."""
    chosen = await tx.session.get(ExpertPin, expert_id)
    if chosen is None:
        refuse("pin_missing")
    return await asyncio.to_thread(rules.fits, pin, chosen.salt, chosen.sealed)
