"""Looking for garbage less often than Python does by itself."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 20


def look_seldom() -> None:
    """For a command: while the application is imported nothing becomes garbage, and looking for it takes a fifth of the time."""
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def end_at_once() -> None:
    """For a command: all that it has loaded goes with its process. Python would look through it for garbage once more, which takes
    as long as a sixth of a rehearsal."""
    atexit.register(gc.freeze)


def settle() -> None:
    """For a process that serves until it is stopped: all that it works with is loaded. It lives to the end and needs no
    looking at: a full collection stops all requests, and took a fifth of the time of a PDF. What a request or a job leaves
    behind is freed by counting, all but a little."""
    from sqlalchemy.orm import configure_mappers  # the command line needs it not at all, or later

    configure_mappers()
    gc.collect()
    gc.freeze()
    look_seldom()


@contextmanager
def look_at_the_end() -> Iterator[None]:
    """For work that builds a large thing and lets go of it when it is done: a look before that walks through all of it and frees
    nothing, a look right after finds it still in the processor's caches. It holds for the whole process: one at a time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(0)
