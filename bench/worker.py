"""`python -m bench.worker`: the product's worker on the database that BENCH_DATABASE names, with no broker but its own."""

import asyncio
import os
import signal

import uvloop

from facility.garbage import settle
from facility.priority import give_way
from facility.settings import load
from facility.worker import background


async def main() -> None:
    """Work until a signal comes."""
    give_way()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with background(load(), os.environ["BENCH_DATABASE"]):
        settle()
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
