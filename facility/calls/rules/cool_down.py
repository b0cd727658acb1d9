"""Cool-down: what a call may ask so that awards don't always go to the same (dossier 2d, 5)."""

from collections.abc import Iterator

import msgspec

from facility.refused import Reason


class CoolDown(msgspec.Struct, frozen=True):
    """Rules that spread awards; None: no such rule.

    same_lead_calls: whoever led an award in one of the last N decided calls doesn't get another now.
    per_beneficiary_most: at most M awards of this call go to leads of the same beneficiary.
    """

    same_lead_calls: int | None = None
    per_beneficiary_most: int | None = None


def cool_down_mistakes(cool_down: CoolDown) -> Iterator[Reason]:
    """A rule that would let nobody in, at its field."""
    for name in ("same_lead_calls", "per_beneficiary_most"):
        value = getattr(cool_down, name)
        if value is not None and value < 1:
            yield Reason("below_one", name)
