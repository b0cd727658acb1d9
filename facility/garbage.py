"""Looking for garbage, in processes that serve until they are stopped."""

import gc

from sqlalchemy.orm import configure_mappers

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 20


def settle() -> None:
    """All that this process works with is loaded. It lives to the end and needs no looking at: a full collection stops all
    requests, and took a fifth of the time of a PDF. What a request or a job leaves behind is freed by counting, all but a
    little: look for cycles less often."""
    configure_mappers()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
