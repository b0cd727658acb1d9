"""Scenarios played through the commands: both worked examples, random ones against the second computation, strange ones."""

import asyncio
import copy
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import Phase, given, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from facility.rehearsal.pages.scenario import FOLDER
from facility.rehearsal.service.check import check
from facility.rehearsal.service.play import rehearse
from facility.rooms import load_slices
from tests.oracle.figures import normal
from tests.oracle.result import expected_result
from tests.scenarios import scenarios

EXAMPLES = ("taf-2021-01", "taf-2021-01-reserve")
RESERVE: dict[str, Any] = json.loads((FOLDER / "taf-2021-01-reserve.json").read_text())
DEPLOYMENT: dict[str, Any] = RESERVE["deployments"][0]


@pytest.fixture(autouse=True)
def _everything_registered() -> None:
    load_slices()


@pytest_asyncio.fixture(autouse=True)
async def _nothing_left_behind(server: str) -> AsyncIterator[None]:
    yield
    assert await scratch_databases(server) == []


async def scratch_databases(server: str) -> list[str]:
    """Databases that a rehearsal has left on the server."""
    engine = create_async_engine(server)
    async with engine.connect() as connection:
        query = text(r"SELECT datname FROM pg_database WHERE datname LIKE 'rehearsal\_%'")
        names = [row[0] for row in await connection.execute(query)]
    await engine.dispose()
    return names


async def played(server: str, file: dict[str, Any]) -> dict[str, Any]:
    result = await rehearse(server, check(json.dumps(file).encode()))
    return normal(json.loads(json.dumps(result)))


@pytest.mark.parametrize("name", EXAMPLES)
async def test_a_worked_example_comes_out_as_worked_by_hand(server: str, name: str) -> None:
    file, expected = (json.loads((FOLDER / f"{name}{end}.json").read_text()) for end in ("", ".expected"))
    assert await played(server, file) == normal(expected)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_second_computation_agrees_with_what_was_worked_by_hand(name: str) -> None:
    file, expected = (json.loads((FOLDER / f"{name}{end}.json").read_text()) for end in ("", ".expected"))
    assert normal(expected_result(file)) == normal(expected)


# One play takes seconds, so the suite tries a handful; they are the same each time.
@settings(max_examples=5, phases=[Phase.generate])
@given(file=scenarios())
def test_random_scenarios_come_out_as_the_second_computation_says(server: str, file: dict[str, Any]) -> None:
    result = asyncio.run(played(server, file))
    assert result == normal(expected_result(file))


async def test_two_rehearsals_at_once_do_not_meet(server: str) -> None:
    files = [json.loads((FOLDER / f"{name}.json").read_text()) for name in EXAMPLES]
    expected = [json.loads((FOLDER / f"{name}.expected.json").read_text()) for name in EXAMPLES]
    results = await asyncio.gather(*(played(server, file) for file in files))
    assert results == [normal(document) for document in expected]


def changed(*changes: tuple[tuple[str | int, ...], Any]) -> dict[str, Any]:
    """The example with values set at paths."""
    file = copy.deepcopy(RESERVE)
    for path, value in changes:
        node: Any = file
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = value
    return file


NOISE = "".join(map(chr, random.Random(0).choices(range(0x20000, 0x2A000), k=3000)))
"""Of four bytes each in UTF-8."""

STRANGE: dict[str, list[tuple[tuple[str | int, ...], Any]]] = {
    "nobody applies": [
        (("applications",), []),
        (("after_award",), []),
        (("deployments",), []),
        (("activities",), []),
        (("experts",), []),
    ],
    "the largest numbers": [
        (("call", "envelope"), "999999999999.99"),
        (("call", "award_max"), "999999999999.99"),
        (("applications", 0, "requested"), "999999999999.99"),
        (("contract", "donors", 0, "amount"), "999999999999.99"),
        (("call", "grid", "sections", 0, "max"), 2**31 - 1),
        (("experts", 0, "deployments_12m"), 2**31 - 1),
        (("deployments", 0, "bonus", "regional_language"), 2**31 - 1),
        (("deployments", 0, "bonus", "no_recent_deployment"), 2**31 - 1),
        (("deployments", 0, "themes", "X.JIT"), 2**31 - 1),
        (("deployments", 0, "seats"), 2**31 - 1),
        (("activities", 0, "attended", "AL"), 2**31 - 1),
    ],
    "a donor of one cent, and one of nothing": [
        (("contract", "donors"), [{"name": "", "amount": "0.01"}, {"name": " ", "amount": "0.00"}]),
    ],
    "more beneficiaries and assessments than there can be": [
        (("call", "min_beneficiaries"), 2**31 - 1),
        (("call", "grid", "min_assessments"), 2**31 - 1),
    ],
    "nearly the first instant": [
        (("call", "opens_at"), "0001-01-01T00:00:00.000001Z"),
        (("applications", 0, "received_at"), "0001-01-01T00:00:00.000001Z"),
        (("activities", 0, "start"), "0001-01-02"),
    ],
    "the first and the last year": [
        (("call", "opens_at"), "0001-01-02T00:00:00Z"),
        (("call", "decided_at"), "9999-12-30T00:00:00Z"),
        (("after_award",), []),
        (("deployments", 0, "invited_at"), "0001-01-02T00:00:00Z"),
        (("activities", 0, "start"), "0001-01-02"),
        (("activities", 1, "end"), "9999-12-31"),
        (("experts", 0, "available"), ["0001-01-01", "9999-12-31"]),
    ],
    "texts that are empty, long, or written in every script": [
        (("scenario",), "´" * 5000),
        (("call", "reference"), ""),
        (("contract", "reference"), "Č\u202eđ 𝕏 \n\t"),
        (("applications", 0, "title"), ""),
        (("applications", 0, "lead", "institution"), "𝒫" * 3000),
        (("experts", 0, "id"), ""),
        (("experts", 0, "branch"), "\U0010ffff"),
        (("deployments", 0, "replies"), {"": {"answer": "accept", "after_hours": 0}}),
        (("applications", 1, "consultation"), "x" * 20000),
        (("activities", 0, "reported_by"), "r" * 3000),
    ],
    "references that are empty": [
        (("applications", 0, "reference"), ""),
        (("after_award", 0, "application"), ""),
        (("deployments", 0, "reference"), ""),
        (("deployments", 0, "application"), ""),
        *((("activities", i, "application"), "") for i in (0, 1)),
        (("activities", 0, "reference"), ""),
    ],
    "a final cost of an award that is withdrawn": [(("after_award", 0, "what"), "withdrawn")],
    "a deployment on the last days of the calendar": [
        (("experts", 0, "available"), ["9999-12-30", "9999-12-31"]),
        (("deployments", 0, "start"), "9999-12-30"),
        (("deployments", 0, "end"), "9999-12-31"),
        (("deployments", 0, "replies", "X01", "answer"), "accept"),
    ],
    "names that no compression shortens": [
        (("contract", "reference"), NOISE[:500]),
        (("contract", "donors", 0, "name"), NOISE[:500]),
        (("call", "reference"), NOISE[:500]),
        (("applications", 0, "lead", "institution"), NOISE),
        (("applications", 0, "partners", 0, "institution"), NOISE),
        (("applications", 1, "reference"), NOISE[:500]),
        (("experts", 0, "id"), NOISE[:500]),
        (("experts", 0, "themes", NOISE[:500]), 5),
        (("experts", 0, "languages", NOISE[:500]), "C2"),
        (("deployments", 0, "reference"), NOISE[:500]),
        (("deployments", 0, "replies"), {NOISE[:500]: {"answer": "accept", "after_hours": 0}}),
        *((("activities", i, "application"), NOISE[:500]) for i in (2, 3)),
        (("activities", 0, "reference"), NOISE[:500]),
        (("activities", 0, "reported_by"), NOISE),
    ],
    "a reply that comes an hour too late": [
        (
            ("deployments", 0, "replies", next(iter(DEPLOYMENT["replies"])), "after_hours"),
            DEPLOYMENT["respond_within_hours"] + 1,
        )
    ],
    "sections named like fields": [
        (
            ("call", "grid", "sections"),
            [{"key": key, "title": "", "max": 1} for key in ("", "rank", "x.y", "'")],
        ),
        (("call", "grid", "thresholds"), {"": "0", "total": "999.99"}),
        (("call", "grid", "tie_break"), ["", "'", "received_at", "beneficiaries", ""]),
        *(
            (("applications", i, "assessments"), {"": {"": "1", "rank": "0.01", "x.y": "0", "'": "1.00"}})
            for i in range(len(RESERVE["applications"]))
        ),
    ],
}


@pytest.mark.parametrize("changes", STRANGE.values(), ids=STRANGE.keys())
async def test_a_strange_but_valid_file_is_played(
    server: str, changes: list[tuple[tuple[str | int, ...], Any]]
) -> None:
    file = changed(*changes)
    assert await played(server, file) == normal(expected_result(file))


async def test_a_rehearsal_that_is_stopped_leaves_nothing_behind(server: str) -> None:
    scenario = check(json.dumps(RESERVE).encode())
    playing = asyncio.create_task(rehearse(server, scenario))
    while not playing.done() and not await scratch_databases(server):
        pass
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert await scratch_databases(server) == []
