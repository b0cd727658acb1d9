"""Who runs a call does not assess in it, and the other way round: nobody judges what they had a hand in (FR24 Art. 61)."""

from collections.abc import Mapping
from enum import StrEnum

from facility.refused import Reason, refuse


class Duty(StrEnum):
    """What somebody has done in a call: one of the acts of those who run it, a function on its committee without a vote, or
    assessing."""

    DRAFTED = "drafted"
    PUBLISHED = "published"
    OPENED = "opened"
    CHECKED = "checked"
    ASSIGNED = "assigned"
    REPORTED = "reported"
    PROPOSED = "proposed"
    DECIDED = "decided"
    APPOINTED = "appointed"
    CHAIRS = "chairs"
    RECORDS = "records"
    OBSERVES = "observes"
    ASSESSES = "assesses"


def may_run(held: Duty | None) -> None:
    """Whoever assesses in a call does none of the acts of those who run it. Refused: "assesses_here" (forbidden)."""
    if held is Duty.ASSESSES:
        refuse("assesses_here", kind="forbidden")


def may_still_assess(held: Duty | None) -> None:
    """Whoever had a hand in running the call does not assess in it. Refused: "runs_here" (forbidden)."""
    if held not in (None, Duty.ASSESSES):
        refuse("runs_here", kind="forbidden")


def why_not_assess(held: Mapping[str, Duty | None]) -> list[Reason]:
    """Of those who are to assess, by name, who can't since they run the call: "drafted_here", "published_here" and so on."""
    return [
        Reason(f"{duty}_here", "assessors", {"person": name})
        for name, duty in held.items()
        if duty not in (None, Duty.ASSESSES)
    ]
