"""Processes that begin with the service imported. Each would else use two seconds of processor time before it does anything, and the
suite starts some fifty. What a start from nothing does, tests of the commands see."""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from typing import IO, Any

from facility import cli
from facility.settings import ROOT

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["facility.app", "facility.worker", "uvicorn", "uvloop"])


class Forked(subprocess.Popen[bytes]):
    """What a test needs of a process that it has started, as `subprocess` has it."""

    def __init__(self, process: ForkServerProcess) -> None:  # not subprocess's: nothing is executed
        self._process = process
        self.pid = process.pid or 0
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The status with which it has ended, a signal as a negative number."""
        self.returncode = self._process.exitcode
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """As soon as it has ended. Raises TimeoutExpired."""
        self._process.join(timeout)
        if (status := self.poll()) is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return status

    def send_signal(self, sig: int) -> None:
        """To a process that has ended: nothing."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Stop it."""
        self.send_signal(signal.SIGKILL)

    def __del__(self, *_: Any) -> None:
        """Its process is multiprocessing's to look after."""


def fork(
    words: Sequence[str],
    environ: Mapping[str, str],
    output: IO[bytes],
    prepare: Callable[[], object] | None = None,
) -> Forked:
    """Run `facility …` or a module (`-m module …`) as a session of its own, with this environment and nothing else; what it says goes to
    the output. `prepare`, a function of a module, is called there first."""
    # A file without a name is reached while this process has it open.
    path = output.name if isinstance(output.name, str) else f"/proc/{os.getpid()}/fd/{output.fileno()}"
    process = _CONTEXT.Process(
        target=_run, args=(list(words), dict(environ), path, prepare), name=" ".join(words)
    )
    process.start()
    return Forked(process)


def _run(words: list[str], environ: dict[str, str], path: str, prepare: Callable[[], object] | None) -> None:
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    output = os.open(path, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    os.close(output)
    if "PYTHONWARNINGS" in environ:  # Python itself reads it at its start alone
        warnings.simplefilter(environ["PYTHONWARNINGS"])  # type: ignore[arg-type]
    if prepare:
        prepare()
    program, *sys.argv[1:] = words
    if program == "facility":
        cli.main()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
