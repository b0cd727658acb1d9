"""Documents are read in processes of their own, one each (`child`).

Parsers of PDF, zip and XML fed by strangers need hard bounds that a thread can't have: the child gets limited processor
time and memory, may not write a byte to any disk (RLIMIT_FSIZE 0), inherits no secrets from the environment, sees no
other document, and dies alone. Python and the parsers are loaded once, by a process that only splits off children: that
makes a scan cost some 10 ms where starting anew costs half a second. Documents are handed over in memory.
"""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import msgspec

from facility.files.examine import Answer

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Scans under way, so that pages and letters have processors of their own; each may take a gigabyte."""

_PATIENCE, _PER_SECOND = 60, 10
"""Seconds by the clock for any document, and more for each processor second: on a busy machine a reader waits long, since
it gives way to all else."""


class ReaderFailed(RuntimeError):  # noqa: N818 - a fault of ours: no document can cause it
    """A package is missing, or the code is wrong."""


class ReaderBusy(OSError):  # noqa: N818 - it passes
    """The machine had no time to read a document; that says nothing about the document."""


class Reader:
    """Starts the process at the first question, and again should it be gone. Threads may ask at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._desk: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, data: bytes, seconds: int) -> Answer:
        """What the document is. Blocks until it is read, at most a minute and ten times `seconds`. Raises ReaderBusy
        where it couldn't be read by then."""
        with self._turns, contextlib.ExitStack() as stack:
            memory = os.memfd_create(
                "document"
            )  # memory of this process, shared with the child: no file anywhere
            stack.callback(os.close, memory)
            written = 0
            while written < len(data):
                written += os.pwrite(memory, data[written : written + 2**20], written)
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.enter_context(ours)
            with theirs:
                self._hand_over(seconds, len(data), [memory, theirs.fileno()])
            return _answer(ours, time.monotonic() + _PATIENCE + seconds * _PER_SECOND)

    def _hand_over(self, seconds: int, size: int, handles: list[int]) -> None:
        request = msgspec.msgpack.encode({"seconds": seconds, "size": size})
        with self._lock:
            if self._desk is not None:
                with contextlib.suppress(OSError):  # it was ended from outside: start it anew
                    socket.send_fds(self._desk, [request], handles)
                    return
            self.close()
            socket.send_fds(self._start(), [request], handles)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-B", "-m", "facility.files.child", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # parsers complain there in words taken from the document
                env={
                    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                    "PYTHONUTF8": "1",
                },
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the service, which ends this one
            )
        self._desk = ours
        return ours

    def close(self) -> None:
        """End the process; the next question starts another."""
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _answer(ours: socket.socket, until: float) -> Answer:
    """The child says its number, then its answer; then its parent says how it ended."""
    messages: list[bytes] = []
    while True:
        ours.settimeout(max(0.001, until - time.monotonic()))
        try:
            message = ours.recv(65536)
        except TimeoutError:
            if messages:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(messages[0]), signal.SIGKILL)
            raise ReaderBusy("a document was not read in time") from None
        except ConnectionResetError:
            message = b""
        if not message:
            break
        messages.append(message)
    match messages:
        case [_, answer, b"0"]:
            return msgspec.json.decode(answer, type=Answer)
        case [*_, status] if len(messages) > 1 and int(status) == -signal.SIGSEGV:
            return Answer(code="broken")
        case [*_, status] if int(status) < 0:  # ended by a limit: it asks for more than it may have
            return Answer(code="bomb")
    raise ReaderFailed(f"the reader of documents ended: {len(messages)} messages")


READER = Reader()
atexit.register(READER.close)
