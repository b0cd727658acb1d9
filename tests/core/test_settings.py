"""What the service is told from outside."""

import stat
from pathlib import Path

import pytest

from facility.settings import SettingsError, is_loopback, load

PRODUCTION = {
    "DATABASE_URL": "postgresql://facility:pw@db/facility",
    "REDIS_URL": "redis://redis:6379/0",
    "SMTP_URL": "smtp://mail:1025",
    "BASE_URL": "https://facility.example.org/",
    "SECRET_KEY": "k" * 32,
    "FACILITY_HOST": "0.0.0.0",  # noqa: S104 - production listens where it is told
}


def refusal(environ: dict[str, str], tmp_path: Path) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        load({"FACILITY_DATA": str(tmp_path / "var")} | environ)
    assert not (tmp_path / "var").exists()
    return raised.value.messages


def test_nothing_set_is_the_demo_on_this_machine(tmp_path: Path) -> None:
    settings = load({"FACILITY_DATA": str(tmp_path / "var")})

    assert settings.embedded
    assert settings.demo
    assert not settings.secure
    assert (settings.host, settings.port, settings.base_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (settings.database_url, settings.redis_url, settings.smtp_url) == (None, None, None)
    assert settings.mail_from == "facility@127.0.0.1"
    assert settings.data_dir == tmp_path / "var"


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    environ = {"FACILITY_DATA": str(tmp_path / "deep" / "var")}

    first, second = load(environ), load(environ)

    kept = tmp_path / "deep" / "var" / "secret-key"
    assert first == second
    assert kept.read_text() == first.secret_key
    assert len(first.secret_key) == 64
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [file.name for file in kept.parent.iterdir()] == ["secret-key"]


def test_production(tmp_path: Path) -> None:
    settings = load(PRODUCTION | {"FACILITY_DATA": str(tmp_path / "var"), "PORT": " 80 "})

    assert not settings.embedded
    assert not settings.demo
    assert settings.secure
    assert settings.database_url == "postgresql+asyncpg://facility:pw@db/facility"
    assert settings.base_url == "https://facility.example.org"
    assert settings.mail_from == settings.contact == "facility@facility.example.org"
    named = load(
        PRODUCTION | {"FACILITY_DATA": str(tmp_path / "var"), "SECRETARIAT_EMAIL": "help@example.org"}
    )
    assert named.contact == "help@example.org"
    assert settings.port == 80
    assert list((tmp_path / "var").iterdir()) == []


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    assert refusal({"DATABASE_URL": "postgresql://db/facility", "SMTP_URL": "  "}, tmp_path) == [
        "REDIS_URL is missing; it is needed when DATABASE_URL is set",
        "SMTP_URL is missing; it is needed when DATABASE_URL is set",
        "BASE_URL is missing; it is needed when DATABASE_URL is set",
        "SECRET_KEY is missing; it is needed when DATABASE_URL is set",
    ]


def test_everything_that_is_wrong_is_named_at_once_and_not_quoted(tmp_path: Path) -> None:
    wrong = {
        "DATABASE_URL": "mysql://root:hunter2@db/x",
        "REDIS_URL": "redis:",
        "SMTP_URL": "smtp://mail:port",
        "BASE_URL": "facility.example.org/path",
        "SECRET_KEY": "short",
        "PORT": "65536",
        "FACILITY_DEMO": "maybe",
        "FACILITY_JSON_LOG": "2",
        "MAIL_FROM": "The facility <a@b>",
        "FACILITY_NAME": "two\nlines",
    }

    assert refusal(wrong, tmp_path) == [
        "DATABASE_URL is not an address that starts with postgresql:// or postgres:// or postgresql+asyncpg://",
        "PORT is not a number from 1 to 65535",
        "BASE_URL is not a bare address like https://facility.example.org",
        "REDIS_URL is not an address that starts with redis:// or rediss:// or unix://",
        "SMTP_URL is not an address that starts with smtp:// or smtps://",
        "SECRET_KEY is shorter than 32 characters",
        "FACILITY_DEMO is neither 1 nor 0",
        "MAIL_FROM is not a mail address",
        "FACILITY_NAME holds characters that cannot be printed",
        "FACILITY_JSON_LOG is neither 1 nor 0",
    ]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "facility.example.org", "::"])  # noqa: S104
def test_the_demo_is_for_this_machine_only(host: str, tmp_path: Path) -> None:
    assert refusal({"FACILITY_HOST": host}, tmp_path) == [
        "FACILITY_HOST is not a loopback address, which the demo (FACILITY_DEMO) needs",
        "BASE_URL is not a loopback address, which the demo (FACILITY_DEMO) needs",
    ]


def test_the_demo_is_refused_behind_a_public_address(tmp_path: Path) -> None:
    assert refusal(PRODUCTION | {"FACILITY_DEMO": "1", "FACILITY_HOST": "127.0.0.1"}, tmp_path) == [
        "BASE_URL is not a loopback address, which the demo (FACILITY_DEMO) needs",
    ]


def test_without_the_demo_an_embedded_service_may_listen_anywhere(tmp_path: Path) -> None:
    environ = {"FACILITY_DATA": str(tmp_path), "FACILITY_DEMO": "no", "FACILITY_HOST": "::", "PORT": "9000"}

    settings = load(environ)

    assert not settings.demo
    assert settings.base_url == "http://[::]:9000"


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError) as raised:
        load({"FACILITY_DATA": str(tmp_path / "file" / "var")})

    assert raised.value.messages == [
        f"FACILITY_DATA: {tmp_path}/file/var cannot be used: Not a directory",
    ]


def test_loopback() -> None:
    home = ["localhost", "127.0.0.1", "127.9.9.9", "::1"]
    away = ["", "0.0.0.0", "::", "localhost.example.org", "10.0.0.1"]  # noqa: S104

    assert [host for host in home + away if is_loopback(host)] == home


def test_documents_viruses_and_the_security_officer(tmp_path: Path) -> None:
    here = {"FACILITY_DATA": str(tmp_path / "var")}
    plain = load(here)
    assert (plain.documents_url, plain.clamd_url, plain.security_officer) == (None, None, None)
    given = {
        "DOCUMENTS_URL": "s3://facility-documents/kept",
        "CLAMD_URL": "tcp://clamav:3310",
        "SECURITY_OFFICER": "officer@example.org",
    }
    settings = load(here | given)
    assert (settings.documents_url, settings.clamd_url, settings.security_officer) == tuple(given.values())
    assert load(here | {"CLAMD_URL": "unix:///run/clamd.sock"}).clamd_url == "unix:///run/clamd.sock"


def test_trusted_proxies(tmp_path: Path) -> None:
    here = {"FACILITY_DATA": str(tmp_path / "var")}
    assert load(here).trusted_proxies == ()
    given = load(here | {"TRUSTED_PROXIES": "10.0.0.5, 192.168.0.0/16 ,fd00::/8,"}).trusted_proxies
    assert [str(network) for network in given] == ["10.0.0.5/32", "192.168.0.0/16", "fd00::/8"]


@pytest.mark.parametrize("wrong", ["proxy", "10.0.0.5/8", "10.0.0.5 10.0.0.6", "*", "10.0.0.0/33"])
def test_trusted_proxies_are_addresses(wrong: str, tmp_path: Path) -> None:
    assert refusal({"TRUSTED_PROXIES": f"10.0.0.1, {wrong}"}, tmp_path) == [
        "TRUSTED_PROXIES is not a list of addresses and networks like 10.0.0.5, 192.168.0.0/16",
    ]


def test_what_is_wrong_with_them_is_said(tmp_path: Path) -> None:
    wrong = {"DOCUMENTS_URL": "http://bucket", "CLAMD_URL": "tcp://clamav", "SECURITY_OFFICER": "nobody"}
    assert refusal(wrong, tmp_path) == [
        "DOCUMENTS_URL is not an address like s3://bucket/prefix",
        "CLAMD_URL is not an address like tcp://host:3310 or unix:///run/clamd.sock",
        "SECURITY_OFFICER is not a mail address",
    ]
