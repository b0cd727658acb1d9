"""docker-compose.yml and the image, as far as they can be read without Docker."""

import re
from typing import Any

import pytest
import yaml

from facility.settings import NEEDED_IN_PRODUCTION, ROOT, load

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "worker")


def environment(name: str, **given: str) -> dict[str, str]:
    """What the service would get: ``${NAME:-default}`` and ``${NAME:?message}`` as Compose fills them in."""

    def fill(match: re.Match[str]) -> str:
        variable, _, default = match.groups()
        return given.get(variable, default)

    variables: dict[str, str] = COMPOSE["services"][name]["environment"]
    return {key: re.sub(r"\$\{(\w+):([-?])([^}]*)\}", fill, value) for key, value in variables.items()}


def test_the_parts() -> None:
    images = {name: service["image"] for name, service in COMPOSE["services"].items()}

    assert images == {
        "postgres": "postgres:18",
        "redis": "redis:8",
        "mailpit": "axllent/mailpit:v1.21",
        "migrate": "facility",
        "web": "facility",
        "worker": "facility",
    }
    assert {name: COMPOSE["services"][name]["command"] for name in OURS} == {name: [name] for name in OURS}
    assert COMPOSE["volumes"] == {"postgres": None, "documents": None}


@pytest.mark.parametrize("name", OURS)
def test_our_processes_get_all_that_production_needs_and_share_the_documents(name: str) -> None:
    given = environment(name, POSTGRES_PASSWORD="pw", SECRET_KEY="k" * 32)
    settings = load(given | {"FACILITY_DATA": "/tmp", "FACILITY_HOST": "0.0.0.0"})  # noqa: S104

    assert {"DATABASE_URL", *NEEDED_IN_PRODUCTION} <= set(given)
    assert settings.database_url == "postgresql+asyncpg://facility:pw@postgres/facility"
    assert not settings.demo
    assert COMPOSE["services"][name]["volumes"] == ["documents:/data"]


@pytest.mark.parametrize("name", OURS)
def test_our_processes_start_after_what_they_need_and_without_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    needed = {"postgres": {"condition": "service_healthy"}}
    if name != "migrate":
        needed |= {
            "redis": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }

    assert service["depends_on"] == needed
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_the_worker_gives_way_to_pages() -> None:
    shares = {
        name: service["cpu_shares"]
        for name, service in COMPOSE["services"].items()
        if "cpu_shares" in service
    }

    assert shares == {"worker": 112}


def test_nothing_but_the_pages_and_the_mail_reader_is_reachable_and_only_from_here() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}

    assert ports == {"mailpit": ["127.0.0.1:8025:8025"], "web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_who_is_asked_for_health() -> None:
    checked = [name for name, service in COMPOSE["services"].items() if "healthcheck" in service]

    assert checked == ["postgres", "redis", "mailpit", "web"]


def test_the_image_is_built_from_the_hashed_lock_and_runs_without_rights() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    installs = [line for line in lines if "pip install" in line]

    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)
    assert lines.index("USER facility") < lines.index('ENTRYPOINT ["facility"]')
    copied = {word.rstrip("*") for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied - {"--from=build", "/app"} == kept


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt", "bin/uv.txt", "bin/node.txt"])
def test_a_lock_names_no_index_and_hashes_every_package(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"\n(?=[a-z])", text.split("\n", 2)[2])

    assert "://" not in text
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_the_lock_holds_every_pinned_dependency() -> None:
    pins = re.findall(r'"([a-z][\w.-]*)(?:\[\w+\])?==([\w.]+)"', (ROOT / "pyproject.toml").read_text())
    locked = dict(
        re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)", (ROOT / "requirements-dev.txt").read_text(), re.M)
    )

    assert len(pins) > 30
    assert {name: locked.get(name) for name, _ in pins} == dict(pins)
