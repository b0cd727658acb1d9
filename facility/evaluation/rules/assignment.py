"""Assessors for a whole call at once, as a flow of least cost: places of applications to assessors, each at most up to a limit.

What counts, in this order: as many places filled as can be; loads as even as can be; themes that an assessor knows. Evenness is
the least sum of squared loads. Of all ways to fill the places, that one has the smallest highest and the greatest lowest load at
once, since the loads that they leave are an M-convex set (Frank and Murota, Decreasing minimization on M-convex sets, 2022).
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from itertools import chain, takewhile
from math import ceil
from typing import NamedTuple
from uuid import UUID

import msgspec

from facility.refused import Reason


class Pair(NamedTuple):
    """An application and an assessor who judges it."""

    application_id: UUID
    assessor_id: UUID


class Bar(StrEnum):
    """Why an assessor is not given an application."""

    CONFLICT = "conflict"
    PARTY = "party"
    HAS_IT = "has_it"
    OTHER_ACCOUNT = "other_account"
    POSSIBLE = "possible"
    FULL = "full"
    ASSESSED_BEFORE = "assessed_before"
    UPHELD = "upheld"


type Bars = Mapping[UUID, Mapping[UUID, Bar]]
"""By application and assessor: why the one is not given to the other."""


def pair_mistakes(
    pairs: Collection[Pair], references: Mapping[UUID, str], names: Mapping[UUID, str], barred: Bars
) -> Iterator[Reason]:
    """What stands against giving each application to its assessor, by name. references, names: of the applications, and of those
    who are assessors. What somebody has already is no mistake here."""
    if any(pair.assessor_id not in names for pair in pairs):
        yield Reason("not_an_assessor", "assessors")
    codes = {Bar.CONFLICT: "assessor_recused", Bar.PARTY: "assessor_of_party"}
    codes |= {Bar.OTHER_ACCOUNT: "assessor_has_it", Bar.POSSIBLE: "assessor_possible"}
    codes |= {Bar.ASSESSED_BEFORE: "assessor_before", Bar.UPHELD: "assessor_upheld"}
    for application_id, assessor_id in sorted(pairs):
        bar = barred.get(application_id, {}).get(assessor_id)
        if assessor_id in names and bar in codes:
            about = {"assessor": names[assessor_id], "application": references[application_id]}
            yield Reason(codes[bar], "assessors", about)


class Question(msgspec.Struct, frozen=True):
    """What is to be solved. needs: how many more assessors each application needs; loads: how many applications of the call each
    assessor has; most: how many they may have at the end; barred: whom each application may not go to; themes: codes of an
    application's themes, and of those that an assessor knows, where there are any."""

    needs: Mapping[UUID, int]
    loads: Mapping[UUID, int]
    most: int
    barred: Bars = {}
    themes: Mapping[UUID, Collection[str]] = {}

    def shared(self, application_id: UUID, assessor_id: UUID) -> list[str]:
        """The application's themes that the assessor knows, sorted."""
        known = self.themes.get(assessor_id, ())
        return sorted(code for code in self.themes.get(application_id, ()) if code in known)


class Proposal(msgspec.Struct, frozen=True):
    """The pairs, sorted; how many assessors each application still lacks, where any; and everybody's load with them."""

    pairs: tuple[Pair, ...]
    lacking: dict[UUID, int]
    loads: dict[UUID, int]

    def pairs_of(self, application_id: UUID) -> list[Pair]:
        """Those of this application."""
        first = bisect_left(self.pairs, (application_id,))
        return list(takewhile(lambda pair: pair.application_id == application_id, self.pairs[first:]))

    @property
    def spread(self) -> tuple[int, int]:
        """The lowest and the highest load."""
        return (min(self.loads.values(), default=0), max(self.loads.values(), default=0))


def usual_limit(question: Question) -> int:
    """A limit to start from: an even share, and one more to leave room around conflicts."""
    work = sum(question.needs.values()) + sum(question.loads.values())
    return ceil(work / max(len(question.loads), 1)) + 1


def propose(question: Question) -> Proposal:
    """The best assignment. The same question has the same answer, in whatever order its parts come."""
    applications = sorted(key for key, needs in question.needs.items() if needs > 0)
    assessors = sorted(question.loads)
    pairs = _solved(question, applications, assessors) if applications and assessors else []
    filled = Counter(pair.application_id for pair in pairs)
    lacking = {key: question.needs[key] - filled[key] for key in applications}
    return Proposal(
        tuple(pairs),
        {key: missing for key, missing in lacking.items() if missing},
        loads_with(question.loads, pairs),
    )


def _solved(question: Question, applications: list[UUID], assessors: list[UUID]) -> list[Pair]:
    # Here and not above: what doesn't solve shouldn't wait for them.
    import numpy as np
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    # One column more, for whoever is barred and not asked about.
    allowed = np.ones((len(applications), len(assessors) + 1), dtype=bool)
    column = defaultdict(lambda: -1, {key: at for at, key in enumerate(assessors)})
    barred = [question.barred.get(key, {}) for key in applications]
    rows = np.repeat(np.arange(len(applications)), [len(bars) for bars in barred])
    allowed[rows, [*map(column.__getitem__, chain.from_iterable(barred))]] = False
    allowed = allowed[:, :-1]
    codes = sorted({code for key in assessors for code in question.themes.get(key, ())})
    needed, known = (
        np.array(
            [[code in own for code in codes] for own in (question.themes.get(key, ()) for key in keys)], int
        )
        for keys in (applications, assessors)
    )
    shared = needed @ known.T
    needs = np.array([question.needs[key] for key in applications])
    loads = np.array([question.loads[key] for key in assessors])
    # One step of evenness weighs more than all themes together.
    step = 1 + int(needs.sum() * shared.max())

    source, sink = len(applications) + len(assessors), len(applications) + len(assessors) + 1
    chosen_rows, chosen_columns = allowed.nonzero()
    places = [(at, load) for at, held in enumerate(loads) for load in range(held, question.most)]
    seats, heights = np.array(places, dtype=np.int64).reshape(-1, 2).T
    flow = SimpleMinCostFlow()
    arcs = [
        (chosen_rows, len(applications) + chosen_columns, np.ones_like(chosen_rows), -shared[allowed]),
        (np.full(len(applications), source), np.arange(len(applications)), needs, np.zeros_like(needs)),
        # The next application costs the more the more somebody has: load² grows by 2·load + 1.
        (len(applications) + seats, np.full(len(seats), sink), np.ones_like(seats), step * (2 * heights + 1)),
    ]
    added = [flow.add_arcs_with_capacity_and_unit_cost(*arc) for arc in arcs]
    flow.set_node_supply(source, int(needs.sum()))
    flow.set_node_supply(sink, -int(needs.sum()))
    status = flow.solve_max_flow_with_min_cost()
    assert status == flow.OPTIMAL, status
    used = np.asarray(flow.flows(added[0])).astype(bool)
    return [
        Pair(applications[a], assessors[b])
        for a, b in zip(chosen_rows[used].tolist(), chosen_columns[used].tolist(), strict=True)
    ]


def loads_with(loads: Mapping[UUID, int], pairs: Collection[Pair]) -> dict[UUID, int]:
    """Everybody's load with these pairs."""
    more = Counter(pair.assessor_id for pair in pairs)
    return {key: load + more[key] for key, load in loads.items()}


def why_not(question: Question, proposal: Proposal, application_id: UUID) -> dict[UUID, Bar]:
    """For each assessor who was not given an application that lacks some, why: whoever isn't barred has as many as they may."""
    given = {pair.assessor_id for pair in proposal.pairs_of(application_id)}
    barred = question.barred.get(application_id, {})
    return {key: barred.get(key, Bar.FULL) for key in question.loads if key not in given}
