"""Where the money ends (scenarios/README; dossier 9)."""

import hashlib
from collections.abc import Collection, Iterable
from decimal import Decimal
from uuid import UUID

import msgspec

from facility.awards.rules.cool_down import NO_COOLING, Cooling
from facility.calls.rules.after_decision import AfterDecision
from facility.evaluation.rules.ranking import Standing


class Request(msgspec.Struct, frozen=True):
    """An application in rank or reserve order, with the amount in EUR that it asks for.

    application: its id as text; in a rehearsal its reference.
    """

    application: str
    amount: Decimal


class Offers(msgspec.Struct, frozen=True):
    """What is left is offered to the first application that it is not enough for, if it is at least `percent` of what
    that one requests and at least `least` EUR."""

    percent: int
    least: Decimal

    def reach(self, requested: Decimal, left: Decimal) -> bool:
        """Whether `left` is offered to an application that requests `requested`, both in EUR."""
        return left > 0 and left >= self.least and left * 100 >= requested * self.percent


def offers_of(after: AfterDecision, award_min: Decimal) -> Offers | None:
    """The rule of a call; None where it offers nothing. Nothing below its smallest award is offered."""
    if after.offer_days is None:
        return None
    return Offers(after.offer_percent or 0, max(after.offer_least or award_min, award_min))


class Line(msgspec.Struct, frozen=True):
    """The funding line: applications awarded and on the reserve list, each in rank order; EUR left. cooled: what a
    rule that spreads awards passed over, and which. offered: what is left, to the first on the reserve list."""

    awards: tuple[str, ...]
    reserve: tuple[str, ...]
    left: Decimal
    cooled: dict[str, str] = {}
    offered: dict[str, Decimal] = {}


def draw_line(
    ranked: Iterable[Request],
    free: Decimal,
    skip_unaffordable: bool,
    cooling: Cooling = NO_COOLING,
    *,
    offers: Offers | None = None,
    carried: Collection[str] = (),
) -> Line:
    """Awards from the top while the request fits the free EUR.

    The first that doesn't fit goes to the reserve list, and so does everything after it, unless the call
    skips what it can't afford. What has to cool down takes no part. What is offered to the first that doesn't fit is held
    for it, so that nothing below it fits; what is carried over to the next batch (`carried`) is offered nothing.
    """
    awards: list[str] = []
    reserve: list[str] = []
    cooled: dict[str, str] = {}
    offered: dict[str, Decimal] = {}
    for request in ranked:
        if why := cooling.why(request.application, awards):
            cooled[request.application] = why
            continue
        closed = bool(reserve) and not skip_unaffordable
        if closed or request.amount > free - sum(offered.values()):
            if (
                offers
                and not reserve
                and request.application not in carried
                and offers.reach(request.amount, free)
            ):
                offered[request.application] = free
            reserve.append(request.application)
        else:
            awards.append(request.application)
            free -= request.amount
    return Line(tuple(awards), tuple(reserve), free, cooled, offered)


class Drawn(msgspec.Struct, frozen=True):
    """A funding line as it is kept: application ids in rank order, and the EUR it was drawn from and leaves.

    others: the outcome of each application that is not ranked · carried: what there was no money for, and is ranked
    once more in the next batch · cooled: what a cool-down rule passed over, and which · offered: what is left, in EUR, to the first
    of the reserve list where its call offers it.
    """

    free: Decimal
    left: Decimal
    awards: tuple[UUID, ...]
    reserve: tuple[UUID, ...]
    others: dict[UUID, str]
    carried: tuple[UUID, ...] = ()
    cooled: dict[UUID, str] = {}
    offered: dict[UUID, Decimal] = {}

    @property
    def committed(self) -> Decimal:
        """What the awards commit together, in EUR."""
        return self.free - self.left

    @property
    def without_offers(self) -> "Drawn":
        """As people read the line of a later version: it is drawn by the rule on offers, but only the first version makes one."""
        return msgspec.structs.replace(self, offered={})

    def has_outcome_of(self, other: "Drawn") -> bool:
        """Whether both give each application the same; what money is left may differ."""
        return self._outcome == other._outcome

    @property
    def _outcome(self) -> tuple[object, ...]:
        return self.awards, self.reserve, self.carried, self.cooled, self.others, self.offered

    @property
    def fingerprint(self) -> str:
        """Equal for equal lines. Whoever confirms sends back the one that their page showed."""
        return hashlib.sha256(
            msgspec.json.encode(msgspec.to_builtins(self, str_keys=True), order="sorted")
        ).hexdigest()[:32]


class Decided(Drawn, frozen=True):
    """A line as it was decided, and what the rules that spread awards looked at; None where an earlier release did not keep it."""

    cooling: Cooling | None = None


def draw(
    standing: Standing,
    free: Decimal,
    skip_unaffordable: bool,
    *,
    may_carry: Collection[UUID] = (),
    cooling: Cooling = NO_COOLING,
    offers: Offers | None = None,
) -> Drawn:
    """The funding line of a call, from how its applications stand and the money that is free, in EUR.

    may_carry: the applications that are carried over to the next batch where the money is not enough for them.
    """
    ranked = (judged.applicant for judged in standing.ranked)
    requests = (Request(str(applicant.application_id), applicant.requested) for applicant in ranked)
    carried = frozenset(map(str, may_carry))
    line = draw_line(requests, free, skip_unaffordable, cooling, offers=offers, carried=carried)
    unfunded = tuple(map(UUID, line.reserve))
    return Drawn(
        free=free,
        left=line.left,
        awards=tuple(map(UUID, line.awards)),
        reserve=tuple(key for key in unfunded if key not in may_carry),
        carried=tuple(key for key in unfunded if key in may_carry),
        cooled={UUID(application): why for application, why in line.cooled.items()},
        offered={UUID(application): amount for application, amount in line.offered.items()},
        others={judged.applicant.application_id: judged.outcome.value for judged in standing.others},
    )
