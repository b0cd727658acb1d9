"""`python -m bench.bare`: the bare server, as uvicorn runs it."""

import gc
import os

import asyncpg
import uvicorn
import uvloop
from litestar import Litestar

from bench.bare.commission import commission
from bench.bare.pages import Pages, call, received
from bench.bare.submit import submit
from bench.bare.work import work
from facility.rooms import load_slices
from facility.settings import load


async def main() -> None:
    """Serve until a signal comes."""
    settings = load()
    load_slices()  # a submission has a delivery for each reaction
    # Work's statement is longer than what asyncpg keeps prepared by itself.
    pool = await asyncpg.create_pool(
        os.environ["BENCH_DATABASE"], min_size=10, max_size=20, max_cacheable_statement_size=0
    )
    app = Litestar(
        [call, received, commission, work, submit],
        openapi_config=None,
        logging_config=None,
    )
    app.state.pool = pool
    app.state.pages = await Pages.of(settings, pool)
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=settings.port, log_config=None, access_log=False, server_header=False
    )
    await uvicorn.Server(config).serve()
    await pool.close()


if __name__ == "__main__":
    uvloop.run(main())
