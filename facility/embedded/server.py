"""One cluster: laid, started, shared, stopped."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Self
from urllib.parse import quote

from facility.embedded.machine import (
    SHARED_PLACE,
    EmbeddedError,
    install_for,
    is_alive,
    is_server,
    make_folder,
    processes_in,
    unprivileged,
)

DATABASE = "facility"
USER = "facility"
PORT = 5432  # only part of the socket's name: the server listens on no network
MAJOR = "18"

_SOCKET_PATH_LIMIT = 107  # bytes, sun_path of Linux without its closing NUL
_START_SECONDS = 60
_STOP_SECONDS = 8
_ORPHAN_SECONDS = 15
_SOCKETS_ELSEWHERE = "facility-sockets-"

# Two cores and a few hundred MB of memory. No statement and no value ever gets into the server's log.
_CONFIG = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
effective_cache_size = 512MB
max_wal_size = 1GB
fsync = {fsync}
full_page_writes = {fsync}
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""


# Started so, the server stays when we end. `pg_ctl` would do it too, but looks only ten times a second whether it has started
# or stopped, and both take less than half of that.
_IN_THE_BACKGROUND = """log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!"""
_PAUSE = 0.005


class _Postmaster(NamedTuple):
    """What postmaster.pid says: the process, the folder of its socket, and whether it takes connections."""

    pid: int
    sockets: Path
    ready: bool


class EmbeddedPostgres:
    """PostgreSQL in ``<data_dir>/postgres``: ``start`` answers with the address, ``stop`` lets go of it.

    :param data_dir: made if it is missing.
    :param fsync: False for throw-away databases in tests: faster, lost when the machine fails.
    """

    def __init__(self, data_dir: Path, *, fsync: bool = True) -> None:
        self._home = data_dir.absolute() / "postgres"
        self._fsync = fsync
        self._user = unprivileged(self._home)
        self._users: IO[str] | None = None
        self._sockets: Path | None = None

    @property
    def url(self) -> str:
        """SQLAlchemy address of the database ``facility``."""
        return f"postgresql+asyncpg://{USER}@/{DATABASE}?host={quote(str(self.sockets))}&port={PORT}"

    @property
    def sockets(self) -> Path:
        """The folder with the server's socket (libpq's and asyncpg's ``host``)."""
        if self._sockets is None:
            raise EmbeddedError("PostgreSQL has not been started")
        return self._sockets

    def start(self) -> str:
        """Uses the server that runs on this folder, or else starts one. Answers with ``url``.

        :raises EmbeddedError: with the end of the server's log.
        """
        make_folder(self._home.parent)
        with self._alone():
            self._lay_home()
            users = open(self._lock("users"), "w")  # noqa: SIM115 - held until stop()
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                running = self._running()
                self._sockets = running.sockets if running else self._start()
            except BaseException:
                users.close()
                raise
            self._users = users
        return self.url

    def stop(self) -> None:
        """Lets go of the server; stops it (open transactions are rolled back) if nobody else uses it."""
        if self._users is None:
            return
        with self._alone(), self._users as users:
            self._users, self._sockets = None, None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._stop()

    def destroy(self) -> None:
        """Stops the server at once and removes it with all its data, wherever it was laid."""
        with self._alone():
            if self._users:
                self._users.close()
                self._users, self._sockets = None, None
            self._stop(at_once=True)
            place = self._home.resolve()
            self._home.unlink() if self._home.is_symlink() else None
            shutil.rmtree(place, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- folders ------------------------------------------------------------------------------------------------

    @property
    def _data(self) -> Path:
        return self._home.resolve() / "data"

    def _lock(self, name: str) -> Path:
        return self._home.parent / f".postgres-{name}.lock"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server of this folder."""
        with open(self._lock("turn"), "w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield

    def _lay_home(self) -> None:
        """Makes the server's folder, and in it the cluster with its empty database; all of it or nothing."""
        if not self._home.exists():
            self._home.unlink(missing_ok=True)  # a link to a place that is gone
            self._make_home()
        if not self._data.exists():
            draft = self._data.with_name("data.draft")
            shutil.rmtree(draft, ignore_errors=True)
            self._initdb(draft)
            draft.rename(self._data)
        version = (self._data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise EmbeddedError(
                f"{self._data} was written by PostgreSQL {version}, this is {MAJOR}: dump and load it"
            )

    def _make_home(self) -> None:
        if self._user is None or self._user.reaches(self._home.parent):
            self._home.mkdir(mode=0o700)
        else:
            base = Path(tempfile.gettempdir()) if not self._fsync else make_folder(SHARED_PLACE)
            self._home.symlink_to(tempfile.mkdtemp(prefix="postgres-", dir=base))
        self._give(self._home)

    def _initdb(self, folder: Path) -> None:
        # The build has no ICU; the builtin provider sorts by code point and knows upper and lower case of all scripts.
        locale: list[str] = [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--encoding=UTF8",
        ]
        quick: list[str] = [] if self._fsync else ["--no-sync"]
        self._run("initdb", "-D", folder, "-U", USER, "--auth=trust", "--no-instructions", *locale, *quick)
        fsync = f"fsync={'on' if self._fsync else 'off'}"
        create = f"CREATE DATABASE {DATABASE};\n"
        self._run("postgres", "--single", "-D", folder, "-c", fsync, "template1", input_text=create)

    def _socket_folder(self) -> Path:
        """Only the server's user may look in it, which is what makes ``trust`` safe."""
        folder = self._data.with_name("run")
        length = len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}")
        if length <= _SOCKET_PATH_LIMIT and "'" not in str(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
        else:
            folder = Path(tempfile.mkdtemp(prefix=_SOCKETS_ELSEWHERE, dir="/tmp"))
        self._give(folder)
        return folder

    def _give(self, path: Path) -> None:
        if self._user:
            os.chown(path, self._user.uid, self._user.gid)

    # -- the server ---------------------------------------------------------------------------------------------

    def _running(self) -> _Postmaster | None:
        """The server on this folder, if one lives and answers."""
        postmaster = self._postmaster()
        if postmaster is None or not is_server(postmaster.pid):
            return None
        if self._answers(postmaster.sockets):
            return postmaster
        self._stop(at_once=True)  # it lost its socket, or it hangs
        return None

    def _postmaster(self) -> _Postmaster | None:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return _Postmaster(int(lines[0]), Path(lines[4]), lines[7].strip() == "ready")
        except (OSError, ValueError, IndexError):
            return None

    def _answers(self, sockets: Path) -> bool:
        """Waits while it says that it is starting up."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            code = self._run(
                "pg_isready", "-q", "-t", "5", "-h", sockets, "-p", str(PORT), check=False
            ).returncode
            if code != 1:
                return code == 0
            time.sleep(0.05)
        return False

    def _start(self) -> Path:
        self._forget_the_dead()
        sockets = self._socket_folder()
        config = _CONFIG.format(port=PORT, sockets=sockets, fsync="on" if self._fsync else "off")
        (self._data / "postgresql.conf").write_text(config)
        log = self._data.with_name("log")
        if log.exists() and log.stat().st_size > 10_000_000:
            log.rename(log.with_name("log.old"))
        words = ("-c", _IN_THE_BACKGROUND, "sh", log, self._program("postgres"), "-D", self._data)
        pid = int(self._run("/bin/sh", *words).stdout)
        _until(lambda: self._ready(pid) or not is_alive(pid), _START_SECONDS)
        if not self._ready(pid):
            raise EmbeddedError(f"PostgreSQL does not start; the end of {log}:\n{_tail(log)}")
        return sockets

    def _ready(self, pid: int) -> bool:
        postmaster = self._postmaster()
        return postmaster is not None and postmaster.pid == pid and postmaster.ready

    def _forget_the_dead(self) -> None:
        """Removes what a killed server left behind, once its last child has noticed that it is alone."""
        dead = self._postmaster()
        if dead is None:
            return
        if not _until(lambda: not processes_in(self._data), _ORPHAN_SECONDS, pause=0.05):
            orphans = processes_in(self._data)
            raise EmbeddedError(f"processes of a dead PostgreSQL still hold {self._data}: {orphans}")
        _remove_socket_folder(dead.sockets)
        # Its number may belong to another program by now, which a new server would take for the old one.
        (self._data / "postmaster.pid").unlink()

    def _stop(self, *, at_once: bool = False) -> None:
        """Rolls back open transactions; at once: as if it had crashed."""
        postmaster = self._postmaster()
        if postmaster is None or not is_server(postmaster.pid):
            return
        for sign in (signal.SIGQUIT,) if at_once else (signal.SIGINT, signal.SIGQUIT):
            os.kill(postmaster.pid, sign)
            if _until(lambda: not is_server(postmaster.pid), _STOP_SECONDS):
                break
        else:
            raise EmbeddedError(f"PostgreSQL does not stop: process {postmaster.pid}")
        _remove_socket_folder(postmaster.sockets)

    def _program(self, name: str) -> Path:
        return install_for(self._user) / "bin" / name

    def _run(
        self, program: str, *words: str | Path, check: bool = True, input_text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Runs one of the wheel's programs, or another by its path, as the server's user, with nothing of our environment."""
        user = self._user
        done = subprocess.run(
            [self._program(program), *words],
            input=input_text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            umask=0o077,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
        if check and done.returncode != 0:
            raise EmbeddedError(f"{program} failed: {(done.stderr or done.stdout).strip()}")
        return done


def _until(happened: Callable[[], bool], seconds: float, pause: float = _PAUSE) -> bool:
    """Whether it happens within this time."""
    deadline = time.monotonic() + seconds
    while not (has_happened := happened()) and time.monotonic() < deadline:
        time.sleep(pause)
    return has_happened


def _remove_socket_folder(folder: Path) -> None:
    if folder.name.startswith(_SOCKETS_ELSEWHERE):
        shutil.rmtree(folder, ignore_errors=True)


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    except OSError:
        return "(there is no log)"
