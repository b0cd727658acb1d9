"""The stand-by rota in the copy of the story that is crawled: a week on call that a colleague is asked to take over."""

from facility.experts.service.swaps import SWAP, offer_swap
from facility.inquiries.service import send_link
from tests.hostile.open_calls import Opened


async def leave_rota(ends: Opened) -> None:
    """X01, who holds the link to a profile, offers the last of three weeks; the one before can be offered, too."""
    last = "SELECT on_call.id FROM on_call JOIN expert ON expert.id = expert_id WHERE code = 'X01' ORDER BY week DESC LIMIT 1"
    own = await ends.value_of("SELECT id FROM expert WHERE code = 'X01'")
    colleague = await ends.value_of("SELECT id FROM expert WHERE code = 'X03'")
    swap = await ends.act(ends.now, None, offer_swap, own, await ends.value_of(last), colleague, None)
    await ends.act(ends.now, None, send_link, SWAP, swap.id)
