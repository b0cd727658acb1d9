"""Who waits on a reserve list only since its lead's beneficiary has the most awards that the call gives it."""

from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.awards.models.decision import ReserveEntry, ReserveState
from facility.awards.models.offer import OfferState, PartialOffer
from facility.awards.queries.cool_down import cooling
from facility.awards.queries.money import free_money
from facility.awards.rules import reserve
from facility.awards.rules.money_line import Request
from facility.evaluation.queries.standing import Reader


async def held_back(reader: Reader, call_id: UUID) -> frozenset[UUID]:
    """The applications on the call's reserve list that its money is enough for, but not its limit for each beneficiary."""
    cool = await cooling(reader, call_id)
    if cool.most is None:
        return frozenset()
    held = func.coalesce(PartialOffer.amount, Decimal(0))
    query = (
        select(ReserveEntry.application_id, ReserveEntry.requested - held)
        .outerjoin(
            PartialOffer,
            (PartialOffer.application_id == ReserveEntry.application_id)
            & (PartialOffer.state == OfferState.OPEN),
        )
        .where(ReserveEntry.call_id == call_id, ReserveEntry.state == ReserveState.WAITING)
    )
    waiting = [Request(str(key), needs) for key, needs in await reader.execute(query)]
    # The rule on leads passes an application over when its call is decided, and does not keep it waiting.
    limit = msgspec.structs.replace(cool, same_lead=frozenset())
    names = reserve.held_back(waiting, await free_money(reader, call_id), limit)
    return frozenset(map(UUID, names))
