"""Sets the stage of another checkout and runs its web process, for a comparison with this one: run by that checkout's
interpreter (`-P`, with the checkout on PYTHONPATH), so that every import but this file is the other's. Says in one JSON line
where the process answers, and ends with its standard input."""

import asyncio
import json
import sys

import uvloop

from bench.stage import Stage, prepared


async def _stand(stage: Stage, lags: str) -> None:
    try:
        await stage.tell()
        cookie = await stage.sign_in("ada")
        async with stage.product("bench.watched", BENCH_LAGS=lags) as web:
            where = {"port": web.port, "pid": web.popen.pid, "cookie": cookie, "token": stage.csrf_token}
            print(json.dumps(where), flush=True)
            await asyncio.to_thread(sys.stdin.read)
    finally:
        await stage.db.dispose()


if __name__ == "__main__":
    with prepared() as made:
        uvloop.run(_stand(made, sys.argv[1]))
