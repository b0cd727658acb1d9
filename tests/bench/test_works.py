"""Every benchmark runs, finds both ways equal, and leaves a database in which nothing is off."""

import asyncio
import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO, Any

import pytest
import uvloop

import bench.__main__ as bench
from bench import processes
from bench.processes import start
from bench.sizes import TINY
from bench.stage import prepared
from facility.events.reconcile import reconcile
from tests.forked import fork


def forked(words: Sequence[str], environ: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """What a work runs, without the two seconds of each start; a loop has nothing to import."""
    if words[0] != "-m":
        return start(words, environ, output)
    return fork(words, {**os.environ, **environ}, output)


def _measure(*names: str) -> list[dict[str, Any]]:
    async def measured() -> list[dict[str, Any]]:
        lines = await bench.measure(stage, names, TINY)
        try:
            assert not any((await reconcile(stage.db)).values())
        finally:
            await stage.db.dispose()
        return lines

    with prepared() as stage:
        return uvloop.run(measured())


async def test_each_work_gives_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "start", forked)
    lines = await asyncio.to_thread(_measure, *bench.WORKS)
    assert [line["name"] for line in lines] == list(bench.WORKS)
    assert [line["name"] for line in lines if "ratio" not in line] == [
        "latency",
        "deadline_rush",
        "scan",
        "cheap_documents",
        "attacks",
        "ranking",
    ]
    assert all(line.get("ratio", 1) > 0 for line in lines)
    by_name = {line["name"]: line for line in lines}
    (rush,), scan = by_name["deadline_rush"]["runs"], by_name["scan"]
    assert scan["files"] == 20
    assert by_name["attacks"]["heads"]["refused"] == by_name["attacks"]["connections"]
    assert (rush["lost"], rush["duplicates"], rush["submitted"], rush["refused_late"]) == (0, 0, 12, 2)
    assert rush["in_time_but_refused"] == []


def test_an_unknown_work_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nothing"]) == 2
    assert "no work nothing" in capsys.readouterr().err
