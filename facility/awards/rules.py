"""Where the money ends, who follows when some becomes free, who may decide (scenarios/README; dossier 9)."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from facility.applications.rules import ApplicationStatus
from facility.refused import refuse


class Request(msgspec.Struct, frozen=True):
    """An application in rank or reserve order, with the amount in EUR that it asks for."""

    reference: str
    amount: Decimal


class Line(msgspec.Struct, frozen=True):
    """The funding line: references awarded and on the reserve list, each in rank order; EUR left."""

    awards: tuple[str, ...]
    reserve: tuple[str, ...]
    left: Decimal


def draw_line(ranked: Iterable[Request], free: Decimal, skip_unaffordable: bool) -> Line:
    """Awards from the top while the request fits the free EUR.

    The first that doesn't fit goes to the reserve list, and so does everything after it, unless the call
    skips what it can't afford.
    """
    awards: list[str] = []
    reserve: list[str] = []
    for request in ranked:
        closed = bool(reserve) and not skip_unaffordable
        if closed or request.amount > free:
            reserve.append(request.reference)
        else:
            awards.append(request.reference)
            free -= request.amount
    return Line(tuple(awards), tuple(reserve), free)


def serve_reserve(reserve: Iterable[Request], free: Decimal, skip_unaffordable: bool) -> tuple[str, ...]:
    """Who gets an award, in order, when money or a reserve place has become free.

    The list is served by the rule by which it arose: from its top while the next fits, or any that fits.
    """
    return draw_line(reserve, free, skip_unaffordable).awards


def final_commitment(award: Decimal, final_cost: Decimal) -> Decimal:
    """What a closed award commits, in EUR: its final cost; what is above the award is not paid."""
    return min(award, final_cost)


def may_decide[Person](proposed_by: Person, decided_by: Person) -> None:
    """Four eyes: who proposed doesn't decide (dossier 2d, 4; Refused "same_person", forbidden)."""
    if proposed_by == decided_by:
        refuse("same_person", kind="forbidden")


def may_end(status: ApplicationStatus) -> None:
    """Only a standing award is closed or withdrawn (Refused: "not_an_award")."""
    if status is not ApplicationStatus.AWARDED:
        refuse("not_an_award", status=status.value)


def may_close[Person](
    status: ApplicationStatus, final_cost: Decimal, proposed_by: Person, closed_by: Person
) -> None:
    """A standing award is closed at a final cost of at least EUR 0.00, by a second person.

    Refused: "not_an_award", "same_person" (forbidden) or "negative" (invalid).
    """
    may_end(status)
    may_decide(proposed_by, closed_by)
    if not final_cost >= 0:
        refuse("negative", kind="invalid", field="final_cost")
