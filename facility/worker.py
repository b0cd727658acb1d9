"""What goes on behind the pages: relay, projector and scheduler in one loop, and the jobs of dramatiq.

In production this is a process of its own, any number of them (`facility worker`); on a machine without services the
same parts run inside `facility run`, with a broker in memory. Every part may run many times at once: rows are claimed
under locks, read models and the numbering of the log under advisory locks.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import dramatiq
import msgspec
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AsyncIO
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url

from facility import clock, rooms
from facility.accounts.service import security_officer
from facility.calls.service import closing
from facility.db import AWAY, CHANNEL, Database
from facility.events.failures import backoff
from facility.events.projector import behind, keep_up
from facility.events.reactions import deliver
from facility.events.relay import hand_over
from facility.events.schedule import run_due
from facility.events.sequence import number
from facility.files import store
from facility.mail import Mailer
from facility.outbox import links
from facility.outbox.sender import Postman, Turn, hand_over_mails, send
from facility.settings import Settings
from facility.web.arrivals import ON_THE_WAY
from facility.web.render import environment

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
MOST_SECONDS = 60.0  # between two attempts at what fails by our own fault
THREADS = 8
PREFETCH = 64  # dramatiq's default of two a thread makes small jobs slow
CHUNK = 20  # deliveries in one message
STOP_MILLISECONDS = 5000
OUTAGES = (*AWAY, RedisError, dramatiq.DramatiqError)
"""What a database or a broker that is away looks like; it comes back."""


def postman(settings: Settings) -> Postman | None:
    """Who sends the mails; None where there is no SMTP server and the outbox keeps them."""
    if settings.smtp_url is None:
        return None
    return Postman(
        mailer=Mailer(settings.smtp_url, settings.mail_from, answers_to=settings.contact),
        base_url=settings.base_url,
        domain=urlsplit(settings.base_url).hostname or "localhost",
        templates=environment(settings),
    )


class Jobs:
    """The dramatiq side: a broker, its actors, and the database of the loop in which async actors run."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self.broker: dramatiq.Broker = (
            RedisBroker(url=settings.redis_url, middleware=[AsyncIO()])  # type: ignore[no-untyped-call]
            if settings.redis_url
            else StubBroker(middleware=[AsyncIO()])
        )
        self._database_url = database_url
        self._database: Database | None = None
        self._postman = postman(settings)
        self._deliver = self._actor(self._carry_out, "deliver")
        self._send = self._actor(self._send_mail, "send_mail")
        self._worker: dramatiq.Worker | None = None

    def _actor[**P](self, job: Callable[P, Awaitable[None]], name: str) -> dramatiq.Actor[P, Awaitable[None]]:
        # Attempts stand in the delivery and mail rows; dramatiq's own retries (a middleware) stay off.
        return dramatiq.Actor(
            job, broker=self.broker, actor_name=name, queue_name="facility", priority=0, options={}
        )

    def _db(self) -> Database:
        """One engine for the loop of the async actors, made in it."""
        if self._database is None:
            self._database = Database(self._database_url, pool_size=2 * THREADS)
        return self._database

    async def _carry_out(self, delivery_ids: list[int]) -> None:
        for delivery_id in delivery_ids:
            await deliver(self._db(), delivery_id, clock.now)

    async def _send_mail(self, mail_id: str, attempts: int) -> None:
        if self._postman is not None:
            await send(self._db(), self._postman, Turn(UUID(mail_id), attempts), clock.now)

    @property
    def sends_mail(self) -> bool:
        """False where mails stay in the outbox."""
        return self._postman is not None

    def enqueue_deliveries(self, delivery_ids: Sequence[int]) -> None:
        """Hand deliveries to the broker, a chunk a message; few enough a message that all threads get some."""
        size = max(1, min(CHUNK, len(delivery_ids) // THREADS))
        for start in range(0, len(delivery_ids), size):
            self._deliver.send(list(delivery_ids[start : start + size]))

    def enqueue_mails(self, turns: Sequence[Turn]) -> None:
        """Hand mails to the broker."""
        for turn in turns:
            self._send.send(str(turn.mail_id), turn.attempts)

    def start(self) -> None:
        """Start the threads that carry jobs out."""
        self._worker = dramatiq.Worker(self.broker, worker_threads=THREADS, worker_timeout=100)
        self._worker.queue_prefetch = PREFETCH
        self._worker.start()

    def stop(self) -> None:
        """Let running jobs end, a few seconds at most; what is not done stays in the database."""
        if self._worker is not None:
            self._worker.stop(timeout=STOP_MILLISECONDS)
        self.broker.close()


class Background:
    """Relay, projector and scheduler of one process."""

    def __init__(self, db: Database, jobs: Jobs) -> None:
        self.db = db
        self.jobs = jobs
        self._bells: list[asyncio.Event] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all parts until the block ends."""
        tasks = [asyncio.create_task(self._repeat(step)) for step in (self._follow, self._relay, self._mails)]
        tasks.append(
            asyncio.create_task(self._repeat(self._schedule, rung=False))
        )  # it goes by the clock alone
        tasks.append(asyncio.create_task(self._listen()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _repeat(self, step: Callable[[], Awaitable[int]], *, rung: bool = True) -> None:
        """Do the step each second, and (if `rung`) whenever the log has grown. Whatever goes wrong ends in another
        try: a step that stopped would stand still, unseen, until the process is started again. A fault of ours is not
        tried each second anew, whoever rings."""
        bell = asyncio.Event()
        if rung:
            self._bells.append(bell)
        faults = 0
        while True:
            bell.clear()
            try:
                while await step():
                    pass
                faults = 0
            except OUTAGES as error:
                log.warning("%s: %s, trying again", step.__name__, type(error).__name__)
            except Exception:
                log.exception("%s failed, trying again", step.__name__)
                faults += 1
                await asyncio.sleep(min(backoff(faults).total_seconds(), MOST_SECONDS))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), POLL_SECONDS)

    async def _follow(self) -> int:
        moved = await number(self.db)
        for model in await behind(self.db, clock.now()):
            moved += await keep_up(self.db, model, clock.now())
        return moved

    async def _relay(self) -> int:
        ids = await hand_over(self.db, clock.now())
        await asyncio.to_thread(self.jobs.enqueue_deliveries, ids)
        return len(ids)

    async def _mails(self) -> int:
        if not self.jobs.sends_mail:
            return 0
        turns = await hand_over_mails(self.db, clock.now())
        await asyncio.to_thread(self.jobs.enqueue_mails, turns)
        return len(turns)

    async def _schedule(self) -> int:
        await run_due(self.db, clock.now())
        return 0

    async def _listen(self) -> None:
        """Ring every part's bell when a web process says that the log has grown."""
        url = make_url(self.db.url).set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            gone = asyncio.Event()
            try:
                connection = await asyncpg.connect(url)
                connection.add_termination_listener(lambda *_, gone=gone: gone.set())
                await connection.add_listener(CHANNEL, self._ring)
                try:
                    await gone.wait()
                finally:
                    await connection.close(timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("not listening: %s, trying again", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    def _ring(self, *_: object) -> None:
        for bell in self._bells:
            bell.set()


class Service(msgspec.Struct):
    """What `background()` runs: for the process that wants to stop it."""

    db: Database
    jobs: Jobs


@contextlib.asynccontextmanager
async def background(settings: Settings, database_url: str) -> AsyncIterator[Service]:
    """Everything behind the pages, running until the block ends; with jobs carried out in threads of this process."""
    rooms.load_slices()
    links.configure(settings.secret_key)
    security_officer.configure(settings.security_officer)
    closing.configure(ON_THE_WAY)
    store.configure(settings)
    db = Database(database_url)
    jobs = Jobs(settings, database_url)
    jobs.start()
    try:
        async with Background(db, jobs).running():
            yield Service(db, jobs)
    finally:
        await asyncio.to_thread(jobs.stop)
        store.configure(None)
        await db.dispose()
