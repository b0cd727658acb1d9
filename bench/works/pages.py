"""What the works of pages have in common: both must answer with the same page, then they are asked in turn."""

import re
from typing import Any

from bench.load import Lines, get, once
from bench.processes import Process
from bench.rounds import alternate, median, rounded
from bench.sizes import Size
from bench.stage import Stage

# What may differ: the form's token, the page's mark, the instant of the answer, the time that is left.
_PASSING = re.compile(
    rb'(name="_csrf_token" value="|data-now="|data-mark=")[^"]*"|(<strong data-deadline="[^"]*"[^>]*>)[^<]*'
)


def without_tokens(body: bytes) -> bytes:
    """The page without what differs from one answer to the next."""
    return _PASSING.sub(lambda match: match[1] or match[2], body)


class UnderLoad:
    """One server under load."""

    def __init__(self, process: Process, request: bytes, size: Size) -> None:
        self.process = process
        self.request = request
        self.size = size
        self.cpu: list[float] = []

    async def ask(self) -> float:
        """Its half of a round: answers a second. Notes the processor time of an answer, in ms."""
        async with Lines.open(self.process.port, self.size.connections) as lines:
            before = self.process.cpu()
            rate = await lines.keep_asking(self.request, self.size.seconds)
        self.cpu.append((self.process.cpu() - before) / (rate * self.size.seconds) * 1000)
        return rate


async def compare(stage: Stage, size: Size, path: str, cookie: str = "") -> dict[str, Any]:
    """The figures of one page, from both servers."""
    request = get(path, cookie)
    product, bare = await stage.servers()
    same = [without_tokens((await once(server.port, request)).body) for server in (product, bare)]
    assert same[0] == same[1], differences(*same)
    assert same[0].endswith(b"</html>")
    ours, other = UnderLoad(product, request, size), UnderLoad(bare, request, size)
    await alternate(ours.ask, other.ask, 1)  # warm
    ours.cpu.clear()
    other.cpu.clear()
    measured = await alternate(ours.ask, other.ask, size.rounds)
    return {
        "requests_per_second": median(measured.ours),
        "bare_requests_per_second": median(measured.bare),
        "server_ms": median(ours.cpu),
        "bare_server_ms": median(other.cpu),
        "bytes": len(same[0]),
        "connections": size.connections,
        "rounds": size.rounds,
        "ratio": measured.ratio,
        "ratio_of_processor_time": rounded(median(other.cpu) / median(ours.cpu)),
    }


def differences(page: bytes, other: bytes) -> str:
    """The first line in which two pages differ."""
    pairs = zip(page.splitlines(), other.splitlines(), strict=False)
    return next((f"{a!r}\n{b!r}" for a, b in pairs if a != b), "one is longer")
