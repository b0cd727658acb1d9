"""What a process is measured by."""

import itertools
import subprocess
import sys

from bench.processes import Process


def test_processor_time_is_finer_than_the_ticks_of_the_clock() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as popen:
        try:
            process, seen = Process(popen, 0), [0.0]
            while len(seen) < 50:
                if (now := process.cpu()) > seen[-1]:
                    seen.append(now)
        finally:
            popen.kill()
    steps = [after - before for before, after in itertools.pairwise(seen)]
    assert 0 < min(steps) < 0.005  # a tick is 0.01 s: what two submissions cost was 0 then
