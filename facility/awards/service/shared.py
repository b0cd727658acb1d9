"""What commands of the awards have in common."""

from decimal import Decimal
from uuid import UUID

from facility.calls.models.call import Call
from facility.contracts.models import Envelope
from facility.contracts.service.money import lock_envelope
from facility.db import Tx

NOTHING = Decimal("0.00")
LOST = "too_few_beneficiaries"
"""The reason that an application bears which lost its beneficiaries."""


async def lock_money(tx: Tx, call_id: UUID) -> tuple[Envelope, Call]:
    """The envelope that the call draws on and the call, locked in this order."""
    envelope_id = (await tx.get(Call, call_id)).envelope_id
    return await lock_envelope(tx, envelope_id), await tx.lock(Call, call_id)


def acting(tx: Tx) -> UUID:
    """Who acts; nothing here happens by itself."""
    assert tx.actor is not None, "awards are proposed and decided by people"
    return tx.actor
