"""What a machine is told from outside: read once from the environment, checked as a whole.

Two ways to run. `facility run` without ``DATABASE_URL`` brings its own PostgreSQL and, unless told otherwise, its demo
story. With ``DATABASE_URL`` it is in production, and then everything that production needs must be set, as it must for
`facility web` and `facility worker`, which run nowhere else.
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

# The checkout: facility/, templates/, static/ and migrations/ are siblings in it.
ROOT = Path(__file__).resolve().parent.parent

SECRET_LENGTH = 32
NEEDED_IN_PRODUCTION = ("REDIS_URL", "SMTP_URL", "BASE_URL", "SECRET_KEY")
SERVICES = frozenset({"web", "worker"})
TOOLS = frozenset({"migrate", "user", "reconcile", "rebuild", "rehearse"})
"""Commands that work on the database of `facility run` where there is no other."""

_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class SettingsError(Exception):
    """The environment is not fit to start with. ``messages`` names every variable that is missing or wrong."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of the environment.

    ``database_url`` and ``redis_url`` are None on a machine without services; ``smtp_url`` is None where mails are
    kept in the outbox only. ``base_url`` has no trailing slash. ``data_dir`` is absolute and exists. ``documents_url``
    (s3://bucket/prefix) is None where documents are kept in the data folder, ``clamd_url`` where nothing looks for
    viruses, ``security_officer`` where the secretariat learns of documents with a marking. ``trusted_proxies`` are the
    peers whose word counts about where a request comes from. ``always_pin``: each new request for experts is a sensitive one.
    """

    database_url: str | None
    redis_url: str | None
    smtp_url: str | None
    base_url: str
    secret_key: str
    data_dir: Path
    host: str
    port: int
    demo: bool
    mail_from: str
    facility_name: str
    json_log: bool
    documents_url: str | None = None
    clamd_url: str | None = None
    security_officer: str | None = None
    trusted_proxies: tuple[Network, ...] = ()
    secretariat_email: str | None = None
    always_pin: bool = False

    @property
    def contact(self) -> str:
        """Where people write to the secretariat: pages, letters and mails name it, and answers to mails go there."""
        return self.secretariat_email or self.mail_from

    @property
    def embedded(self) -> bool:
        return self.database_url is None

    @property
    def documents_dir(self) -> Path:
        """Where uploaded documents are kept unless ``documents_url`` says otherwise; web and worker processes share it."""
        return self.data_dir / "documents"

    @property
    def secure(self) -> bool:
        """People reach the service by https, so cookies may never travel without it."""
        return self.base_url.startswith("https://")


def load(environ: Mapping[str, str] = os.environ, command: str | None = None) -> Settings:
    """Reads the settings; creates the data folder and, where none is given, a secret kept in it. `command`: which one of
    `facility` needs them.

    :raises SettingsError: with one message for each variable that is missing or wrong.
    """
    reader = _Reader(environ)
    if _elsewhere(environ, command):
        names = [name for name in ("DATABASE_URL", *NEEDED_IN_PRODUCTION) if name not in reader.environ]
        reader.errors += [f"{name} is missing; `facility {command}` needs it" for name in names]
    settings = _read(reader)
    if reader.errors:
        raise SettingsError(reader.errors)
    try:
        return _with_data_folder(settings)
    except OSError as error:
        reason = f"FACILITY_DATA: {settings.data_dir} cannot be used: {error.strerror}"
        raise SettingsError([reason]) from error


def _elsewhere(environ: Mapping[str, str], command: str | None) -> bool:
    """Whether the command must not bring a database of its own though none is named: pages and workers never do, nor a tool
    where somebody left DATABASE_URL empty, or named the Redis that only production has."""
    if environ.get("DATABASE_URL", "").strip():
        return False
    meant = "DATABASE_URL" in environ or environ.get("REDIS_URL", "").strip() != ""
    return command in SERVICES or (command in TOOLS and meant)


def _read(reader: "_Reader") -> Settings:
    database_url = reader.url("DATABASE_URL", "postgresql", "postgres", "postgresql+asyncpg")
    if database_url:
        reader.require(*NEEDED_IN_PRODUCTION)
        database_url = "postgresql+asyncpg://" + database_url.partition("://")[2]
    host = reader.text("FACILITY_HOST", "127.0.0.1")
    port = reader.port()
    base_url = reader.base_url(f"http://{f'[{host}]' if ':' in host else host}:{port}")
    settings = Settings(
        database_url=database_url,
        redis_url=reader.url("REDIS_URL", "redis", "rediss", "unix"),
        smtp_url=reader.url("SMTP_URL", "smtp", "smtps"),
        base_url=base_url,
        secret_key=reader.secret(),
        data_dir=Path(reader.text("FACILITY_DATA", "./var")).absolute(),
        host=host,
        port=port,
        demo=reader.yes_or_no("FACILITY_DEMO", default=database_url is None),
        mail_from=reader.address("MAIL_FROM", f"facility@{urlsplit(base_url).hostname or 'localhost'}"),
        facility_name=reader.text("FACILITY_NAME", "Technical Assistance Facility"),
        json_log=reader.yes_or_no("FACILITY_JSON_LOG", default=False),
        documents_url=reader.bucket("DOCUMENTS_URL"),
        clamd_url=reader.clamd("CLAMD_URL"),
        security_officer=reader.address("SECURITY_OFFICER", "") or None,
        trusted_proxies=reader.networks("TRUSTED_PROXIES"),
        secretariat_email=reader.address("SECRETARIAT_EMAIL", "") or None,
        always_pin=reader.yes_or_no("ALWAYS_PIN", default=False),
    )
    if settings.demo:
        reader.only_at_home(settings)
    return settings


def is_loopback(host: str) -> bool:
    """True for names and addresses that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Reader:
    """Reads variables one by one and gathers what is wrong with them instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = {name: value.strip() for name, value in environ.items() if value.strip()}
        self.errors: list[str] = []

    def text(self, name: str, default: str) -> str:
        value = self.environ.get(name, default)
        if not value.isprintable():
            self.errors.append(f"{name} holds characters that cannot be printed")
        return value

    def require(self, *names: str) -> None:
        missing = [name for name in names if name not in self.environ]
        self.errors += [f"{name} is missing; it is needed when DATABASE_URL is set" for name in missing]

    def url(self, name: str, *schemes: str) -> str | None:
        """The address as it was given. Its value is never repeated in a message: it may hold a password."""
        value = self.environ.get(name)
        if value is None:
            return None
        parts = _split(value)
        if parts is None or parts.scheme not in schemes or not (parts.netloc or parts.path):
            self.errors.append(
                f"{name} is not an address that starts with {' or '.join(s + '://' for s in schemes)}"
            )
        return value

    def bucket(self, name: str) -> str | None:
        """s3://bucket or s3://bucket/prefix; who may, and where, stands in the usual AWS_ variables."""
        value = self.environ.get(name)
        if value is not None and not re.fullmatch(
            r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w./-]*)?", value
        ):
            self.errors.append(f"{name} is not an address like s3://bucket/prefix")
        return value

    def clamd(self, name: str) -> str | None:
        """tcp://host:port or unix:///path."""
        value = self.environ.get(name)
        if value is None:
            return None
        parts = _split(value)
        tcp = parts is not None and parts.scheme == "tcp" and parts.hostname and parts.port
        if not tcp and not re.fullmatch(r"unix:///.+", value):
            self.errors.append(f"{name} is not an address like tcp://host:3310 or unix:///run/clamd.sock")
        return value

    def base_url(self, default: str) -> str:
        value = self.environ.get("BASE_URL", default).rstrip("/")
        parts = _split(value)
        bare = parts is not None and not (parts.path or parts.query or parts.fragment or parts.username)
        if parts is None or not bare or parts.scheme not in ("http", "https") or not parts.hostname:
            self.errors.append("BASE_URL is not a bare address like https://facility.example.org")
            return "http://localhost"
        return value

    def port(self) -> int:
        value = self.environ.get("PORT", "8000")
        if re.fullmatch("[0-9]{1,5}", value) and 1 <= int(value) <= 65535:
            return int(value)
        self.errors.append("PORT is not a number from 1 to 65535")
        return 8000

    def secret(self) -> str:
        value = self.environ.get("SECRET_KEY", "")
        if value and len(value) < SECRET_LENGTH:
            self.errors.append(f"SECRET_KEY is shorter than {SECRET_LENGTH} characters")
        return value

    def networks(self, name: str) -> tuple[Network, ...]:
        """Addresses and networks, with commas between them."""
        value = self.environ.get(name, "")
        try:
            return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            self.errors.append(
                f"{name} is not a list of addresses and networks like 10.0.0.5, 192.168.0.0/16"
            )
            return ()

    def yes_or_no(self, name: str, default: bool) -> bool:
        value = self.environ.get(name)
        if value is None:
            return default
        if value.lower() not in _WORDS:
            self.errors.append(f"{name} is neither 1 nor 0")
        return _WORDS.get(value.lower(), default)

    def address(self, name: str, default: str) -> str:
        value = self.environ.get(name, default)
        if value != default and not _ADDRESS.fullmatch(value):
            self.errors.append(f"{name} is not a mail address")
        return value

    def only_at_home(self, settings: Settings) -> None:
        """In the demo anybody may sign in as anybody: nobody else may reach it."""
        if not is_loopback(settings.host):
            self.errors.append(
                "FACILITY_HOST is not a loopback address, which the demo (FACILITY_DEMO) needs"
            )
        if not is_loopback(urlsplit(settings.base_url).hostname or ""):
            self.errors.append("BASE_URL is not a loopback address, which the demo (FACILITY_DEMO) needs")


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return None
    return parts


def _with_data_folder(settings: Settings) -> Settings:
    if not settings.data_dir.exists():
        settings.data_dir.mkdir(parents=True)
        # Others may pass through, not look: an embedded PostgreSQL started by root runs as somebody else.
        settings.data_dir.chmod(0o711)
    if settings.secret_key:
        return settings
    return msgspec.structs.replace(settings, secret_key=_kept_secret(settings.data_dir / "secret-key"))


def _kept_secret(path: Path) -> str:
    """The secret in this file, made at the first start; two starts at once agree on one."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_text().strip()
    if len(secret) < SECRET_LENGTH:
        raise SettingsError(
            [f"SECRET_KEY: the secret kept in {path} is shorter than {SECRET_LENGTH} characters"]
        )
    return secret
