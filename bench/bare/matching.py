"""All open requests at once by hand: the rows by asyncpg, the flows of the product's solver from arrays that are ready."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from facility import clock
from facility.db import new_id
from facility.deployments.service.matching import Answer

MOST, MOST_OF_STATE = 3, 1
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
