"""Drawing the seed of a call whose last ties are broken by lot, and revealing it."""

import secrets

from facility.calls.models.call import Call
from facility.calls.models.lot import Lot
from facility.calls.rules.call import LOT
from facility.calls.rules.lot import commitment_of
from facility.calls.service.reading import rules_of
from facility.db import Tx


async def draw_lot(tx: Tx, call: Call) -> str | None:
    """Draw the seed of a call, or batch, that is being published; its commitment. None where no lot decides."""
    if LOT not in rules_of(call).grid.tie_break:
        return None
    seed = secrets.token_hex(32)
    lot = Lot(call_id=call.id, seed=seed, commitment=commitment_of(seed), drawn_at=tx.now)
    tx.add(lot)
    await tx.flush()
    return lot.commitment


async def reveal_lot(tx: Tx, call: Call) -> str | None:
    """From now on the seed of the call's draw is open; None where no lot decides."""
    if LOT not in rules_of(call).grid.tie_break:
        return None
    lot = await tx.get(Lot, call.id)
    if lot.revealed_at is None:
        lot.revealed_at = tx.now
        await tx.flush()
    return lot.seed
