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

from bench.bare.matching import MOST, MOST_OF_STATE, Bare
from bench.copies import write
from bench.rounds import rounded
from bench.sizes import Size
from bench.stage import Stage
from facility import clock
from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.db import Database, new_id
from facility.deployments.queries.matching import question
from facility.deployments.rules.matching_run import OpenRequest, Proposal, Question, points_of, propose
from facility.deployments.service.matching import Answer, explained, store
from facility.garbage import settle

COPY = "matching"
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
