"""What takes two people: one proposes it for a reason, another agrees or refuses; whoever proposed it may take it back."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from facility.db import Key, Tx
from facility.refused import refuse

MAX_REASON = 2000
"""Characters of the reason for a proposal, and of that for a refusal."""


class Settlement(StrEnum):
    """What became of a proposal. Lapsed: what it was about ended in another way."""

    AGREED = "agreed"
    REFUSED = "refused"
    TAKEN_BACK = "taken back"
    LAPSED = "lapsed"


class Proposed:
    """The columns of a table of proposals; `outcome` is empty while one stands. answer: why it was refused."""

    id: Mapped[Key]
    reason: Mapped[str]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    outcome: Mapped[str | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")


def two_people() -> tuple[CheckConstraint, ...]:
    """What the database holds of such a table, whoever writes to it."""
    outcomes = ", ".join(repr(outcome.value) for outcome in Settlement)
    return (
        CheckConstraint(f"outcome IN ({outcomes})", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (settled_at IS NULL)", name="settled"),
        CheckConstraint(
            "outcome NOT IN ('agreed', 'refused') OR settled_by <> proposed_by", name="four_eyes"
        ),
        CheckConstraint("outcome IS DISTINCT FROM 'refused' OR answer <> ''", name="answer"),
    )


def may_propose(reason: str) -> None:
    """Refused (invalid): "reason_missing"."""
    if not reason.strip():
        refuse("reason_missing", kind="invalid", field="reason")


def may_settle(proposed_by: UUID, actor: UUID | None, outcome: Settlement, answer: str = "") -> None:
    """Whoever proposed it takes it back, and anybody else agrees or refuses.

    Refused: "same_person", "not_your_proposal" (forbidden), or "reason_missing" (invalid) for a refusal without one.
    """
    own = proposed_by == actor
    if outcome is Settlement.TAKEN_BACK and not own:
        refuse("not_your_proposal", kind="forbidden")
    if outcome in (Settlement.AGREED, Settlement.REFUSED) and own:
        refuse("same_person", kind="forbidden")
    if outcome is Settlement.REFUSED and not answer.strip():
        refuse("reason_missing", kind="invalid", field="answer")


def settle[Proposal: Proposed](tx: Tx, proposal: Proposal, outcome: Settlement, answer: str = "") -> Proposal:
    """Write down what became of a proposal that stands, whose row is locked. Refused: "proposal_settled", `may_settle`."""
    if proposal.outcome is not None:
        refuse("proposal_settled")
    may_settle(proposal.proposed_by, tx.actor, outcome, answer)
    proposal.outcome, proposal.answer = outcome, answer.strip()
    proposal.settled_by, proposal.settled_at = tx.actor, tx.now
    return proposal
