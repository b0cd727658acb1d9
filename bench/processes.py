"""The processes that are measured: the product's own, and the bare servers."""

import asyncio
import contextlib
import ctypes
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import IO

from facility.settings import ROOT

START_WITHIN = 60.0
STOP_WITHIN = 15.0
PORTS = (10_000, 32_000)


class Process:
    """A process under measurement."""

    def __init__(self, popen: subprocess.Popen[bytes], port: int) -> None:
        self.port = port
        self.popen = popen
        self._clock = _cpu_clock(popen.pid)

    def cpu(self) -> float:
        """Seconds of processor time that it has used, to the nanosecond: /proc counts ticks of 10 ms."""
        return time.clock_gettime(self._clock)


def _cpu_clock(pid: int) -> int:
    """clock_getcpuclockid(3), which Python has for threads only."""
    clock = ctypes.c_int()
    if wrong := ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(wrong, os.strerror(wrong))
    return clock.value


def free_port() -> int:
    """A port of the loopback interface that nobody listens on. Not one that the system would give to whoever connects
    somewhere: it may be gone before the process that it is meant for has started."""
    while True:
        port = random.SystemRandom().randrange(*PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.asynccontextmanager
async def running(words: Sequence[str], environ: Mapping[str, str], port: int = 0) -> AsyncIterator[Process]:
    """Run it until the block ends; with a port, begin once it answers there. Raises RuntimeError with what it said."""
    with tempfile.TemporaryFile() as output:
        popen = start(words, environ, output)
        try:
            if port and not await _answers(popen, port):
                output.seek(0)
                raise RuntimeError(
                    f"{' '.join(words)} did not start:\n{output.read().decode(errors='replace')}"
                )
            yield Process(popen, port)
        finally:
            await asyncio.to_thread(_stop, popen)


@contextlib.asynccontextmanager
async def counting(loops: int) -> AsyncIterator[None]:
    """So many processes that do nothing but use a processor, until the block ends."""
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(loops):
            await stack.enter_async_context(running(["-c", "while True: pass"], {}))
        yield


def start(words: Sequence[str], environ: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Python with these words."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=output,
        stderr=subprocess.STDOUT,
        # As a service manager and a terminal start theirs: Linux shares the processors between sessions first.
        start_new_session=True,
    )


async def _answers(popen: subprocess.Popen[bytes], port: int) -> bool:
    for _ in range(int(START_WITHIN / 0.05)):
        if popen.poll() is not None:
            return False
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        await asyncio.sleep(0.05)
    return False


def _stop(popen: subprocess.Popen[bytes]) -> None:
    popen.terminate()
    try:
        popen.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()


async def printed(words: Sequence[str], environ: Mapping[str, str]) -> bytes:
    """What it prints by its end. Raises RuntimeError where it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} failed")
    return output
