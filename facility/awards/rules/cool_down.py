"""Which applications a call's rules on spreading awards pass over: no second award to the same lead, at most so many by beneficiary
(dossier 2d, 5). What a call may ask is in `calls.rules.cool_down`."""

from collections import Counter
from collections.abc import Collection, Iterable

import msgspec


class Cooling(msgspec.Struct, frozen=True):
    """What the rules that spread awards look at; all by an application's id as text.

    beneficiaries: the lead's · same_lead: its lead got an award lately · taken: awards of this call by the lead's
    beneficiary so far, of which there may be `most` · overridden: somebody set the rules aside, with a reason · offered: to whom a
    part is offered, which counts as an award for all others.
    """

    beneficiaries: dict[str, str] = {}
    same_lead: frozenset[str] = frozenset()
    taken: dict[str, int] = {}
    most: int | None = None
    overridden: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()

    def why(self, application: str, awarded: Collection[str]) -> str | None:
        """The rule that passes the application over, after these awards: "same_lead", "per_beneficiary" or None."""
        if application in self.overridden:
            return None
        if application in self.same_lead:
            return "same_lead"
        if self.most is None:
            return None
        code = self.beneficiaries[application]
        others = [*awarded, *(self.offered - {application})]
        here = sum(self.beneficiaries[other] == code for other in others)
        return "per_beneficiary" if self.taken.get(code, 0) + here >= self.most else None

    def codes_of(self, applications: Iterable[str]) -> list[str]:
        """The beneficiaries of these applications' leads; none where no rule counts them."""
        return [] if self.most is None else [self.beneficiaries[application] for application in applications]

    def with_taken(self, codes: Iterable[str]) -> "Cooling":
        """The same after further awards to leads of these beneficiaries."""
        return msgspec.structs.replace(self, taken=Counter(self.taken) + Counter(codes))


NO_COOLING = Cooling()
"""No rule spreads awards."""
