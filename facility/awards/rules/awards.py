"""When an award stands, who may propose, decide and end it (scenarios/README; dossier 9)."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from facility.applications.rules.parties import is_on_board
from facility.applications.rules.status import ApplicationStatus
from facility.calls.rules.cancellation import may_go_on
from facility.evaluation.rules.outcomes import UNSETTLED
from facility.evaluation.rules.ranking import Standing
from facility.money import format_eur
from facility.refused import refuse


def stands(ended_at: datetime | None, at: datetime | None = None) -> bool:
    """An award stands until it ends: a closed award is no award any more. at: the instant that counts; None is now."""
    return ended_at is None or (at is not None and ended_at > at)


def kept(end_kind: str | None) -> bool:
    """An award is kept unless it was withdrawn or lost: it stands, or was closed at its final cost."""
    return end_kind in (None, "closed")


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


def part_to_take_off(
    status: ApplicationStatus,
    award: Decimal,
    part: Decimal,
    *,
    left_at: datetime | None,
    made_at: datetime,
) -> Decimal:
    """What a standing award falls by since a partner left after it was made, in EUR: the partner's part, down to nothing.

    Refused: "not_an_award", or "no_part_to_take_off".
    """
    may_end(status)
    amount = min(award, part)
    if is_on_board(left_at) or not is_on_board(left_at, made_at) or not amount:
        refuse("no_part_to_take_off")
    return amount


def may_award_exception[Person](
    status: ApplicationStatus,
    call_state: str,
    requested: Decimal,
    free: Decimal,
    *,
    handled_by: Collection[Person],
    actor: Person,
) -> None:
    """An approved exception is awarded what it asks for (EUR), where the envelope has so much, by people who held none of its
    consultations.

    Refused: "call_cancelled", "wrong_status", "same_person" (forbidden), "too_little_money".
    """
    may_go_on(call_state)
    if status is not ApplicationStatus.EXCEPTION_APPROVED:
        refuse("wrong_status", status=status.value, wanted=ApplicationStatus.AWARDED.value)
    if actor in handled_by:
        refuse("same_person", kind="forbidden")
    if requested > free:
        refuse("too_little_money", free=format_eur(free))


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


def may_propose(
    standing: Standing, call_state: str, *, decided: bool, sealed: bool, earlier: bool = False
) -> None:
    """A closed call is proposed and decided when nothing is open in its evaluation.

    earlier: an earlier batch of the same series is not decided, and may carry something over. Refused:
    "call_cancelled", "already_decided", "call_not_closed", "not_opened", "earlier_batch_open", "scores_unsettled" or "evaluation_open".
    """
    may_go_on(call_state)
    if decided or call_state == "decided":
        refuse("already_decided")
    if call_state != "closed":
        refuse("call_not_closed")
    if sealed:
        refuse("not_opened")
    if earlier:
        refuse("earlier_batch_open")
    if unsettled := [judged.applicant.reference for judged in standing.others if judged.outcome in UNSETTLED]:
        refuse("scores_unsettled", names=", ".join(unsettled))
    if not standing.ready:
        refuse("evaluation_open")
