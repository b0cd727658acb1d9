"""All open requests at once: 1 000 experts and 500 requests, 10 000 and 2 000, 50 possible experts each.

The product reads what is true, solves, and stores the proposal with its reasons, as the page does; the bare way reads the same by asyncpg, solves
the same graphs from arrays that are ready, and inserts the same rows. Both in turn, on a copy of the story's database. `greedy` takes the pair with
the most points first, under the same limits; `one_by_one` is how requests are asked today, without limits. `ratios` are medians over the rounds
of the product's seconds over the bare ones.
"""

import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from bench.copies import write
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from facility import clock
from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.db import Database, new_id
from facility.deployments.queries.matching import question
from facility.deployments.rules.matching import OpenRequest, Proposal, Question, points_of, propose
from facility.deployments.service.matching import Answer, explained, store
from facility.garbage import settle

COPY = "matching"
MOST, MOST_OF_STATE = 3, 1
STEPS = ("read", "solve", "store")


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """For each size: seconds of reading, solving and storing beside the bare way's, the points, and the bound that the solver states."""
    officer = await stage.person("vera")
    await stage.alone()
    sizes = [await _measured(stage, officer, *matched) for matched in size.matched]
    return {"sizes": sizes, "ratio": sizes[-1]["ratio"]}


async def _measured(
    stage: Stage, officer: UUID, experts: int, requests: int, possible: int, rounds: int
) -> dict[str, Any]:
    async with stage.copied(COPY, listened=False) as db:
        await _fill(stage, db, experts, requests, possible)
        connection = await stage.connect(db.url)
        settle()  # as web processes are
        ours = Product(db, officer)
        await ours.read()
        await ours.solve()
        bare = Bare(connection, officer, explained(ours.question, ours.proposal))
        sides: list[tuple[Product | Bare, list[list[float]]]] = [(ours, []), (bare, [])]
        for number in range(rounds + 1):
            for side, taken in sides if number % 2 else reversed(sides):
                seconds = [await _timed(step()) for step in (side.read, side.solve, side.store)]
                if number:  # the first round warms up
                    taken.append(seconds)
                await _taken_back(connection)
        await connection.close()
        return {
            "experts": experts,
            "requests": requests,
            **_figures(ours, bare, *(taken for _, taken in sides)),
        }


async def _timed(step: Awaitable[None]) -> float:
    start = time.perf_counter()
    await step
    return time.perf_counter() - start


def _figures(
    ours: "Product", bare: "Bare", taken: list[list[float]], bare_taken: list[list[float]]
) -> dict[str, Any]:
    seconds, bare_seconds = (
        {step: statistics.median(row[at] for row in rows) for at, step in enumerate(STEPS)}
        for rows in (taken, bare_taken)
    )
    question, proposal = ours.question, ours.proposal
    start = time.perf_counter()
    greedy = _greedy(question)
    greedy_seconds = time.perf_counter() - start
    assert points_of(question, proposal.chosen) == proposal.points == bare.points
    assert proposal.bound == bare.bound
    assert _sound(question, proposal)
    return {
        "pairs": sum(len(request.experts) for request in question.requests),
        "seats": sum(request.seats for request in question.requests),
        "filled": sum(map(len, proposal.chosen.values())),
        "objective": proposal.points,
        "bound": proposal.bound,
        "flows": proposal.flows,
        "greedy": {
            "objective": points_of(question, greedy),
            "filled": sum(map(len, greedy.values())),
            "seconds": rounded(greedy_seconds),
        },
        "one_by_one": points_of(question, ours.answer.simple),
        "seconds": {step: rounded(value) for step, value in seconds.items()},
        "bare_seconds": {step: rounded(value) for step, value in bare_seconds.items()},
        "ratios": {
            step: rounded(
                statistics.median(row[at] / other[at] for row, other in zip(taken, bare_taken, strict=True))
            )
            for at, step in enumerate(STEPS)
        },
        "rounds": len(taken),
        "ratio": rounded(sum(seconds.values()) / sum(bare_seconds.values())),
    }


def _greedy(question: Question) -> dict[UUID, list[str]]:
    """The pair with the most points first, as long as it breaks no limit."""
    pairs = sorted(
        (-points, at, code)
        for at, request in enumerate(question.requests)
        for code, points in zip(request.experts, request.points, strict=True)
    )
    theirs, chosen = defaultdict[str, list[OpenRequest]](list), defaultdict[UUID, list[str]](list)
    for _points, at, code in pairs:
        request = question.requests[at]
        group = chosen[request.id]
        of_state = sum(question.states[other] == question.states[code] for other in group)
        if (
            len(group) == request.seats
            or of_state == question.most_of_state
            or len(theirs[code]) == question.most
        ):
            continue
        if not any(request.overlaps(other) for other in theirs[code]):
            group.append(code)
            theirs[code].append(request)
    return chosen


def _sound(question: Question, proposal: Proposal) -> bool:
    requests = {request.id: request for request in question.requests}
    theirs = defaultdict[str, list[OpenRequest]](list)
    for key, group in proposal.chosen.items():
        states = Counter(question.states[code] for code in group)
        if len(group) > requests[key].seats or max(states.values()) > question.most_of_state:
            return False
        for code in group:
            if any(requests[key].overlaps(other) for other in theirs[code]):
                return False
            theirs[code].append(requests[key])
    return max(map(len, theirs.values())) <= question.most


class Product:
    """As the page does it."""

    question: Question
    proposal: Proposal
    answer: Answer

    def __init__(self, db: Database, officer: UUID) -> None:
        self.db, self.officer = db, officer

    async def read(self) -> None:
        """What is true now."""
        async with self.db.reader() as connection:
            self.question = await question(
                connection, self.officer, clock.now(), most=MOST, most_of_state=MOST_OF_STATE
            )

    async def solve(self) -> None:
        """The proposal."""
        self.proposal = propose(self.question)

    async def store(self) -> None:
        """With its reasons."""
        self.answer = explained(self.question, self.proposal)
        async with self.db.transaction(now=clock.now(), actor=self.officer) as tx:
            await store(tx, self.answer)


_READ = (
    """SELECT deployment.id, starts_on, ends_on, seats, experts, points
    FROM deployment JOIN award ON award.id = award_id AND award.ended_at IS NULL
    CROSS JOIN LATERAL (SELECT array_agg(code ORDER BY place) AS experts, array_agg(score ORDER BY place) AS points
        FROM ROWS FROM (jsonb_to_recordset(shortlist->'ranked') AS (code text, score int)) WITH ORDINALITY
            AS ranked(code, score, place)) AS ranked
    WHERE state = 'requested' AND starts_on >= current_date ORDER BY requested_at, deployment.id""",
    "SELECT code, country FROM expert WHERE active",
    "SELECT code, day FROM booking JOIN expert ON expert.id = expert_id WHERE day >= current_date",
)
_EXPERTS = "SELECT code, id FROM expert"
_INSERTS = {
    "matching": """(id, made_by, made_at, most, most_of_state, question, digest, requests, seats, points, bound, flows, filled, one_by_one_points,
        one_by_one_filled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
    "matching_request": "(matching_id, deployment_id, number) VALUES ($1, $2, $3)",
    "matching_line": """(matching_id, deployment_id, expert_id, place, points, proposed, one_by_one, why, other_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
}


class Bare:
    """The same by hand: the graphs of the product's flows from arrays that are ready, and its rows (`answer`)."""

    def __init__(self, connection: asyncpg.Connection, officer: UUID, answer: Answer) -> None:
        self.connection, self.officer, self.answer = connection, officer, answer
        self.points = self.bound = 0

    async def read(self) -> None:
        """The rows that it takes, as arrays."""
        rows, pool, booked = [await self.connection.fetch(sql) for sql in _READ]
        self.keys = [row[0] for row in rows]
        place = {row[0]: at for at, row in enumerate(pool)}
        states = {state: at for at, state in enumerate(sorted({row[1] for row in pool}))}
        self.taken = {(row[0], row[1]) for row in booked}
        self.state = np.array([states[row[1]] for row in pool])
        self.request = np.repeat(np.arange(len(rows)), [len(row[4] or ()) for row in rows])
        self.expert = np.array([place[code] for row in rows for code in row[4] or ()])
        self.worth = np.array([points for row in rows for points in row[5] or ()])
        self.seats = np.array([row[3] for row in rows])
        self.starts = np.array([row[1].toordinal() for row in rows])
        self.ends = np.array([row[2].toordinal() for row in rows])
        self.group = self._groups()

    def _groups(self) -> Any:
        """Pairs of an expert with a day in common, by the first last day."""
        ends, starts = self.ends[self.request], self.starts[self.request]
        order = np.lexsort((starts, ends, self.expert))
        numbers, number, expert, day = np.empty(len(order), np.int64), -1, -1, 0
        for at in order.tolist():
            if self.expert[at] != expert or starts[at] > day:
                number, expert, day = number + 1, int(self.expert[at]), int(ends[at])
            numbers[at] = number
        return numbers

    async def solve(self) -> None:
        """As many flows as the product solved; groups that clash are joined as there."""
        group, self.bound = self.group, 0
        for number in range(self.answer.proposal.flows):
            used, self.points = self._flow(group)
            self.bound = self.bound if number else self.points
            if number + 1 < self.answer.proposal.flows:
                group = self._joined(group, used)

    def _flow(self, group: Any) -> tuple[Any, int]:
        requests, width = len(self.seats), int(self.state.max()) + 1
        shared, of_state = np.unique(self.request * width + self.state[self.expert], return_inverse=True)
        limited, several = self.seats[self.request] > MOST_OF_STATE, np.bincount(group) > 1
        groups = 2 + requests + len(shared)
        experts = groups + len(several)
        tails = np.where(limited, 2 + requests + of_state, 2 + self.request)
        heads = np.where(several[group], groups + group, experts + self.expert)
        _numbers, member = np.unique(group, return_index=True)
        member = member[several[group[member]]]
        total, add = int(self.seats.sum()), SimpleMinCostFlow.add_arcs_with_capacity_and_unit_cost
        flow = SimpleMinCostFlow()

        def same(count: int, value: int) -> Any:
            return np.full(count, value, np.int64)

        pairs, count = len(tails), len(self.state)
        arcs = add(flow, tails, heads, same(pairs, 1), -self.worth)
        add(flow, same(requests, 0), 2 + np.arange(requests), self.seats, same(requests, 0))
        states = len(shared)
        add(
            flow,
            2 + shared // width,
            2 + requests + np.arange(states),
            same(states, MOST_OF_STATE),
            same(states, 0),
        )
        add(
            flow,
            groups + group[member],
            experts + self.expert[member],
            same(len(member), 1),
            same(len(member), 0),
        )
        add(flow, experts + np.arange(count), same(count, 1), same(count, MOST), same(count, 0))
        add(flow, same(1, 0), same(1, 1), same(1, total), same(1, 0))
        flow.set_node_supply(0, total)
        flow.set_node_supply(1, -total)
        assert flow.solve() == flow.OPTIMAL
        return flow.flows(arcs).astype(bool), -int(flow.optimal_cost())

    def _joined(self, group: Any, used: Any) -> Any:
        (chosen,) = used.nonzero()
        request, expert = self.request[chosen], self.expert[chosen]
        order = np.lexsort((self.ends[request], self.starts[request], expert))
        before, after = order[:-1], order[1:]
        clash = (expert[before] == expert[after]) & (
            self.starts[request[after]] <= self.ends[request[before]]
        )
        joined = group.copy()
        for left, other in zip(chosen[before[clash]].tolist(), chosen[after[clash]].tolist(), strict=True):
            low, high = sorted((int(joined[left]), int(joined[other])))
            joined[joined == high] = low
        return joined

    async def store(self) -> None:
        """The rows, one insert for each, in one transaction."""
        question, proposal, lines = self.answer.question, self.answer.proposal, self.answer.lines
        key, now = new_id(), clock.now()
        ids = dict(await self.connection.fetch(_EXPERTS))
        figures = (len(question.requests), 0, proposal.points, proposal.bound, proposal.flows, 0, 0, 0)
        rows: dict[str, list[tuple[Any, ...]]] = {
            "matching": [
                (key, self.officer, now, MOST, MOST_OF_STATE, msgspec.json.encode(question), "", *figures)
            ],
            "matching_request": [(key, request.id, at) for at, request in enumerate(question.requests, 1)],
            "matching_line": [
                (
                    key,
                    line.request_id,
                    ids[line.expert],
                    at,
                    line.points,
                    line.proposed,
                    line.one_by_one,
                    line.why.value,
                    line.other_id,
                )
                for at, line in enumerate(lines, 1)
            ],
        }
        async with self.connection.transaction():
            for table, values in _INSERTS.items():
                await self.connection.executemany(f"INSERT INTO {table} {values}", rows[table])


async def _taken_back(connection: asyncpg.Connection) -> None:
    """What was stored is gone then, with its event."""
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        "DELETE FROM delivery WHERE event_id IN (SELECT id FROM event WHERE subject = 'matching')"
    )
    await connection.execute("DELETE FROM event WHERE subject = 'matching'")
    await connection.execute("TRUNCATE matching, matching_request, matching_line")


async def _fill(stage: Stage, db: Database, experts: int, requests: int, possible: int) -> None:
    """Experts of all Member States, and open requests of a year, two to five days long, for one to three experts, with shortlists drawn at random."""
    connection, draw = await stage.connect(db.url), random.Random(7)
    expert = dict(await connection.fetchrow("SELECT * FROM expert WHERE active ORDER BY code LIMIT 1"))
    deployment = dict(
        await connection.fetchrow(
            "SELECT deployment.* FROM deployment JOIN award ON award.id = award_id AND award.ended_at IS NULL LIMIT 1"
        )
    )
    states = sorted(EU_MEMBER_STATES)
    codes = [f"BENCH-{number:05}" for number in range(experts)]
    pool = [
        {
            **expert,
            "id": new_id(),
            "code": code,
            "email": f"{code.lower()}@bench.example",
            "country": draw.choice(states),
        }
        for code in codes
    ]
    today = clock.now().date()
    await write(connection, "expert", pool)
    await connection.execute("UPDATE deployment SET state = 'ended' WHERE state = 'requested'")
    await write(
        connection,
        "deployment",
        [_request(deployment, draw, number, codes, possible, today) for number in range(requests)],
    )
    await connection.execute("ANALYZE")
    await connection.close()


def _request(
    deployment: dict[str, Any], draw: random.Random, number: int, codes: list[str], possible: int, today: date
) -> dict[str, Any]:
    starts_on = today + timedelta(days=20 + draw.randrange(365))
    points = sorted((draw.randrange(5, 41) for _ in range(possible)), reverse=True)
    ranked = [
        {
            "code": code,
            "score": score,
            "parts": [{"kind": "theme", "points": score, "key": "X.JIT", "level": 5, "weight": 3}],
        }
        for code, score in zip(draw.sample(codes, possible), points, strict=True)
    ]
    return {
        **deployment,
        "id": new_id(),
        "reference": f"BENCH/D{number}",
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=draw.randrange(1, 5)),
        "seats": draw.randrange(1, 4),
        "state": "requested",
        "end_reason": None,
        "shortlist": msgspec.json.encode({"ranked": ranked, "counts": {}}).decode(),
        "requested_at": clock.now() + timedelta(seconds=number),
    }
