"""What `facility reconcile` looks at in the pool."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.events.reconcile import check

_SWAPS = text(
    """
    SELECT format('swap %s is open, and %s has not the week of %s', swap.id, offered.expert_id, offered.week)
    FROM swap CROSS JOIN LATERAL (VALUES (swap.expert_id, swap.week), (colleague_id, in_exchange)) AS offered (expert_id, week)
    WHERE state = 'open' AND offered.week IS NOT NULL AND NOT EXISTS (SELECT FROM on_call
        WHERE on_call.theme_id = swap.theme_id AND on_call.week = offered.week AND on_call.expert_id = offered.expert_id)
    ORDER BY 1
    """
)


@check("experts: swaps")
async def swaps(connection: AsyncConnection) -> list[str]:
    """Whoever is asked to swap weeks can only get what the other still has."""
    return list((await connection.execute(_SWAPS)).scalars())
