"""Worker, Redis and PostgreSQL are killed amid their work: everything comes to its end, once, by itself."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from facility.accounts.service.people import invite
from facility.db import Database, Tx
from facility.outbox import links
from facility.web.access import Role
from tests.browser import SECRET, states
from tests.deployments.conftest import AHEAD, Sending, expert
from tests.faults.parts import (
    Faulty,
    PausingServer,
    Postgres,
    Redis,
    Traffic,
    post_all,
    temporary,
    waiting_for_locks,
)
from tests.journeys.machinery import Post, until
from tests.judging import judging

ROOT = "root@facility.example"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with temporary() as made:
        yield made


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    made = Postgres()
    yield made
    made.destroy()


@pytest.fixture(scope="module")
def redis(folder: Path) -> Iterator[Redis]:
    made = Redis(folder)
    yield made
    made.kill()


@pytest.fixture(scope="module")
def mails() -> Iterator[PausingServer]:
    made = PausingServer()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def running(folder: Path, postgres: Postgres, redis: Redis, mails: PausingServer) -> Iterator[Faulty]:
    made = Faulty(folder, postgres.url, redis.url, Post(mails), webs=2)
    made.command("migrate")
    made.command("user", "add", ROOT, "--name", "Rut Root", "--role", "administrator")
    made.start()
    yield made
    made.stop()
    assert "Traceback" not in made.logs()


@pytest.fixture
def service(running: Faulty, mails: PausingServer) -> Iterator[Faulty]:
    """The service with nothing to do; afterwards it is sound, and every mail came, once."""
    until("nothing waits", running.settled, seconds=120)
    mails.reset()
    yield running
    running.sound()


async def _invite_all(tx: Tx, addresses: list[str]) -> None:
    for address in addresses:
        await invite(tx, name="Nora New", email=address, roles=[Role.ASSESSOR])


def _invite(service: Faulty, what: str, count: int) -> list[str]:
    """That many people invited in one transaction: a delivery and a mail each."""
    addresses = [f"{what}-{n}@example.org" for n in range(count)]
    service.act(ROOT, lambda tx: _invite_all(tx, addresses))
    return addresses


def _come(mails: PausingServer, addresses: list[str]) -> dict[str, int]:
    """How many different mails each address got; a repeat bears the same Message-ID."""
    return {address: len({mail.message["Message-ID"] for mail in mails.to(address)}) for address in addresses}


def _again(mails: PausingServer) -> int:
    """How many mails came more than once."""
    ids = Counter(mail.message["Message-ID"] for mail in mails.received)
    return sum(count - 1 for count in ids.values())


def test_the_worker_gives_way_to_pages(service: Faulty) -> None:
    *webs, worker = service.niceness()
    for web in webs:
        assert web[0] < worker[0]
        assert web[1] < worker[1]


def test_the_worker_is_killed_amid_a_batch_of_deliveries(service: Faulty, mails: PausingServer) -> None:
    addresses = _killed_amid(service)
    service.start_worker("worker-after-batch")
    service.time_goes_by()
    until("everything is done", service.settled, seconds=120)
    assert _come(mails, addresses) == dict.fromkeys(addresses, 1)
    assert _again(mails) == 0
    assert service.rows("SELECT event_id FROM mail GROUP BY event_id HAVING count(*) > 1") == []


def _killed_amid(service: Faulty) -> list[str]:
    """Invites many while nobody may write a mail, and kills the worker when it waits for that with some of them."""

    async def hold(db: Database) -> list[str]:
        async with db.engine.begin() as connection:
            await connection.execute(text("LOCK TABLE mail IN SHARE ROW EXCLUSIVE MODE"))
            addresses = await asyncio.to_thread(_invite, service, "batch", 60)
            await asyncio.to_thread(until, "deliveries under way", lambda: waiting_for_locks(service) > 1)
            await asyncio.to_thread(service.kill_worker)
            return addresses

    return service.with_database(hold)


def test_the_worker_is_killed_amid_a_mail(service: Faulty, mails: PausingServer) -> None:
    mails.paused.set()
    addresses = _invite(service, "mail", 3)
    mails.wait_for(3)
    service.kill_worker()
    assert service.rows("SELECT DISTINCT state FROM mail WHERE to_address LIKE 'mail-%'") == [("sending",)]
    mails.paused.clear()
    service.start_worker("worker-after-mail")
    service.time_goes_by()
    until("everything is done", service.settled, seconds=120)
    assert _come(mails, addresses) == dict.fromkeys(addresses, 1)
    assert _again(mails) == 3


def test_the_mail_server_hangs_up(service: Faulty, mails: PausingServer) -> None:
    mails.hang_up(2)
    addresses = _invite(service, "hang-up", 4)
    until("everything is done", service.settled, seconds=120)
    assert _come(mails, addresses) == dict.fromkeys(addresses, 1)
    assert _again(mails) == 0


def test_redis_is_killed_under_traffic(service: Faulty, redis: Redis, mails: PausingServer) -> None:
    with Traffic(service.url) as traffic:
        traffic.next(200, 303)
        redis.kill()
        addresses = _invite(service, "redis", 40)
        traffic.next(200)
        until(
            "somebody tried",
            lambda: service.value_of("SELECT count(*) FROM delivery WHERE state = 'handed_over'"),
        )
        redis.start()
        traffic.next(200)
    service.time_goes_by()
    until("everything is done", service.settled, seconds=120)
    assert set(traffic.answers) <= {200, 303, 429}
    assert _come(mails, addresses) == dict.fromkeys(addresses, 1)
    assert _again(mails) == 0


def test_postgresql_is_killed_under_traffic(
    service: Faulty, postgres: Postgres, mails: PausingServer
) -> None:
    before = _invite(service, "before", 40)
    assert [service.head(f"{url}/calls")[0] for url in service.urls] == [200, 200]
    with Traffic(service.url) as traffic:
        traffic.next(200)
        postgres.kill()
        traffic.next(503)
        postgres.start()
        # Nobody asked the other web process meanwhile: its connections are dead, and whoever comes doesn't see it.
        assert service.head(f"{service.urls[1]}/calls")[0] == 200
        traffic.next(200)
    after = _invite(service, "after", 5)
    service.time_goes_by()
    until("everything is done", service.settled, seconds=120)
    assert set(traffic.answers) <= {200, 303, 429, 503}
    assert "One moment, please" in traffic.pages[503]
    assert _come(mails, before + after) == dict.fromkeys(before + after, 1)


def test_fifty_posts_of_one_link_to_two_web_processes(service: Faulty) -> None:
    service.kill_worker()  # the story is told years ago: a worker would close its call amid it, by today's clock
    path = service.with_database(_asked)
    service.start_worker("worker-after-story")
    forms = [{"answer": "accept" if n % 2 else "decline"} for n in range(50)]
    answers = post_all(service.urls, path, forms)
    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: 49}
    (won,) = [n for n, answer in enumerate(answers) if answer.status_code == 303]
    rows = service.rows(
        "SELECT outcome, count(*) FROM invitation JOIN expert ON expert.id = expert_id WHERE code = 'X0' GROUP BY 1"
    )
    assert rows == [("accepted" if won % 2 else "declined", 1)]
    for answer in answers:
        if answer.status_code == 409:
            assert "too-late" in states(answer)
    until("everything is done", service.settled, seconds=120)


async def _asked(db: Database) -> str:
    """An awarded application, an expert who is asked and another who waits; the path of the first one's link."""
    links.configure(SECRET)
    play = await judging(db)
    await play.apply("A", "35427.70")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.decide()
    sending = Sending(play)
    await sending.pool(expert("X0", available=[AHEAD]), expert("X1", available=[AHEAD]))
    return await sending.link(await sending.soon(), "X0")
