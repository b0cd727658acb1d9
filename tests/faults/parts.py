"""The parts of the service, each of which can be killed and started again where it was."""

import asyncio
import contextlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.processes import free_port
from facility.db import Database
from facility.embedded.server import EmbeddedPostgres
from facility.events.reconcile import reconcile
from facility.web import cookies, csrf
from tests.browser import SECRET
from tests.journeys.machinery import Service, outside, redis_answers, until
from tests.smtp import SmtpServer

TOKEN = csrf.token_for(SECRET, "of-this-browser")


class Postgres:
    """A server of its own, which a test may kill."""

    def __init__(self) -> None:
        self._outer = Path(tempfile.mkdtemp(prefix="facility-test-"))
        self._outer.chmod(0o711)
        self._server = EmbeddedPostgres(self._outer / "var")
        self.url = self._server.start()

    def kill(self) -> None:
        """As when the machine kills it: no shutdown, no checkpoint."""
        pid = int((self._outer / "var/postgres/data/postmaster.pid").read_text().split()[0])
        server = psutil.Process(pid)
        server.kill()
        server.wait(timeout=30)

    def start(self) -> None:
        """Again, on the same data and at the same address."""
        before, self._server = self._server, EmbeddedPostgres(self._outer / "var")
        assert self._server.start() == self.url
        before.stop()  # lets go of what it held; the new one keeps the server running

    def destroy(self) -> None:
        """Away with it."""
        self._server.destroy()
        shutil.rmtree(self._outer)


class Redis:
    """A server that keeps nothing on disk, always at the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        """Empty."""
        words = [
            "redis-server",
            "--port",
            str(self._port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen(
            words, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        until("redis answers", lambda: redis_answers(self._port))

    def kill(self) -> None:
        """With all that it held."""
        self._process.kill()
        self._process.wait(timeout=30)


class PausingServer(SmtpServer):
    """A mail server that takes a mail and lets the sender wait for the answer, on demand."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Taken at once, answered when nobody pauses any more."""
        answer = await super().handle_DATA(server, session, envelope)
        while self.paused.is_set():  # noqa: ASYNC110 - set from another thread
            await asyncio.sleep(0.02)
        return answer


def _of_session(pid: int) -> int:
    """Which niceness Linux goes by between sessions; that of the process where it knows no such thing."""
    group = Path(f"/proc/{pid}/autogroup")
    return int(group.read_text().split()[-1]) if group.exists() else psutil.Process(pid).nice()


class Faulty(Service):
    """The service, whose worker may be killed."""

    def niceness(self) -> list[tuple[int, int]]:
        """Of every process and of its session, the worker's last."""
        return [(psutil.Process(process.pid).nice(), _of_session(process.pid)) for process in self._processes]

    def kill_worker(self) -> None:
        """SIGKILL, in whatever it is doing."""
        worker = self._processes.pop()
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(timeout=30) == -signal.SIGKILL

    def start_worker(self, name: str) -> None:
        """Another, with a log of its own."""
        self._spawn(name, self.ports[0], "worker")

    def time_goes_by(self) -> None:
        """What was handed to a worker and is not done may be handed over again, as if minutes had passed."""
        self.change("UPDATE delivery SET next_attempt_at = now() WHERE state = 'handed_over'")
        self.change("UPDATE mail SET next_attempt_at = now() WHERE state IN ('waiting', 'sending')")

    def change(self, statement: str) -> None:
        """Run this statement."""
        self.with_database(lambda db: _execute(db, statement))

    def settled(self) -> bool:
        """Whether nothing waits any more. Asked now and then: each question takes a connection."""
        time.sleep(0.2)
        waiting = self.value_of(
            """SELECT (SELECT count(*) FROM delivery WHERE state <> 'done')
                 + (SELECT count(*) FROM mail WHERE state <> 'sent')
                 + (SELECT count(*) FROM event WHERE position IS NULL)"""
        )
        return bool(waiting == 0)

    def sound(self) -> None:
        """Raises when a check of the database names anything."""
        findings = self.with_database(reconcile)
        assert {name: lines for name, lines in findings.items() if lines} == {}


async def _execute(db: Database, statement: str) -> None:
    async with db.engine.begin() as connection:
        await connection.exec_driver_sql(statement)


_BREATH = 0.02
"""Seconds between two pages: what is looked for is whether answers come, not how many."""


class Traffic:
    """Somebody who goes on opening a page and sending a form, and notes what they are answered."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self.answers: list[int] = []
        self.pages: dict[int, str] = {}
        self._thread = threading.Thread(target=self._go)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _go(self) -> None:
        cookie = {"cookie": f"{cookies.CSRF}=of-this-browser"}
        with httpx.Client(base_url=self._url, headers=cookie, timeout=60) as client:
            while not self._stop.wait(_BREATH):
                self._note(client.get("/calls"))
                self._note(client.post("/register", data={csrf.FIELD: TOKEN, "email": "traffic@example.org"}))

    def _note(self, response: httpx.Response) -> None:
        self.answers.append(response.status_code)
        self.pages.setdefault(response.status_code, response.text)

    def next(self, *statuses: int) -> None:
        """Wait for an answer with each of these, from now on."""
        begun = len(self.answers)
        until(f"answers {statuses}", lambda: set(statuses) <= set(self.answers[begun:]), seconds=60)


def post_all(urls: list[str], path: str, forms: list[dict[str, str]]) -> list[httpx.Response]:
    """POST them all at once, each to the next of the web processes."""

    async def go() -> list[httpx.Response]:
        cookie = {"cookie": f"{cookies.CSRF}=of-this-browser"}
        async with httpx.AsyncClient(headers=cookie, timeout=90) as client:
            calls = [
                client.post(urls[n % len(urls)] + path, data={csrf.FIELD: TOKEN, **form})
                for n, form in enumerate(forms)
            ]
            return list(await asyncio.gather(*calls))

    return outside(go())


def waiting_for_locks(service: Service) -> Any:
    """How many sessions of the service wait for a lock."""
    return service.value_of("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


@contextlib.contextmanager
def temporary() -> Any:
    """A folder."""
    with tempfile.TemporaryDirectory(prefix="facility-faults-") as made:
        yield Path(made)
