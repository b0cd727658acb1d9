"""Mails over a real SMTP server: what arrives, what is refused, and how failures are told apart."""

import socket
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from facility.mail import (
    Letter,
    Mailer,
    MailFailure,
    PermanentFailure,
    TemporaryFailure,
    UnsafeLetter,
)
from tests.smtp import SmtpServer, smtp, smtp_server

__all__ = ["smtp", "smtp_server"]

SENDER = "Technical assistance facility <facility@taf.example>"
LETTER = Letter(
    message_id="<7d1f@taf.example>",
    to="arta.hoxha@mup.example",
    subject="Potvrđeno: prijava TAF-2021-01 – čeka partnere",
    text="Dear officer,\n\nпријава је примљена. Please confirm.\n.\nFacility\n",
    date=datetime(2021, 9, 30, 10, 0, tzinfo=UTC),
    attachments=[
        ("Odluka о додјели.pdf", "application/pdf", b"%PDF-1.7\r\n\0\xff"),
        ("a.csv", "text/csv", b"a,b\n"),
    ],
)


def with_changes(**changes: object) -> Letter:
    return msgspec.structs.replace(LETTER, **changes)


async def failure(url: str, letter: Letter = LETTER, **options: float) -> MailFailure:
    with pytest.raises(MailFailure) as caught:
        await Mailer(url, SENDER, **options).send(letter)  # type: ignore[arg-type]
    return caught.value


async def test_a_letter_arrives_as_written(smtp: SmtpServer) -> None:
    await Mailer(smtp.url, SENDER).send(LETTER)
    (mail,) = smtp.wait_for(1)
    assert (mail.sender, mail.recipients) == ("facility@taf.example", ["arta.hoxha@mup.example"])
    assert {
        name: str(mail.message[name])
        for name in ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted")
    } == {
        "From": SENDER,
        "To": "arta.hoxha@mup.example",
        "Subject": LETTER.subject,
        "Date": "Thu, 30 Sep 2021 10:00:00 +0000",
        "Message-ID": "<7d1f@taf.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert mail.text == LETTER.text
    assert mail.attachments == {"Odluka о додјели.pdf": b"%PDF-1.7\r\n\0\xff", "a.csv": b"a,b\n"}


async def test_the_same_letter_again_is_recognisable(smtp: SmtpServer) -> None:
    mailer = Mailer(smtp.url, SENDER)
    await mailer.send(LETTER)
    await mailer.send(LETTER)
    first, second = smtp.wait_for(2)
    assert [mail.message["Message-ID"] for mail in (first, second)] == [LETTER.message_id] * 2
    assert first.message["Date"] == second.message["Date"]


async def test_addresses_outside_ascii(smtp: SmtpServer) -> None:
    mailer = Mailer(smtp.url, SENDER)
    await mailer.send(with_changes(to="info@полиција.example"))
    await mailer.send(with_changes(to="đorđe@mup.example"))
    assert [mail.to for mail in smtp.wait_for(2)] == ["info@xn--80apakof6czi.example", "đorđe@mup.example"]


async def test_a_server_without_utf8_can_never_take_such_an_address() -> None:
    server = SmtpServer(smtputf8=False)
    server.start()
    try:
        problem = await failure(server.url, with_changes(to="đorđe@mup.example"))
        await Mailer(server.url, SENDER).send(LETTER)
    finally:
        server.stop()
    assert isinstance(problem, PermanentFailure)
    assert [mail.to for mail in server.received] == [LETTER.to]


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hello\r\nBcc: all@taf.example"},
        {"subject": "Hello\nBcc: all@taf.example"},
        {"subject": "Hello\u2028there"},
        {"to": "a@mup.example\r\nRCPT TO:<b@mup.example>"},
        {"to": "a@mup.example, b@mup.example"},
        {"to": "A <a@mup.example>"},
        {"to": "nobody"},
        {"to": "@mup.example"},
        {"to": "a@"},
        {"to": "a@b@mup.example"},
        {"to": "a@\u2488.example"},
        {"to": ""},
        {"message_id": "<a@b>\r\nBcc: c@d"},
        {"message_id": "a@b"},
        {"date": datetime(2021, 9, 30, 10, 0)},  # noqa: DTZ001 - what is refused
        {"attachments": [("a\r\nb.pdf", "application/pdf", b"")]},
        {"attachments": [("a.pdf", "application/pdf\r\nX-A: b", b"")]},
    ],
)
async def test_unsafe_letters_never_leave(smtp: SmtpServer, changes: dict[str, object]) -> None:
    assert isinstance(await failure(smtp.url, with_changes(**changes)), UnsafeLetter)
    assert smtp.received == []


async def test_a_refused_recipient_is_final(smtp: SmtpServer) -> None:
    smtp.refuse(LETTER.to, f"550 5.1.1 <{LETTER.to}> no such mailbox")
    problem = await failure(smtp.url)
    assert (type(problem), str(problem)) == (PermanentFailure, "550 5.1.1")
    assert problem.__cause__ is None


async def test_a_refused_text_is_final(smtp: SmtpServer) -> None:
    smtp.answer_data("554 5.7.1 looks like spam")
    problem = await failure(smtp.url)
    assert (type(problem), str(problem)) == (PermanentFailure, "554 5.7.1")
    assert smtp.received == []


async def test_a_greylisted_recipient_gets_it_the_second_time(smtp: SmtpServer) -> None:
    smtp.greylist(LETTER.to)
    problem = await failure(smtp.url)
    assert (type(problem), str(problem)) == (TemporaryFailure, "451 4.7.1")
    await Mailer(smtp.url, SENDER).send(LETTER)
    assert [mail.to for mail in smtp.wait_for(1)] == [LETTER.to]


async def test_a_lost_connection_is_temporary(smtp: SmtpServer) -> None:
    smtp.hang_up()
    assert type(await failure(smtp.url)) is TemporaryFailure
    smtp.answer_data("452 4.3.1 disk full")
    assert type(await failure(smtp.url)) is TemporaryFailure
    assert smtp.received == []


async def test_no_server_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    assert type(await failure(f"smtp://127.0.0.1:{port}")) is TemporaryFailure


async def test_a_silent_server_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert type(await failure(f"smtp://127.0.0.1:{port}", timeout=0.2)) is TemporaryFailure


async def test_starttls_is_never_given_up(smtp: SmtpServer) -> None:
    assert type(await failure(f"{smtp.url}?starttls=1")) is TemporaryFailure
    assert type(await failure(smtp.url.replace("smtp:", "smtps:"))) is TemporaryFailure
    assert smtp.received == []


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts of a server with a certificate of its own, and of a client that trusts only that."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*words, *names], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=str(certificate))


async def test_sign_in(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server = SmtpServer(login=("facility@taf", "p@ss/word"), tls=tls[0], starttls=True)
    server.start()
    address = f"127.0.0.1:{server.port}?starttls=1"
    try:
        await Mailer(f"smtp://facility%40taf:p%40ss%2Fword@{address}", SENDER, tls_context=tls[1]).send(
            LETTER
        )
        with pytest.raises(TemporaryFailure, match="535"):
            await Mailer(f"smtp://facility%40taf:wrong@{address}", SENDER, tls_context=tls[1]).send(LETTER)
    finally:
        server.stop()
    assert [mail.to for mail in server.received] == [LETTER.to]


@pytest.mark.parametrize("starttls", [False, True], ids=["smtps", "starttls"])
async def test_tls(tls: tuple[ssl.SSLContext, ssl.SSLContext], starttls: bool) -> None:
    server = SmtpServer(tls=tls[0], starttls=starttls)
    server.start()
    url = f"{server.url}?starttls=1" if starttls else server.url.replace("smtp:", "smtps:")
    try:
        assert type(await failure(url)) is TemporaryFailure  # a certificate that nobody vouches for
        await Mailer(url, SENDER, tls_context=tls[1]).send(LETTER)
    finally:
        server.stop()
    assert [mail.to for mail in server.received] == [LETTER.to]


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example:99999",
        "smtp://mail.example/box",
        "smtp://mail.example?starttls=yes",
        "smtp://mail.example?tls=1",
        "smtps://mail.example?starttls=1",
    ],
)
def test_a_wrong_url_is_refused_without_its_password(url: str) -> None:
    with_password = url.replace("://m", "://u:hush@m")
    with pytest.raises(ValueError, match="SMTP URL") as caught:
        Mailer(with_password, SENDER)
    assert "hush" not in str(caught.value)


def test_a_wrong_sender_is_refused() -> None:
    for sender in ("", "Facility", "Facility <>", "Facility\n <a@b.example>"):
        with pytest.raises(ValueError, match="sender"):
            Mailer("smtp://mail.example", sender)


async def test_answers_go_to_the_secretariat(smtp: SmtpServer) -> None:
    await Mailer(smtp.url, SENDER, answers_to="secretariat@example.org").send(LETTER)
    await Mailer(smtp.url, SENDER).send(LETTER)
    answers, none = (mail.message for mail in smtp.wait_for(2))
    assert (answers["Reply-To"], none["Reply-To"]) == ("secretariat@example.org", None)
