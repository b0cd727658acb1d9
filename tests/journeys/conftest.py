"""One service for all journeys, one Chromium, and people who came in through the product's own doors."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, sync_playwright

from facility.outbox import links
from tests.browser import SECRET
from tests.databases import database_at
from tests.journeys.cast import Company
from tests.journeys.machinery import SHOTS, Post, Service, outside, redis_server
from tests.journeys.stage import Stage
from tests.journeys.visitor import Visitor
from tests.smtp import SmtpServer

# No page lives for as long as it takes its scripts to become faster by being compiled better.
_SHORT_LIVED = ("--no-opt", "--no-maglev", "--always-sparkplug", "--no-flush-bytecode")


@pytest.fixture(scope="package")
def folder() -> Iterator[Path]:
    """For data, logs and Redis."""
    with tempfile.TemporaryDirectory(prefix="facility-journeys-") as made:
        yield Path(made)


@pytest.fixture(scope="package")
def post() -> Iterator[Post]:
    """The mail server of the journeys."""
    server = SmtpServer()
    server.start()
    yield Post(server)
    server.stop()


@pytest.fixture(scope="package")
def redis_url(folder: Path) -> Iterator[str]:
    with redis_server(folder) as url:
        yield url


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, by any of its names."""
    executable = next(
        filter(
            None,
            map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")),
        )
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-background-networking", f"--js-flags={' '.join(_SHORT_LIVED)}"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def service(server: str, folder: Path, redis_url: str, post: Post) -> Iterator[Service]:
    """Two web processes and a worker, and the first administrator."""
    made = Service(folder, outside(database_at(server, "journeys")), redis_url, post, webs=2)
    made.command("migrate")
    output = made.command(
        "user", "add", "root@facility.example", "--name", "Rut Root", "--role", "administrator"
    )
    assert output == f"Rut Root may sign in at {made.url}/sign-in\n"
    links.configure(SECRET)
    made.start()
    yield made
    made.stop()
    assert "Traceback" not in made.logs()


@pytest.fixture(scope="module")
def second_worker(service: Service) -> Iterator[None]:
    """Two workers, for the journeys of a file."""
    with service.second_worker():
        yield


def pytest_itemcollected(item: pytest.Item) -> None:
    """Where the service speaks its own words, for photographs, so do the tests."""
    if SHOTS:
        item.add_marker("as_worded")


class Opens(Protocol):
    """`visit()` is anybody's browser, `visit("mail@address", phone=True)` that of a person on a phone."""

    def __call__(self, email: str = "", *, phone: bool = False, script: bool = True) -> Visitor: ...


@pytest.fixture
def visit(chromium: Browser, service: Service, post: Post) -> Iterator[Opens]:
    """Further browsers, for one journey."""
    opened: list[Visitor] = []

    def open_browser(email: str = "", *, phone: bool = False, script: bool = True) -> Visitor:
        opened.append(Visitor(chromium, service.url, post, email, phone=phone, script=script))
        return opened[-1]

    yield open_browser
    for visitor in opened:
        visitor.close()


@pytest.fixture(scope="package")
def company(chromium: Browser, service: Service, post: Post) -> Iterator[Company]:
    """Everybody, each signed in at a browser of their own."""
    made = Company(chromium, service, post)
    yield made
    made.leave()


@pytest.fixture(scope="package")
def stage(company: Company, service: Service) -> Stage:
    """What a journey does not concern, done before it by commands."""
    return Stage(company, service)
