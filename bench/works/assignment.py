"""Three assessors for each of 1 000 applications out of 300, with limits, 10 % conflicts and themes drawn at random.

The product reads what is true, solves and stores, as the page and its command do; the bare way reads the same by asyncpg, solves
the same graph from arrays that are ready, and inserts the same rows. Both in turn, on a copy of the story's database. `objective`
is that of the product's pairs, `bound` what the solver states; `ratios` are the medians over the rounds of the product's seconds over the bare ones.
"""

import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from bench.copies import copy_application, write
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from facility import clock
from facility.db import Database, new_id
from facility.evaluation.events import AssessorAssigned
from facility.evaluation.queries.assignment import situation
from facility.evaluation.rules.assignment import Pair, Question, loads_with, propose
from facility.evaluation.service.assessing import begin_assigning, give
from facility.events.log import GENESIS, Envelope, chain_hash
from facility.events.reactions import subscribers
from facility.garbage import settle

EACH = 3
SPARE = 2
"""How many more applications than an even share an assessor may have."""
COPY = "assignment"


async def run(stage: Stage, size: Size) -> dict[str, Any]:
    """Seconds of reading, solving and storing, beside the bare way's, and how good the answer is beside a greedy one's."""
    applications, assessors, rounds = size.assigned
    officer = await stage.person("vera")
    await stage.alone()
    async with stage.copied(COPY, listened=False) as db:
        call_id = await _fill(stage, db, applications, assessors)
        most = -(-EACH * applications // assessors) + SPARE
        connection = await stage.connect(db.url)
        settle()  # as web processes are
        ours, bare = Product(db, call_id, officer, most), Bare(connection, call_id, officer, most)
        sides: list[tuple[Product | Bare, list[list[float]]]] = [(ours, []), (bare, [])]
        for number in range(rounds + 1):
            for side, taken in sides if number % 2 else reversed(sides):
                seconds = [await _timed(step()) for step in (side.read, side.solve, side.store)]
                assert await _taken_back(stage, db, call_id) == applications * EACH
                if number:  # the first round warms up
                    taken.append(seconds)
        await connection.close()
        return _figures(ours, bare, *(taken for _, taken in sides))


async def _timed(step: Awaitable[None]) -> float:
    start = time.perf_counter()
    await step
    return time.perf_counter() - start


def _figures(
    ours: "Product", bare: "Bare", taken: list[list[float]], bare_taken: list[list[float]]
) -> dict[str, Any]:
    steps = ("read", "solve", "store")
    seconds, bare_seconds = (
        {step: statistics.median(row[at] for row in rows) for at, step in enumerate(steps)}
        for rows in (taken, bare_taken)
    )
    start = time.perf_counter()
    greedy = _greedy(ours.question)
    greedy_seconds = time.perf_counter() - start
    objective = bare.worth(ours.pairs)
    assert (len(ours.pairs), objective) == (bare.filled, bare.bound), "the answer is not the optimum"
    assert _sound(ours.question, ours.pairs)
    return {
        "applications": len(ours.question.needs),
        "assessors": len(ours.question.loads),
        "barred": sum(map(len, ours.question.barred.values())),
        "objective": objective,
        "bound": bare.bound,
        **_quality(ours.question, ours.pairs),
        "greedy": {
            "objective": bare.worth(greedy),
            "seconds": rounded(greedy_seconds),
            **_quality(ours.question, greedy),
        },
        "seconds": {step: rounded(value) for step, value in seconds.items()},
        "bare_seconds": {step: rounded(value) for step, value in bare_seconds.items()},
        "ratios": {
            step: rounded(
                statistics.median(row[at] / other[at] for row, other in zip(taken, bare_taken, strict=True))
            )
            for at, step in enumerate(steps)
        },
        "rounds": len(taken),
        "ratio": rounded(sum(seconds.values()) / sum(bare_seconds.values())),
    }


def _quality(question: Question, pairs: list[Pair]) -> dict[str, Any]:
    loads = loads_with(question.loads, pairs).values()
    return {
        "filled": len(pairs),
        "loads": [min(loads), max(loads)],
        "themes": sum(len(question.shared(*pair)) for pair in pairs),
    }


def _sound(question: Question, pairs: list[Pair]) -> bool:
    loads = loads_with(question.loads, pairs)
    return (
        len(set(pairs)) == len(pairs)
        and max(loads.values()) <= question.most
        and not any(pair.assessor_id in question.barred[pair.application_id] for pair in pairs)
    )


def _greedy(question: Question) -> list[Pair]:
    """One application after the other gets the least loaded who may have it, and of those who knows most of its themes."""
    loads, pairs = dict(question.loads), []
    for application in sorted(question.needs):
        barred = question.barred[application]
        free = [key for key in sorted(loads) if key not in barred and loads[key] < question.most]
        free.sort(key=lambda key: (loads[key], -len(question.shared(application, key))))
        for key in free[: question.needs[application]]:
            loads[key] += 1
            pairs.append(Pair(application, key))
    return pairs


class Product:
    """As the page and its command do it."""

    question: Question
    pairs: list[Pair]

    def __init__(self, db: Database, call_id: UUID, officer: UUID, most: int) -> None:
        self.db, self.call_id, self.officer, self.most = db, call_id, officer, most

    async def read(self) -> None:
        """What is true now."""
        async with self.db.reader() as connection:
            now = await situation(connection, self.call_id, self.officer, clock.now())
        self.question = now.question(EACH, self.most)

    async def solve(self) -> None:
        """The pairs."""
        self.pairs = list(propose(self.question).pairs)

    async def store(self) -> None:
        """All at once, with every check."""
        async with self.db.transaction(now=clock.now(), actor=self.officer) as tx:
            await begin_assigning(tx, self.call_id, sorted({pair.assessor_id for pair in self.pairs}))
            await give(tx, self.call_id, self.pairs)


_READ = (
    """SELECT id, theme_codes FROM application
    WHERE call_id = $1 AND status = 'admissible' AND opened_at IS NOT NULL ORDER BY id""",
    """SELECT person.id, array_agg(theme_code) FROM person JOIN person_role ON person_id = person.id
    LEFT JOIN expert ON expert.email = person.email LEFT JOIN expert_theme ON expert_id = expert.id
    WHERE role = 'assessor' AND person.status = 'active' AND NOT EXISTS (SELECT FROM call_duty
        WHERE call_id = $1 AND call_duty.person_id = person.id AND duty <> 'assesses')
    GROUP BY person.id ORDER BY person.id""",
    """SELECT application_id, assessor_id FROM conflict_declaration
    JOIN application ON application.id = application_id WHERE call_id = $1 AND conflict""",
    """SELECT assessor_id, count(*) FROM assignment JOIN application ON application.id = application_id
    WHERE call_id = $1 AND ended_at IS NULL GROUP BY assessor_id""",
)
_INSERTS = {
    "assignment": "(application_id, assessor_id, assigned_by, at) VALUES ($1, $2, $3, $4)",
    "event": """(id, kind, subject, subject_id, actor_id, due_at, recorded_at, correlation_id, data, version, previous_hash,
        hash) VALUES ($1, 'AssessorAssigned', 'application', $2, $3, $4, $4, $5, $6, $7, $8, $9)""",
    "delivery": """(event_id, reaction, state, attempts, next_attempt_at) VALUES ($1, $2, 'waiting', 0, $3)""",
}
_HEADS = """SELECT DISTINCT ON (subject_id) subject_id, version, hash FROM event WHERE subject_id = ANY($1)
    ORDER BY subject_id, version DESC"""


class Bare:
    """The same by hand."""

    def __init__(self, connection: asyncpg.Connection, call_id: UUID, officer: UUID, most: int) -> None:
        self.connection, self.call_id, self.officer, self.most = connection, call_id, officer, most
        self.filled = self.bound = 0
        self.pairs: list[tuple[UUID, UUID]] = []

    async def read(self) -> None:
        """The rows that it takes, as arrays."""
        lines, people, conflicts, _loads = [await self.connection.fetch(sql, self.call_id) for sql in _READ]
        self.rows = {row[0]: at for at, row in enumerate(lines)}
        self.columns = {row[0]: at for at, row in enumerate(people)}
        self.allowed = np.ones((len(lines), len(people)), dtype=bool)
        for application, assessor in conflicts:
            if application in self.rows and assessor in self.columns:
                self.allowed[self.rows[application], self.columns[assessor]] = False
        self.shared = _shared([row[1] for row in lines], [row[1] for row in people])

    async def solve(self) -> None:
        """The flow."""
        count, width = self.allowed.shape
        self.step = 1 + EACH * count * int(self.shared.max())
        rows, columns = self.allowed.nonzero()
        heights = np.tile(np.arange(self.most), width)
        seats = np.repeat(np.arange(width), self.most)
        flow = SimpleMinCostFlow()
        arcs = flow.add_arcs_with_capacity_and_unit_cost(
            rows, count + columns, np.ones_like(rows), -self.shared[self.allowed]
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            np.full(count, count + width), np.arange(count), np.full(count, EACH), np.zeros(count, np.int64)
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            count + seats,
            np.full(len(seats), count + width + 1),
            np.ones_like(seats),
            self.step * (2 * heights + 1),
        )
        flow.set_node_supply(count + width, EACH * count)
        flow.set_node_supply(count + width + 1, -EACH * count)
        assert flow.solve_max_flow_with_min_cost() == flow.OPTIMAL
        used = flow.flows(arcs).astype(bool)
        applications, assessors = list(self.rows), list(self.columns)
        self.pairs = [
            (applications[a], assessors[b])
            for a, b in zip(rows[used].tolist(), columns[used].tolist(), strict=True)
        ]
        self.filled, self.bound = flow.maximum_flow(), flow.optimal_cost()

    def worth(self, pairs: list[Pair]) -> int:
        """The cost of these pairs, as the solver counts it."""
        loads = Counter(pair.assessor_id for pair in pairs)
        known = sum(int(self.shared[self.rows[a], self.columns[b]]) for a, b in pairs)
        return self.step * sum(load**2 for load in loads.values()) - known

    async def store(self) -> None:
        """The rows, one insert for each, in one transaction."""
        connection, now, correlation = self.connection, clock.now(), new_id()
        async with connection.transaction():
            heads = {row[0]: (row[1], row[2]) for row in await connection.fetch(_HEADS, list(self.rows))}
            events = [self._event(pair, heads, now, correlation) for pair in self.pairs]
            names = subscribers(AssessorAssigned)
            rows = {
                "assignment": [(*pair, self.officer, now) for pair in self.pairs],
                "event": events,
                "delivery": [(event[0], name, now) for event in events for name in names],
            }
            for table, values in _INSERTS.items():
                await connection.executemany(f"INSERT INTO {table} {values}", rows[table])

    def _event(
        self,
        pair: tuple[UUID, UUID],
        heads: dict[UUID, tuple[int, bytes]],
        now: datetime,
        correlation: UUID,
    ) -> tuple[Any, ...]:
        application, assessor = pair
        version, previous = heads.get(application, (0, GENESIS))
        data = {
            "application_id": str(application),
            "assessor_id": str(assessor),
            "call_id": str(self.call_id),
        }
        key, at = new_id(), now.timestamp()
        line = Envelope(
            key,
            "AssessorAssigned",
            "application",
            application,
            version + 1,
            self.officer,
            at,
            at,
            correlation,
            None,
            data,
        )
        digest = chain_hash(previous, line)
        heads[application] = version + 1, digest
        text = msgspec.json.encode(data).decode()
        return key, application, self.officer, now, correlation, text, version + 1, previous, digest


def _shared(wanted: list[list[str]], known: list[list[str]]) -> Any:
    codes = sorted({code for row in known for code in row if code})
    left, right = (
        np.array([[code in row for code in codes] for row in rows], dtype=np.int64)
        for rows in (wanted, known)
    )
    return left @ right.T


_OF_CALL = "application_id IN (SELECT id FROM application WHERE call_id = $1)"
_ADMITTED = """
    SELECT application.id, call_id FROM application JOIN call ON call.id = call_id
    WHERE application.status = 'admissible' AND call.state = 'closed' AND call.mode = 'deadline' AND track = 'joint'
    ORDER BY application.id LIMIT 1
"""


async def _fill(stage: Stage, db: Database, applications: int, assessors: int) -> UUID:
    """A call with so many admissible applications, which nobody has, and so many more assessors; its id."""
    connection = await stage.connect(db.url)
    original, call_id = await connection.fetchrow(_ADMITTED)
    await copy_application(stage, original, applications - 1, url=db.url)
    draw = random.Random(7)
    for table in ("assessment", "assignment", "conflict_declaration"):
        await connection.execute(f"DELETE FROM {table} WHERE {_OF_CALL}", call_id)
    await connection.execute("DELETE FROM call_duty WHERE duty = 'assesses'")
    await connection.execute("DELETE FROM person_role WHERE role = 'assessor'")
    people = await _enter_assessors(connection, draw, assessors)
    themes = [row[0] for row in await connection.fetch("SELECT code FROM theme ORDER BY code")]
    keys = [
        row[0]
        for row in await connection.fetch(
            "SELECT id FROM application WHERE call_id = $1 AND status = 'admissible' ORDER BY number", call_id
        )
    ]
    for key in keys:
        wanted = msgspec.json.encode(draw.sample(themes, 3)).decode()
        await connection.execute("UPDATE application SET themes = $2 WHERE id = $1", key, wanted)
    declared = [
        {"application_id": key, "assessor_id": person, "conflict": True, "reason": "Kin.", "at": clock.now()}
        for key in keys
        for person in people
        if draw.random() < 0.1
    ]
    await write(connection, "conflict_declaration", declared)
    await connection.execute("ANALYZE")
    await connection.close()
    return call_id  # type: ignore[no-any-return]


async def _enter_assessors(connection: asyncpg.Connection, draw: random.Random, count: int) -> list[UUID]:
    """Assessors who are in the pool, too, with three themes each."""
    person = dict(await connection.fetchrow("SELECT * FROM person WHERE email LIKE 'elena@%'"))
    expert = dict(await connection.fetchrow("SELECT * FROM expert WHERE active ORDER BY code LIMIT 1"))
    themes = [row[0] for row in await connection.fetch("SELECT code FROM theme ORDER BY code")]
    people = [{**person, "id": new_id(), "email": f"assessor{n}@bench.example"} for n in range(count)]
    experts = [
        {**expert, "id": new_id(), "code": f"BENCH-{n}", "email": row["email"]}
        for n, row in enumerate(people)
    ]
    roles = [{"person_id": row["id"], "role": "assessor"} for row in people]
    known = [
        {"expert_id": row["id"], "theme_code": code, "level": 3}
        for row in experts
        for code in draw.sample(themes, 3)
    ]
    for table, rows in (
        ("person", people),
        ("person_role", roles),
        ("expert", experts),
        ("expert_theme", known),
    ):
        await write(connection, table, rows)
    return [row["id"] for row in people]


async def _taken_back(stage: Stage, db: Database, call_id: UUID) -> int:
    """How many assignments were stored; they and their events are gone then."""
    connection = await stage.connect(db.url)
    await connection.execute("SET session_replication_role = replica")
    count: int = await connection.fetchval(f"SELECT count(*) FROM assignment WHERE {_OF_CALL}", call_id)
    await connection.execute(f"DELETE FROM assignment WHERE {_OF_CALL}", call_id)
    last = await connection.fetchval("SELECT correlation_id FROM event ORDER BY seq DESC LIMIT 1")
    await connection.execute(
        "DELETE FROM delivery WHERE event_id IN (SELECT id FROM event WHERE correlation_id = $1)", last
    )
    await connection.execute("DELETE FROM event WHERE correlation_id = $1", last)
    await connection.close()
    return count
