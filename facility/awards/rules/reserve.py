"""Which application on the reserve lists is served when money comes free (scenarios/README; dossier 9)."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.awards.rules.cool_down import NO_COOLING, Cooling
from facility.awards.rules.money_line import Request, draw_line


def serve_reserve(
    reserve: Iterable[Request], free: Decimal, skip_unaffordable: bool, cooling: Cooling = NO_COOLING
) -> tuple[str, ...]:
    """Who gets an award, in order, when money or a reserve place has become free.

    The list is served by the same rule that made it: from its top while the next one fits, or any that fits. An
    application that has to cool down keeps its place.
    """
    return draw_line(reserve, free, skip_unaffordable, cooling).awards


def held_back(waiting: Iterable[Request], free: Decimal, cooling: Cooling = NO_COOLING) -> frozenset[str]:
    """Who waits although the EUR that are free are enough: the lead's beneficiary has as many awards as its call gives."""
    return frozenset(
        request.application
        for request in waiting
        if request.amount <= free and cooling.why(request.application, ()) == "per_beneficiary"
    )


class ReserveList(msgspec.Struct, frozen=True):
    """The reserve list of one call, from its top, and what the call may still commit, in EUR, out of an amount that it
    may share with other batches of its series (`pot`)."""

    call_id: UUID
    pot: UUID
    left: Decimal
    skip_unaffordable: bool
    requests: tuple[Request, ...]
    cooling: Cooling = NO_COOLING


def serve_envelope(lists: Iterable[ReserveList], free: Decimal) -> list[str]:
    """Who gets an award when an envelope has so much free: the lists one after the other.

    The list that money came free in is served first, then those of the other calls on the same envelope, in the
    order of their decisions; none takes more than its call may still commit. Batches of a series share their amount,
    and the awards that leads of one beneficiary may get.
    """
    served: list[str] = []
    spent: dict[UUID, Decimal] = defaultdict(Decimal)
    codes: dict[UUID, list[str]] = defaultdict(list)
    for waiting in lists:
        left = min(free, waiting.left - spent[waiting.pot])
        cooling = waiting.cooling.with_taken(codes[waiting.pot])
        taken = serve_reserve(waiting.requests, left, waiting.skip_unaffordable, cooling)
        amounts = {request.application: request.amount for request in waiting.requests}
        cost = sum((amounts[application] for application in taken), Decimal(0))
        free -= cost
        spent[waiting.pot] += cost
        codes[waiting.pot] += cooling.codes_of(taken)
        served += taken
    return served
