"""A real clamd for tests, whose signatures know the EICAR test file and nothing else."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.processes import free_port

# In two pieces, so that no scanner takes this file for the real one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = "/usr/sbin/clamd"
START_WITHIN = 30.0


@contextlib.contextmanager
def clamd(folder: Path) -> Iterator[tuple[str, str]]:
    """It listens until the block ends, on TCP and on a socket of the file system; both addresses. Needs no freshclam."""
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "tests.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    port = free_port()
    where = folder / "clamd.sock"
    config = folder / "clamd.conf"
    config.write_text(
        f"DatabaseDirectory {signatures}\nTemporaryDirectory {folder}\nTCPAddr 127.0.0.1\nTCPSocket {port}\n"
        f"LocalSocket {where}\nForeground yes\nStreamMaxLength 12M\n"
    )
    with subprocess.Popen(
        [CLAMD, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(process, port)
            yield f"tcp://127.0.0.1:{port}", f"unix://{where}"
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, "clamd did not start"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("clamd does not answer")
