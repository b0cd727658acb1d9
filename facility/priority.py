"""Who goes first where the processors don't suffice for all."""

import contextlib
import os
from pathlib import Path

_NICENESS = 10
_OWN_GROUP = Path("/proc/self/autogroup")
"""Where Linux shares the processors between sessions first, a niceness counts only within one: then the session itself has to
be nice (sched(7), "The autogroup feature")."""


def give_way() -> None:
    """Let every other process on the machine go before this one, for good. For a process that nobody waits for: somebody who
    waits for a page goes before a receipt and before a document that is read."""
    os.nice(_NICENESS)
    if os.getsid(0) == os.getpid():  # else the session is the shell's, and pages are perhaps in it
        with contextlib.suppress(OSError):  # there is no such thing here, or it is not ours to set
            _OWN_GROUP.write_text(str(_NICENESS))
