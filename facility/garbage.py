"""Looking for garbage less often than Python does by itself."""

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 20


def look_seldom() -> None:
    """For a command: while the application is imported nothing becomes garbage, and looking for it takes a fifth of the time."""
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def settle() -> None:
    """For a process that serves until it is stopped: all that it works with is loaded. It lives to the end and needs no
    looking at: a full collection stops all requests, and took a fifth of the time of a PDF. What a request or a job leaves
    behind is freed by counting, all but a little."""
    from sqlalchemy.orm import configure_mappers  # the command line needs it not at all, or later

    configure_mappers()
    gc.collect()
    gc.freeze()
    look_seldom()
