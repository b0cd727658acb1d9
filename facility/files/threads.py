"""Threads of their own for what blocks here. asyncio's usual ones lay out PDFs too: seven scans that wait for their turn
would let a receipt wait behind them."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from facility.files.reader import AT_ONCE

_SCANS = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="scan")
_STORE = ThreadPoolExecutor(4, thread_name_prefix="documents")


async def scanning[**P, R](work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Search a document, when it is its turn."""
    return await _within(_SCANS, work, *args, **kwargs)


async def storing[**P, R](work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Read, write or hash a document; never waits for one that is searched."""
    return await _within(_STORE, work, *args, **kwargs)


async def _within[**P, R](
    threads: ThreadPoolExecutor, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(
        threads, lambda: context.run(work, *args, **kwargs)
    )
