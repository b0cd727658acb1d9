"""Experts for all open requests at once, as a flow of least cost (ADR 36).

Looked for are the most points in all under seats, days, so many requests for each expert, and so many experts of a Member State in each
request. Days that overlap are a flow as long as an expert's requests fall into groups that have a day in common: at most one of a group.
The first flow knows only such groups, so its points are a bound. Where it gives an expert two requests that overlap across groups,
these are joined and it is solved again: what comes out holds, and may lie below the bound.

Where a request asks whoever is on call first, such a pair weighs more than all points together, as it stands before all others on its
shortlist: first as many of these as can be, then the most points.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec


class OpenRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """An open request: days include both ends; experts who can be asked, in the order of its shortlist, and the points of each. on_call:
    whom it asks before all others."""

    id: UUID
    starts_on: date
    ends_on: date
    seats: int
    experts: list[str]
    points: list[int]
    on_call: list[str] = []

    def overlaps(self, other: "OpenRequest") -> bool:
        """Whether they have a day in common."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


class Question(msgspec.Struct, frozen=True):
    """What is to be solved. requests: in the order in which they were made; states: each expert's Member State; most: requests that an
    expert gets, most_of_state: experts from one Member State in a request, at most."""

    requests: list[OpenRequest]
    states: dict[str, str]
    most: int
    most_of_state: int


type Chosen = Mapping[UUID, Sequence[str]]
"""By request: its experts, in the order of its shortlist."""


class Proposal(msgspec.Struct, frozen=True):
    """Who goes where. points: of all together; bound: nobody can find more, with as many on call; flows: how many were solved."""

    chosen: dict[UUID, list[str]]
    points: int
    bound: int
    flows: int


def propose(question: Question) -> Proposal:
    """The best assignment that flows find. The same question has the same answer."""
    pairs = Pairs(question)
    if not pairs.size:
        return Proposal({}, 0, 0, 0)
    groups = pairs.groups()
    used = first = pairs.solved(groups)
    flows = 1
    while joined := pairs.clashes(used, groups):
        groups = pairs.joined(groups, joined)
        used, flows = pairs.solved(groups), flows + 1
    if pairs.on_call[used].sum() < pairs.on_call[first].sum():
        # With fewer on call there may be more points than the first flow found.
        first = pairs.solved(pairs.groups(), prefers=False)
    return Proposal(pairs.named(used), int(pairs.points[used].sum()), int(pairs.points[first].sum()), flows)


def one_by_one(question: Question) -> dict[UUID, list[str]]:
    """Who would come if each request in turn took the first of its shortlist who are free then, as they are asked today."""
    taken = defaultdict[str, list[OpenRequest]](list)
    chosen: dict[UUID, list[str]] = {}
    for request in question.requests:
        chosen[request.id] = []
        for code in request.experts:
            if len(chosen[request.id]) == request.seats:
                break
            if not any(request.overlaps(other) for other in taken[code]):
                chosen[request.id].append(code)
                taken[code].append(request)
    return chosen


def points_of(question: Question, chosen: Chosen) -> int:
    """The points of all together."""
    return sum(
        points
        for request in question.requests
        for code, points in zip(request.experts, request.points, strict=True)
        if code in chosen.get(request.id, ())
    )


class Why(StrEnum):
    """Why an expert has another place than one by one. They come: set free elsewhere (FREED), or since somebody goes elsewhere (MOVED). They
    don't: needed elsewhere on days that overlap (DAYS), as often as they may be (MOST), enough of their Member State (STATE), for somebody
    who is on call (DUTY), or for somebody with more points (SEATS). Who comes and is on call: ON_CALL, whether or not they come one by
    one; CALLED where that sets them free elsewhere."""

    SAME = ""
    ON_CALL = "on_call"
    CALLED = "called"
    FREED = "freed"
    MOVED = "moved"
    DAYS = "days"
    MOST = "most"
    STATE = "state"
    DUTY = "duty"
    SEATS = "seats"


class Line(msgspec.Struct, frozen=True):
    """An expert in a request, by the proposal, one by one, or both. other: the request that `why` is about."""

    request_id: UUID
    expert: str
    points: int
    proposed: bool
    one_by_one: bool
    why: Why
    other_id: UUID | None


def compared(question: Question, proposed: Chosen, simple: Chosen) -> Iterator[Line]:
    """Each expert of a request, in the order of its shortlist, and why it differs."""
    theirs, before = _by_expert(question, proposed), _by_expert(question, simple)
    for request in question.requests:
        now, then = proposed.get(request.id, ()), simple.get(request.id, ())
        states = Counter(question.states[code] for code in now)
        called = any(code in request.on_call for code in now if code not in then)
        for code, points in zip(request.experts, request.points, strict=True):
            if code not in now and code not in then:
                continue
            on_call = code in request.on_call
            why, other = Why.ON_CALL if on_call else Why.SAME, None
            if code not in then:
                left = [other for other in before[code] if other not in theirs[code]]
                why, other = _why_now(request, left, on_call=on_call)
            elif code not in now:
                full = states[question.states[code]] >= question.most_of_state
                seats = Why.STATE if full else Why.DUTY if called and not on_call else Why.SEATS
                why, other = _why_not(request, theirs[code], question.most, seats)
            yield Line(request.id, code, points, code in now, code in then, why, other.id if other else None)


def _by_expert(question: Question, chosen: Chosen) -> dict[str, list[OpenRequest]]:
    given = defaultdict[str, list[OpenRequest]](list)
    for request in question.requests:
        for code in chosen.get(request.id, ()):
            given[code].append(request)
    return given


def _why_now(
    request: OpenRequest, left: Sequence[OpenRequest], *, on_call: bool
) -> tuple[Why, OpenRequest | None]:
    if freed := next((other for other in left if request.overlaps(other)), None):
        return (Why.CALLED if on_call else Why.FREED), freed
    return (Why.ON_CALL if on_call else Why.MOVED), None


def _why_not(
    request: OpenRequest, theirs: Sequence[OpenRequest], most: int, seats: Why
) -> tuple[Why, OpenRequest | None]:
    """seats: who has the seats instead, where the expert could come."""
    if overlapping := next((other for other in theirs if request.overlaps(other)), None):
        return Why.DAYS, overlapping
    if len(theirs) >= most:
        return Why.MOST, theirs[0]
    return seats, None


class Pairs:
    """Every possible pair of a request and an expert, as arrays."""

    def __init__(self, question: Question) -> None:
        # Here and not above: what doesn't solve shouldn't wait for it.
        import numpy as np

        self.question, requests = question, question.requests
        self.codes = sorted({code for request in requests for code in request.experts})
        place = {code: at for at, code in enumerate(self.codes)}
        states = {
            state: at for at, state in enumerate(sorted({question.states[code] for code in self.codes}))
        }
        self.request = np.repeat(np.arange(len(requests)), [len(request.experts) for request in requests])
        self.expert = np.array([place[code] for request in requests for code in request.experts], np.int64)
        self.points = np.array([points for request in requests for points in request.points], np.int64)
        self.on_call = np.array(
            [code in request.on_call for request in requests for code in request.experts], bool
        )
        self.state = np.array([states[question.states[code]] for code in self.codes], np.int64)
        self.seats = np.array([request.seats for request in requests], np.int64)
        self.starts = np.array([request.starts_on.toordinal() for request in requests], np.int64)
        self.ends = np.array([request.ends_on.toordinal() for request in requests], np.int64)
        self.size = len(self.expert)

    def groups(self) -> Any:
        """For each pair a number; pairs with the same one are an expert's requests that have a day in common."""
        import numpy as np

        starts, ends = self.starts[self.request], self.ends[self.request]
        order = np.lexsort((starts, ends, self.expert))
        numbers, number, expert, day = [], -1, -1, 0
        rows = zip(self.expert[order].tolist(), starts[order].tolist(), ends[order].tolist(), strict=True)
        for whose, starts_on, ends_on in rows:
            if whose != expert or starts_on > day:
                number, expert, day = number + 1, whose, ends_on
            numbers.append(number)
        groups = np.empty(self.size, np.int64)
        groups[order] = numbers
        return groups

    def solved(self, groups: Any, *, prefers: bool = True) -> Any:
        """The pairs that are chosen, at most one of a group. prefers: whoever is on call, to any points."""
        import numpy as np
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

        requests, experts = len(self.seats), len(self.codes)
        # Nodes of their own only where they limit something: a Member State in a request with more seats than it may have, and a group of
        # several requests.
        limit, width = self.question.most_of_state, int(self.state.max()) + 1
        shared, of_state = np.unique(self.request * width + self.state[self.expert], return_inverse=True)
        limited, several = self.seats[self.request] > limit, np.bincount(groups) > 1
        source, sink = 0, 1
        request, state = 2 + self.request, 2 + requests + of_state
        group = 2 + requests + len(shared) + groups
        expert = 2 + requests + len(shared) + len(several) + self.expert
        _numbers, member = np.unique(groups, return_index=True)
        member = member[several[groups[member]]]
        flow, total = SimpleMinCostFlow(), int(self.seats.sum())
        worth = self.points + self.on_call * (prefers * (1 + total * int(self.points.max())))

        def arcs(tails: Any, heads: Any, room: Any, costs: Any = 0) -> Any:
            return flow.add_arcs_with_capacity_and_unit_cost(
                *(np.ascontiguousarray(each) for each in np.broadcast_arrays(tails, heads, room, costs))
            )

        added = arcs(np.where(limited, state, request), np.where(several[groups], group, expert), 1, -worth)
        arcs(source, 2 + np.arange(requests), self.seats)
        arcs(2 + shared // width, 2 + requests + np.arange(len(shared)), limit)
        arcs(group[member], expert[member], 1)
        arcs(2 + requests + len(shared) + len(several) + np.arange(experts), sink, self.question.most)
        # Seats that stay empty.
        arcs(np.array([source]), sink, total)
        flow.set_node_supply(source, total)
        flow.set_node_supply(sink, -total)
        status = flow.solve()
        assert status == flow.OPTIMAL, status
        return np.asarray(flow.flows(added)).astype(bool)

    def clashes(self, used: Any, groups: Any) -> list[tuple[int, int]]:
        """Groups of an expert of which two chosen requests overlap."""
        import numpy as np

        (chosen,) = used.nonzero()
        starts, ends = self.starts[self.request[chosen]], self.ends[self.request[chosen]]
        order = np.lexsort((ends, starts, self.expert[chosen]))
        rows = zip(
            self.expert[chosen][order].tolist(),
            starts[order].tolist(),
            ends[order].tolist(),
            groups[chosen][order].tolist(),
            strict=True,
        )
        # Two that overlap with one between them overlap with that one, too, or start on its days.
        return [
            (before[3], after[3])
            for before, after in pairwise(rows)
            if before[0] == after[0] and after[1] <= before[2]
        ]

    def joined(self, groups: Any, clashes: list[tuple[int, int]]) -> Any:
        """The groups, those that clash made one."""
        import numpy as np

        first = np.arange(int(groups.max()) + 1)
        for clash in clashes:
            low, high = sorted(_root(first, group) for group in clash)
            first[high] = low
        while not np.array_equal(first, first[first]):
            first = first[first]
        return first[groups]

    def named(self, used: Any) -> dict[UUID, list[str]]:
        """The chosen pairs by request."""
        chosen = defaultdict[UUID, list[str]](list)
        (places,) = used.nonzero()
        for request, expert in zip(self.request[places].tolist(), self.expert[places].tolist(), strict=True):
            chosen[self.question.requests[request].id].append(self.codes[expert])
        return dict(chosen)


def _root(first: Any, group: int) -> int:
    while first[group] != group:
        group = int(first[group])
    return group
