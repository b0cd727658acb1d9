"""A second computation of who gets an award where rules spread them: slow, obvious, in whole cents.

It knows nothing of the product. Several calls draw on one envelope. Each has batches (one, unless it is a rolling call);
they are decided in turn, and between that awards end, places are given up and the envelope grows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """An application: who leads it, what it asks for in cents, and its score. aside: the rules are set aside for it."""

    name: str
    lead: str
    beneficiary: str
    cents: int
    total: int
    aside: bool = False


@dataclass
class Offered:
    """A call. lead_calls, most: its rules that spread awards · batches: what came in for each, and what was carried
    into it · reserves: by batch, from the top."""

    name: str
    cents: int
    skip: bool
    lead_calls: int | None
    most: int | None
    batches: list[list[Asked]]
    reserves: dict[int, list[Asked]] = field(default_factory=dict)


class Spread:
    """What is true after each step: the status of every application by its name, and what awards commit, in cents."""

    def __init__(self, envelope: int, calls: list[Offered]) -> None:
        self.envelope, self.calls = envelope, calls
        self.status = {
            application.name: "admissible"
            for call in calls
            for batch in call.batches
            for application in batch
        }
        self.committed: dict[str, int] = {}
        self.decisions: list[tuple[Offered, int]] = []
        self.carried: set[str] = set()

    def of(self, call: Offered) -> list[Asked]:
        """Its applications, each once."""
        return list(dict.fromkeys(application for batch in call.batches for application in batch))

    def free(self, call: Offered) -> int:
        """What an award of the call may draw."""
        here = sum(self.committed.get(application.name, 0) for application in self.of(call))
        return min(call.cents - here, self.envelope - sum(self.committed.values()))

    def awarded(self, call: Offered) -> list[Asked]:
        """Whose awards of the call stand or were closed."""
        return [
            application
            for application in self.of(call)
            if self.status[application.name] in ("awarded", "closed")
        ]

    def lately(self, call: Offered) -> set[str]:
        """Who led an award in the calls that were decided last, this one not counted."""
        last: list[Offered] = []
        for other, _ in reversed(self.decisions):
            if other is not call and other not in last:
                last.append(other)
        return {
            application.lead for other in last[: call.lead_calls or 0] for application in self.awarded(other)
        }

    def full(self, call: Offered, application: Asked) -> bool:
        """Whether its beneficiary has had its share of the call."""
        same = [other for other in self.awarded(call) if other.beneficiary == application.beneficiary]
        return not application.aside and call.most is not None and len(same) >= call.most

    def ranked(self, call: Offered, number: int) -> list[Asked]:
        """What is ranked in this batch, best first."""
        return sorted(call.batches[number], key=lambda application: -application.total)

    def decide(self, call: Offered, number: int) -> None:
        """Decide the batch of this number, from 0."""
        unfunded: list[Asked] = []
        lately = self.lately(call)
        for application in self.ranked(call, number):
            if (application.lead in lately and not application.aside) or self.full(call, application):
                self.status[application.name] = "cooled_down"
            elif application.cents > self.free(call) or (unfunded and not call.skip):
                unfunded.append(application)
            else:
                self.award(application)
        for application in unfunded:
            self.leave_over(call, number, application)
        self.decisions.append((call, number))

    def leave_over(self, call: Offered, number: int, application: Asked) -> None:
        """What the money does not reach for is ranked once more in the next batch, or waits."""
        if number + 1 < len(call.batches) and application.name not in self.carried:
            self.carried.add(application.name)
            call.batches[number + 1].append(application)
        else:
            self.status[application.name] = "reserve"
            call.reserves.setdefault(number, []).append(application)

    def award(self, application: Asked) -> None:
        """It gets what it asks for."""
        self.status[application.name] = "awarded"
        self.committed[application.name] = application.cents

    def close(self, name: str, cents: int) -> None:
        """An award ends at this cost."""
        self.status[name] = "closed"
        self.committed[name] = min(self.committed[name], cents)
        self.serve(name)

    def withdraw(self, name: str) -> None:
        """An award or a place is given up."""
        self.status[name] = "withdrawn"
        self.committed.pop(name, None)
        self.serve(name)

    def grow(self, cents: int) -> None:
        """The envelope gets more."""
        self.envelope += cents
        self.serve(None)

    def lists(self, name: str | None) -> Iterator[tuple[Offered, list[Asked]]]:
        """The reserve lists as they are served: first that of the batch that this application was decided in."""
        holding = [
            turn
            for turn in self.decisions
            if name in [application.name for application in turn[0].batches[turn[1]]]
        ]
        first = holding[-1:]
        for call, number in [*first, *[turn for turn in self.decisions if turn not in first]]:
            waiting = call.reserves.get(number, [])
            yield call, [application for application in waiting if self.status[application.name] == "reserve"]

    def serve(self, name: str | None) -> None:
        """Money or a place has come free where this application was."""
        for call, waiting in self.lists(name):
            for application in waiting:
                if self.full(call, application):
                    continue
                if application.cents <= self.free(call):
                    self.award(application)
                elif not call.skip:
                    break
