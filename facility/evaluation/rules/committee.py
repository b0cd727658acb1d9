"""Who sits on a call's committee, and when it is full (FR24 Art. 153; PRAG: dossier 2b)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from uuid import UUID

import msgspec

from facility.calls.rules.committee import Committee
from facility.calls.rules.segregation_of_duties import Duty
from facility.folding import fold
from facility.refused import Reason


class Function(StrEnum):
    """What somebody does on the committee. Chair, secretary and observers don't vote and score nothing; a substitute votes once
    they have taken the place of a voting member."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    VOTING = "voting"
    SUBSTITUTE = "substitute"
    OBSERVER = "observer"


ONLY_ONE = {Function.CHAIR: "committee_chair_taken", Function.SECRETARY: "committee_secretary_taken"}
JUDGES = (Function.VOTING, Function.SUBSTITUTE)
DUTIES = {
    Function.CHAIR: Duty.CHAIRS,
    Function.SECRETARY: Duty.RECORDS,
    Function.OBSERVER: Duty.OBSERVES,
    Function.VOTING: Duty.ASSESSES,
    Function.SUBSTITUTE: Duty.ASSESSES,
}
"""The duty that a function is: who has another one can't have it."""


class Member(msgspec.Struct, frozen=True):
    """Somebody on the committee, for an institution; under: the institution that it belongs or reports to, or ""."""

    person_id: UUID
    function: Function
    institution: str
    under: str = ""


def unlinked(members: Collection[Member]) -> int:
    """How many institutions without a hierarchical link these members come from: institutions that have none of the
    others below them."""
    above: dict[str, set[str]] = defaultdict(set)
    for member in members:
        above[fold(member.institution)] |= {fold(member.under)} - {""}
    over = [_reached(name, above) for name in above]
    return sum(not any(name in names for names in over) for name in above)


def _reached(name: str, above: Mapping[str, Collection[str]]) -> set[str]:
    reached, ahead = set[str](), list(above.get(name, ()))
    while ahead:
        if (higher := ahead.pop()) not in reached:
            reached.add(higher)
            ahead += above.get(higher, ())
    return reached


def _voting(members: Collection[Member]) -> list[Member]:
    return [member for member in members if member.function is Function.VOTING]


def lacking(members: Collection[Member], required: Committee) -> Iterator[Reason]:
    """What a committee lacks to be full; nothing where the call has none."""
    if required.voting is None:
        return
    counted = Counter(member.function for member in members)
    if not counted[Function.CHAIR]:
        yield Reason("committee_chair_missing")
    if not counted[Function.SECRETARY]:
        yield Reason("committee_secretary_missing")
    if counted[Function.VOTING] != required.voting:
        about = {"count": str(counted[Function.VOTING]), "voting": str(required.voting)}
        yield Reason("committee_voting_missing", None, about)
    elif (count := unlinked(_voting(members))) < required.institutions:
        about = {"count": str(count), "institutions": str(required.institutions)}
        yield Reason("committee_linked", None, about)


def appointment_mistakes(members: Collection[Member], new: Member, required: Committee) -> Iterator[Reason]:
    """What stands against this appointment, each at its field."""
    if any(member.person_id == new.person_id for member in members):
        yield Reason("on_committee_already", "person")
    if new.function in ONLY_ONE and any(member.function is new.function for member in members):
        yield Reason(ONLY_ONE[new.function], "function")
    if new.function is not Function.VOTING or required.voting is None:
        return
    voting = [*_voting(members), new]
    if len(voting) > required.voting:
        yield Reason("committee_voting_full", "function", {"voting": str(required.voting)})
    elif unlinked(voting) + required.voting - len(voting) < required.institutions:
        yield Reason("committee_linked_member", "institution", {"institutions": str(required.institutions)})


def why_not_decide(*, sits: bool) -> Iterator[Reason]:
    """A member of the committee advises, and does not decide the call."""
    if sits:
        yield Reason("on_committee")


def undeclared(call_id: UUID, *, signed: bool) -> Iterator[Reason]:
    """In a call with a committee, whoever runs or decides it has signed its declaration of objectivity and confidentiality."""
    if not signed:
        yield Reason("not_signed_here", None, {"call": str(call_id)})


def why_not_serve(function: Function, name: str, held: Duty | None) -> Iterator[Reason]:
    """What this person has done in the call that keeps them from this function."""
    if function in JUDGES and held not in (None, Duty.ASSESSES):
        yield Reason(f"{held}_here", "person", {"person": name})
    if function not in JUDGES and held is Duty.ASSESSES:
        yield Reason("assesses_in_call", "person", {"person": name})
