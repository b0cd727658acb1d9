"""The command line as people use it: real processes on a data folder of their own, with an embedded PostgreSQL."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.processes import free_port
from facility.cli import main
from facility.embedded.server import EmbeddedPostgres
from facility.files.store import configured
from facility.rehearsal.pages.scenario import EXAMPLES, FOLDER
from facility.settings import ROOT
from tests import databases
from tests.oracle.figures import normal

FACILITY = Path(sys.executable).with_name("facility")
RESERVE = FOLDER / "taf-2021-01-reserve.json"
NEEDED = ["BASE_URL", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SMTP_URL"]
type Within = Callable[..., Result]
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder, and the server in it kept running, so that each command is quick."""
    outer = Path(tempfile.mkdtemp(prefix="facility-commands-"))
    outer.chmod(0o711)
    server = EmbeddedPostgres(outer / "var", fsync=False)
    server.start()
    try:
        yield outer / "var"
    finally:
        server.destroy()
        shutil.rmtree(outer)


def environment(data: Path, **variables: str) -> dict[str, str]:
    """What a process of ours is told: this data folder, no demo, and these."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**kept, "FACILITY_DATA": str(data), "FACILITY_DEMO": "0", **variables}


def run(data: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`facility WORDS` with this data folder and nothing else told."""
    return subprocess.run(
        [str(FACILITY), *words],
        cwd=ROOT,
        env=environment(data, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def run_sql(data: Path, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements on the data folder's database, triggers out of the way; the rows of the last."""

    async def ask() -> list[tuple[Any, ...]]:
        server = EmbeddedPostgres(data)
        engine = create_async_engine(server.start())
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                result = await connection.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
        await engine.dispose()
        server.stop()
        return rows

    return asyncio.run(ask())


@pytest.fixture
def within(monkeypatch: pytest.MonkeyPatch) -> Within:
    """`facility WORDS` within this process: a process of its own takes two seconds to begin. It takes `run` to see that it
    begins and ends well by itself."""
    monkeypatch.setattr("facility.log.setup", lambda **_: None)
    monkeypatch.setattr("facility.outbox.links.configure", lambda _key: None)

    def invoke(data: Path, *words: str, **variables: str) -> Result:
        bare = dict.fromkeys(NEEDED, None)
        return CliRunner().invoke(main, words, env={**bare, **environment(data), **variables})

    return invoke


@pytest.mark.parametrize("name", EXAMPLES)
def test_rehearse_prints_one_json_object_and_nothing_else(data: Path, name: str) -> None:
    done = run(data, "rehearse", str(FOLDER / f"{name}.json"))
    assert (done.returncode, done.stderr) == (0, "")
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text())
    assert normal(json.loads(done.stdout)) == normal(expected)
    assert run_sql(data, r"SELECT datname FROM pg_database WHERE datname LIKE 'rehearsal\_%'") == []


def test_rehearse_names_every_mistake_of_a_wrong_file(data: Path, tmp_path: Path) -> None:
    file = json.loads(RESERVE.read_text())
    file["call"]["envelope"] = "1.234"
    file["call"]["closes_at"] = file["call"]["opens_at"]
    file["applications"][1]["partners"][0]["beneficiary"] = "FR"
    file["experts"][2]["id"] = file["experts"][1]["id"]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(file))
    done = run(data, "rehearse", str(wrong))
    assert (done.returncode, done.stdout) == (2, "")
    assert sorted(line.partition(": ")[0] for line in done.stderr.splitlines()) == [
        "applications[1].partners[0].beneficiary",
        "call.closes_at",
        "call.envelope",
        "experts[2].id",
    ]


@pytest.mark.parametrize("content", [b"", b'{"a": NaN}', b"[" * 100_000])
def test_rehearse_refuses_what_is_no_scenario(data: Path, tmp_path: Path, content: bytes) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(content)
    done = run(data, "rehearse", str(wrong))
    assert (done.returncode, done.stdout, done.stderr != "") == (2, "", True)
    assert "Traceback" not in done.stderr


def test_rehearse_refuses_a_file_that_is_not_there(data: Path, tmp_path: Path) -> None:
    done = run(data, "rehearse", str(tmp_path / "nowhere.json"))
    assert (done.returncode, done.stdout) == (2, "")


def test_user_add_gives_the_first_administrator(data: Path) -> None:
    words = ("user", "add", "Rut@example.org", "--name", "Rut Root", "--role", "administrator")
    done = run(data, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Rut Root may sign in at http://127.0.0.1:8000/sign-in\n"
    rows = "SELECT email, name, status, role FROM person JOIN person_role ON person_id = person.id"
    assert run_sql(data, rows) == [("rut@example.org", "Rut Root", "active", "administrator")]
    again = run(data, *words)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "Error: There is an account with this mail address already.\n"
    assert len(run_sql(data, rows)) == 1


@pytest.mark.as_worded  # a command has nothing but its sentences
@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("rut@example.org", "--name", "Rut Root", "--role", "king"), 2, "'king' is not one of"),
        (("no address", "--name", " ", "--role", "auditor"), 2, "Enter a mail address like"),
        (("no address", "--name", " ", "--role", "auditor"), 2, "Enter the name of the person."),
        (
            ("new@example.org", "--name", "New", "--role", "administrator", "--role", "secretariat"),
            1,
            "These roles can't be combined",
        ),
        (("new@example.org", "--name", "New", "--role", "officer"), 2, "'officer' is not one of"),
        (("new@example.org", "--name", "N\udcff", "--role", "auditor"), 2, "no control characters"),
        (("n\udcff@example.org", "--name", "New", "--role", "auditor"), 2, "Enter a mail address like"),
    ],
    ids=["role", "address", "name", "roles", "officer", "half a letter", "half a letter in an address"],
)
def test_user_add_refuses_what_the_pages_would_refuse(
    data: Path, within: Within, words: tuple[str, ...], status: int, sentence: str
) -> None:
    done = within(data, "user", "add", *words)
    assert (done.exit_code, done.stdout, sentence in done.stderr) == (status, "", True)
    assert "Traceback" not in done.stderr


def test_reconcile_names_what_is_off_and_exits_1(data: Path, within: Within) -> None:
    within(data, "migrate")
    good = within(data, "reconcile")
    assert (good.exit_code, good.stderr) == (0, "")
    assert all(line.startswith("ok ") for line in good.stdout.splitlines())
    run_sql(data, "UPDATE event SET version = version + 1 WHERE seq = (SELECT max(seq) FROM event)")
    try:
        bad = run(data, "reconcile")
    finally:
        run_sql(data, "UPDATE event SET version = version - 1 WHERE seq = (SELECT max(seq) FROM event)")
    assert (bad.returncode, bad.stderr) == (1, "")
    lines = bad.stdout.splitlines()
    assert [line for line in lines if line.startswith("OFF")] == ["OFF  log: hash chains"]
    [named] = [line.split()[1] for line in lines if line.startswith("     event ")]
    assert run_sql(data, "SELECT id::text FROM event ORDER BY seq DESC LIMIT 1") == [(named,)]
    assert within(data, "reconcile").exit_code == 0
    assert configured() is None  # what the command looked into is not left to whatever runs next here


def test_rebuild_shows_progress_and_gives_the_same_read_models(data: Path, within: Within) -> None:
    within(data, "migrate")
    assert within(data, "rebuild").exit_code == 0
    before = _read_models(data)
    done = run(data, "rebuild")
    assert (done.returncode, done.stdout) == (0, "")
    assert "100%" in done.stderr
    assert _read_models(data) == before
    assert within(data, "reconcile").exit_code == 0


def _read_models(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    from facility.events.projector import PROJECTIONS
    from facility.rooms import load_slices

    load_slices()
    tables = sorted({table.name for model in PROJECTIONS.values() for table in model.tables} | {"projection"})
    return {table: run_sql(data, f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in tables}


def test_rebuild_names_the_read_models_that_there_are(data: Path, within: Within) -> None:
    done = within(data, "rebuild", "nonsense")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no read model nonsense; there are " in done.stderr


@pytest.mark.parametrize("words", [("run",), ("worker",), ("rehearse", str(RESERVE))])
def test_wrong_settings_stop_the_start_with_all_of_them_named(data: Path, words: tuple[str, ...]) -> None:
    done = run(data, *words, DATABASE_URL="mysql://somewhere", PORT="99999", SECRET_KEY="short")
    assert (done.returncode, done.stdout) == (1, "")
    named = sorted({line.split()[0] for line in done.stderr.splitlines()})
    assert named == ["BASE_URL", "DATABASE_URL", "PORT", "REDIS_URL", "SECRET_KEY", "SMTP_URL"]


TOOLS = (
    ("migrate",),
    ("reconcile",),
    ("rebuild",),
    ("user", "add", "rut@example.org", "--name", "Rut Root", "--role", "administrator"),
    ("rehearse", str(RESERVE)),
)
SERVICES = (("web",), ("worker",))


@pytest.mark.parametrize("words", SERVICES, ids=lambda words: words[0])
@pytest.mark.parametrize(
    "given", [{}, {"DATABASE_URL": ""}, {"DATABASE_URL": " ", "SMTP_URL": "smtp://mail"}]
)
def test_services_name_every_setting_that_is_missing_and_start_no_database(
    within: Within, tmp_path: Path, words: tuple[str, ...], given: dict[str, str]
) -> None:
    done = within(tmp_path / "var", *words, **given)
    assert (done.exit_code, done.stdout) == (1, "")
    named = [line.split()[0] for line in done.stderr.splitlines()]
    assert sorted(named) == [name for name in NEEDED if not given.get(name, "").strip()]
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("words", TOOLS, ids=lambda words: words[0])
@pytest.mark.parametrize("given", [{"DATABASE_URL": ""}, {"REDIS_URL": "redis://redis:6379/0"}])
def test_tools_take_no_other_database_than_the_one_that_is_meant(
    within: Within, tmp_path: Path, words: tuple[str, ...], given: dict[str, str]
) -> None:
    done = within(tmp_path / "var", *words, **given)
    assert (done.exit_code, done.stdout) == (1, "")
    named = [line.split()[0] for line in done.stderr.splitlines()]
    assert sorted(named) == [name for name in NEEDED if not given.get(name)]
    assert not (tmp_path / "var").exists()


def production(url: str) -> dict[str, str]:
    """Everything that a service needs, with this database."""
    return {
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "BASE_URL": "http://127.0.0.1:1",
        "SECRET_KEY": "k" * 32,
    }


@pytest.mark.parametrize("words", [*SERVICES, *TOOLS], ids=lambda words: words[0])
@pytest.mark.parametrize("host", ["127.0.0.1:1", "no.such.host.invalid"])
def test_a_database_that_cannot_be_reached_is_one_line(
    within: Within, tmp_path: Path, words: tuple[str, ...], host: str
) -> None:
    done = within(tmp_path, *words, **production(f"postgresql://facility:hunter2@{host}/facility"))
    assert (done.exit_code, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("Error: The database can't be reached: ")
    assert "hunter2" not in line


@pytest.fixture(scope="module")
def empty(data: Path) -> Iterator[str]:
    """The address of a database without tables."""
    server = EmbeddedPostgres(data)
    yield asyncio.run(databases.database_at(server.start(), "bare"))
    server.stop()


@pytest.mark.parametrize("words", [*SERVICES, *TOOLS[1:4]], ids=lambda words: words[0])
def test_a_database_without_tables_is_one_line(
    within: Within, tmp_path: Path, words: tuple[str, ...], empty: str
) -> None:
    done = within(tmp_path, *words, **production(empty))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: The database has no tables yet. Run `facility migrate` first.\n"


def test_a_database_of_another_version_is_one_line_until_it_is_migrated(
    within: Within, tmp_path: Path, empty: str
) -> None:
    variables = production(empty)
    assert run(tmp_path, "rehearse", str(RESERVE), **variables).returncode == 0  # on a database of its own
    assert run(tmp_path, "migrate", **variables).returncode == 0
    assert run(tmp_path, "reconcile", **variables).returncode == 0
    for revision, sentence in (
        ("0001", "is older than this version of the facility (0001). Run `facility migrate` first."),
        ("9999", "was made by a newer version of the facility (9999)."),
    ):
        asyncio.run(databases.run(empty, f"UPDATE alembic_version SET version_num = '{revision}'"))
        done = within(tmp_path, "reconcile", **variables)
        assert (done.exit_code, done.stderr) == (1, f"Error: The database {sentence}\n")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_that_run_has_started(sign: signal.Signals) -> None:
    outer = Path(tempfile.mkdtemp(prefix="facility-commands-"))
    outer.chmod(0o711)
    port = free_port()
    process = subprocess.Popen(
        [str(FACILITY), "run"],
        cwd=ROOT,
        env=environment(outer / "var", PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"The facility is at http://127.0.0.1:{port} (Ctrl-C stops it)\n"
        process.send_signal(sign)
        assert process.wait(timeout=60) == 0
        assert not (outer / "var" / "postgres" / "data" / "postmaster.pid").exists()
    finally:
        process.kill()
        process.communicate()
        EmbeddedPostgres(outer / "var").destroy()
        shutil.rmtree(outer)
