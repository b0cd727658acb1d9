"""The facility's own PostgreSQL: it starts, keeps, is taken over and goes, and leaves the machine as it was."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from facility.embedded.machine import EmbeddedError
from facility.embedded.server import DATABASE, MAJOR, PORT, USER, EmbeddedPostgres

CHILD = """
import sys
from pathlib import Path
from facility.embedded.server import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), fsync=False).start()
print("started", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """One that every user of the machine can reach, unlike pytest's own."""
    outer = Path(tempfile.mkdtemp(prefix="facility-test-"))
    outer.chmod(0o711)
    yield outer / "var"
    if (outer / "var").exists():
        EmbeddedPostgres(outer / "var").destroy()
    shutil.rmtree(outer)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder of the test's own."""
    with data_folder() as made:
        yield made


@pytest.fixture(scope="module")
def set_up() -> Iterator[Path]:
    """A data folder that was set up once, its server stopped: what is not about setting up begins with a copy of it."""
    with data_folder() as made:
        with postgres(made):
            pass
        yield made


@pytest.fixture
def used(folder: Path, set_up: Path) -> Path:
    """A data folder in which the server ran before."""
    subprocess.run(["cp", "-a", set_up, folder], check=True)
    return folder


def postgres(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, fsync=False)


async def ask(db: EmbeddedPostgres, question: str) -> Any:
    connection = await asyncpg.connect(host=str(db.sockets), port=PORT, user=USER, database=DATABASE)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))


def gone(process: psutil.Process) -> bool:
    """Also where nothing reaps the dead."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


async def test_the_database_and_its_settings(folder: Path) -> None:
    with postgres(folder) as db:
        assert db.url == f"postgresql+asyncpg://facility@/facility?host={db.sockets}&port=5432"
        assert stat.S_IMODE(db.sockets.stat().st_mode) == 0o700
        assert await ask(db, "SELECT upper('čelik đorđe тајно')") == "ČELIK ĐORĐE ТАЈНО"
        assert await ask(db, "SHOW listen_addresses") == ""
        assert await ask(db, "SHOW timezone") == "UTC"
        row = "SELECT array[pg_encoding_to_char(encoding), datlocprovider::text, datlocale, datcollate] "
        assert await ask(db, row + "FROM pg_database WHERE datname = 'facility'") == [
            "UTF8",
            "b",
            "C.UTF-8",
            "C",
        ]


async def test_fsync_is_on_unless_the_data_may_be_lost(used: Path) -> None:
    with EmbeddedPostgres(used) as db:
        assert await ask(db, "SHOW fsync") == "on"
    with postgres(used) as db:
        assert await ask(db, "SHOW fsync") == "off"


async def test_a_stop_ends_the_server_and_a_second_start_keeps_the_data(used: Path) -> None:
    with postgres(used) as db:
        await ask(db, "CREATE TABLE kept AS SELECT 7 AS number")
        server = postmaster(used)
    assert gone(server)

    with postgres(used) as db:
        assert await ask(db, "SELECT number FROM kept") == 7


async def test_open_transactions_do_not_hold_up_a_stop(used: Path) -> None:
    db = postgres(used)
    db.start()
    connection = await asyncpg.connect(host=str(db.sockets), port=PORT, user=USER, database=DATABASE)
    await connection.execute("BEGIN; CREATE TABLE lost ()")

    db.stop()

    assert not (used / "postgres" / "data" / "postmaster.pid").exists()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await connection.fetchval("SELECT 1")
    with postgres(used) as again:
        assert await ask(again, "SELECT to_regclass('lost')") is None


async def test_the_last_to_leave_stops_the_server(used: Path) -> None:
    first, second = postgres(used), postgres(used)
    assert first.start() == second.start()
    server = postmaster(used)

    first.stop()
    first.stop()
    assert await ask(second, "SELECT 1") == 1
    assert postmaster(used) == server

    second.stop()
    assert gone(server)


async def test_a_killed_service_leaves_a_server_that_the_next_takes_over(used: Path) -> None:
    words = [sys.executable, "-c", CHILD, str(used)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: ASYNC220
        assert child.stdout is not None
        assert child.stdout.readline() == "started\n"
        left_behind = postmaster(used)
        child.kill()
        assert child.wait() == -signal.SIGKILL

    with postgres(used) as db:
        assert await ask(db, "SELECT 1") == 1
        assert postmaster(used) == left_behind
    assert gone(left_behind)


async def test_a_killed_server_starts_again_with_what_was_committed(used: Path) -> None:
    with postgres(used) as db:
        await ask(db, "CREATE TABLE kept AS SELECT 7 AS number")
        server = postmaster(used)
        server.kill()

        other = postgres(used)
        other.start()
        assert postmaster(used) != server
        assert await ask(other, "SELECT number FROM kept") == 7
        other.stop()


async def test_a_stale_pid_that_another_program_has_got_since(used: Path) -> None:
    with postgres(used) as db:
        await ask(db, "CREATE TABLE kept AS SELECT 7 AS number")
        stale = (used / "postgres" / "data" / "postmaster.pid").read_text().splitlines()
    words = [str(os.getpid()), *stale[1:]]
    (used / "postgres" / "data" / "postmaster.pid").write_text("\n".join(words) + "\n")

    with postgres(used) as db:
        assert await ask(db, "SELECT number FROM kept") == 7
        assert postmaster(used).pid != os.getpid()


async def test_a_set_up_that_was_cut_off_is_done_anew(folder: Path) -> None:
    with postgres(folder):
        home = (folder / "postgres").resolve()
    (home / "data").rename(home / "data.draft")
    (home / "data.draft" / "PG_VERSION").unlink()

    with postgres(folder) as db:
        assert await ask(db, "SELECT current_database()") == DATABASE
    assert sorted(path.name for path in home.iterdir()) == ["data", "log", "run"]


def test_data_of_another_version_is_left_alone(used: Path) -> None:
    with postgres(used):
        version = used / "postgres" / "data" / "PG_VERSION"
    version.write_text("17\n")

    with pytest.raises(EmbeddedError, match=f"written by PostgreSQL 17, this is {MAJOR}"):
        postgres(used).start()


async def test_a_folder_that_is_closed_to_others_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    before = [stat.S_IMODE(folder.stat().st_mode) for folder in (closed, *closed.parents)]
    db = postgres(closed / "var")

    db.start()
    assert await ask(db, "SELECT 1") == 1
    server = postmaster(closed / "var")
    place = (closed / "var" / "postgres").resolve()
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert server.uids().real == place.stat().st_uid != 0
    db.destroy()

    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (closed, *closed.parents)] == before
    assert gone(server)
    assert not place.exists()


async def test_a_path_too_long_for_a_socket(folder: Path) -> None:
    long = folder / ("long-" * 20)
    with postgres(long) as db:
        sockets = db.sockets
        assert not sockets.is_relative_to(folder)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert await ask(db, "SELECT 1") == 1
    assert not sockets.exists()


async def test_the_log_quotes_nobody(used: Path) -> None:
    with postgres(used) as db:
        await ask(db, "CREATE TABLE person (mail text UNIQUE)")
        await ask(db, "INSERT INTO person VALUES ('ana@example.org')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await ask(db, "INSERT INTO person VALUES ('ana@example.org')")
        log = (used / "postgres" / "log").read_text()

    assert "person_mail_key" in log
    assert "ana@example.org" not in log


def test_the_address_is_known_after_the_start_only(folder: Path) -> None:
    with pytest.raises(EmbeddedError, match="has not been started"):
        _ = postgres(folder).url
