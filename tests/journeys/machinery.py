"""The service as it runs in production: web and worker processes, PostgreSQL, Redis, a mail server. All of it real."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.processes import free_port
from facility import clock
from facility.db import Database, Tx
from facility.files.store import Store
from facility.settings import ROOT
from tests.browser import SECRET
from tests.forked import fork
from tests.reworded import install
from tests.smtp import Received, SmtpServer

FACILITY = Path(sys.executable).with_name("facility")
PATIENCE = 30.0
"""Seconds that anything may take that the service does by itself; on an idle machine all of it takes under two."""
SHOTS = os.environ.get("JOURNEY_SHOTS")
_WORDS = None if SHOTS else install
"""Pages and mails of a journey are in other words than the product's own, as in all tests; photographs are for people."""


def until[T](what: str, look: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """What `look` finds, as soon as it finds anything; AssertionError when it doesn't in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = look()
        if result:
            return result
        time.sleep(0.03)
    raise AssertionError(f"{what}: not within {seconds} s")


class Outside:
    """A loop of its own in another thread: the browser's driver occupies this one's."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """What this comes to."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def end(self) -> None:
        """No more of it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def outside[T](work: Coroutine[Any, Any, T]) -> T:
    """Run this one thing there."""
    there = Outside()
    try:
        return there.run(work)
    finally:
        there.end()


class Post:
    """The mail server, and how far everybody has read."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self._read: set[int] = set()

    def next(self, address: str, subject: str = "", link: str = "") -> Received:
        """The first unread mail to this address with these words in its subject, or with a link for this purpose, waited for. It
        counts as read."""

        def look() -> Received | None:
            for mail in self.server.to(address):
                about = subject.lower() in mail.subject.lower() and (
                    not link or f"/link/{link}/" in mail.text
                )
                if id(mail) not in self._read and about:
                    return mail
            return None

        mail = until(f"mail to {address} about {subject or link!r}", look)
        self._read.add(id(mail))
        return mail

    def unread(self, address: str) -> list[str]:
        """Subjects of the mails that nobody has looked at."""
        return [mail.subject for mail in self.server.to(address) if id(mail) not in self._read]


def link_in(mail: Received) -> str:
    """The one link of a mail that leads to a page for its reader."""
    addresses = re.findall(r"https?://\S+/link/\S+", mail.text)
    assert len(addresses) == 1, mail.text
    return str(addresses[0])


class Service:
    """Processes on one database. `url` is where people find it; with several web processes, all of `urls` answer."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, post: Post, *, webs: int = 1) -> None:
        self.folder = folder
        self.database_url = database_url
        self.redis_url = redis_url
        self.post = post
        self.ports = [free_port() for _ in range(webs)]
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports]
        self.url = self.urls[0]
        self.store = Store(folder / "data" / "files")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._outside = Outside()
        self._db = Database(database_url, pool_size=3)

    def environment(self, port: int) -> dict[str, str]:
        """What a process of the service is told."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SMTP_URL": self.post.server.url,
            "BASE_URL": self.url,
            "SECRET_KEY": SECRET,
            "MAIL_FROM": "facility@facility.example",
            "FACILITY_DATA": str(self.folder / "data"),
            "PORT": str(port),
            "TRUSTED_PROXIES": "127.0.0.1",  # each visitor has an address of their own
            # As in the tests themselves, a warning of a process is a fault; what libraries say at import is not ours.
            "PYTHONWARNINGS": "default",
        }

    def command(self, *words: str) -> str:
        """Run `facility …` to its end and return what it says."""
        return subprocess.run(
            [FACILITY, *words],
            cwd=ROOT,
            env=self.environment(self.ports[0]),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def start(self) -> None:
        """Start the processes, and wait until the pages answer."""
        for number, port in enumerate(self.ports):
            self._spawn(f"web-{number}", port, "web")
        self._spawn("worker", self.ports[0], "worker")
        for url in self.urls:
            until(f"{url} answers", partial(self._healthy, url), seconds=90)

    def _spawn(self, name: str, port: int, word: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as out:
            self._processes.append(fork(["facility", word], self.environment(port), out, _WORDS))

    def _healthy(self, url: str) -> bool:
        assert all(process.poll() is None for process in self._processes), self.logs()
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
        return False

    @contextlib.contextmanager
    def second_worker(self) -> Iterator[None]:
        """For a while there are two. Each looks for work every second, so they are not two all the time."""
        self._spawn("second worker", self.ports[0], "worker")
        try:
            yield
        finally:
            self._stop([self._processes.pop()])

    def stop(self) -> None:
        """Ask the processes to stop, and see that they do."""
        self._stop(self._processes)
        self._outside.run(self._db.dispose())
        self._outside.end()

    def _stop(self, processes: list[subprocess.Popen[bytes]]) -> None:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(timeout=30) for process in processes]
        assert set(codes) <= {0, -signal.SIGTERM}, self.logs()

    def logs(self) -> str:
        """Everything that the processes have written."""
        return "\n".join(f"== {path.name}\n{path.read_text()}" for path in sorted(self.folder.glob("*.log")))

    def head(self, url: str, headers: dict[str, str] | None = None) -> tuple[int, Message]:
        """GET an address as a program does that looks at mails: status and headers."""
        request = urllib.request.Request(url, headers=headers or {})  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            answer.read()
            return answer.status, answer.headers

    def rows(self, query: str, **named: Any) -> list[tuple[Any, ...]]:
        """What the database says."""

        async def ask(db: Database) -> list[tuple[Any, ...]]:
            async with db.reader() as connection:
                return [tuple(row) for row in await connection.execute(text(query), named)]

        return self.with_database(ask)

    def value_of(self, query: str, **named: Any) -> Any:
        """The one value that the database says."""
        ((value,),) = self.rows(query, **named)
        return value

    def with_database[T](self, work: Callable[[Database], Awaitable[T]]) -> T:
        """Do something with the database, outside this thread."""

        async def carry_out() -> T:
            return await work(self._db)

        return self._outside.run(carry_out())

    def act[T](self, email: str | None, command: Callable[[Tx], Awaitable[T]], at: Any = None) -> T:
        """One command by the person with this address, at an instant that is told or now. The worker does the rest."""
        actor = self.value_of("SELECT id FROM person WHERE email = :email", email=email) if email else None

        async def run(db: Database) -> T:
            async with db.transaction(now=at or clock.now(), actor=actor) as tx:
                return await command(tx)

        return self.with_database(run)


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """A Redis of its own, which keeps nothing on disk; its address."""
    port = free_port()
    with (folder / "redis.out").open("wb") as out:
        process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=folder,
            stdout=out,
            stderr=out,
        )
    try:
        until("redis answers", lambda: redis_answers(port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=30)


def redis_answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
        probe.sendall(b"PING\r\n")
        return probe.recv(16).startswith(b"+PONG")
    return False
