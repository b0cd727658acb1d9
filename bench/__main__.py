"""`python -m bench` runs every work, `python -m bench NAME …` those; one JSON line for each at the very end."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import uvloop

from bench.sizes import FULL, Size
from bench.stage import Stage, prepared
from bench.works import (
    append_drain,
    assignment,
    attacks,
    call_page,
    cheap_documents,
    commission_page,
    deadline_rush,
    latency,
    list_page,
    lists,
    matching,
    ranking,
    receipts,
    reconcile,
    scan,
    search,
    shortlist,
    submission,
    work,
    work_page,
)

type Work = Callable[[Stage, Size], Awaitable[dict[str, Any]]]

WORKS: dict[str, Work] = {
    "call_page": call_page.run,
    "list_page": list_page.run,
    "commission_page": commission_page.run,
    "work_page": work_page.run,
    "submission": submission.run,
    "append_drain": append_drain.run,
    "latency": latency.run,
    "deadline_rush": deadline_rush.run,
    "scan": scan.run,
    "search": search.run,
    "cheap_documents": cheap_documents.run,
    "lists": lists.run,
    "work": work.run,
    "receipts": receipts.run,
    "attacks": attacks.run,
    "reconcile": reconcile.run,
    "ranking": ranking.run,
    "assignment": assignment.run,
    "matching": matching.run,
    "shortlist": shortlist.run,
}


async def measure(stage: Stage, names: Sequence[str], size: Size) -> list[dict[str, Any]]:
    """Set the stage and run these works, one after the other."""
    lines = []
    try:
        await stage.tell()
        for name in names:
            print(f"{name} …", file=sys.stderr, flush=True)
            lines.append({"name": name, **await WORKS[name](stage, size)})
    finally:
        await stage.alone()
    return lines


def main(names: Sequence[str]) -> int:
    """Measure, and print the lines. 2 where a name is unknown."""
    unknown = [name for name in names if name not in WORKS]
    if unknown:
        print(f"no work {', '.join(unknown)}; there are {', '.join(WORKS)}", file=sys.stderr)
        return 2
    with prepared() as stage:
        lines = uvloop.run(measure(stage, names or list(WORKS), FULL))
    for line in lines:
        print(msgspec.json.encode(line).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
