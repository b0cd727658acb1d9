"""A real SMTP server for tests: it keeps what it receives, and refuses, delays or hangs up on demand.

It listens in a thread of its own, so it serves tests of any event loop. Fixtures: `smtp` is the server, fresh for
each test.
"""

import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP as POLICY
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Received:
    """A mail as the server got it: envelope and message."""

    def __init__(self, sender: str, recipients: list[str], raw: bytes) -> None:
        self.sender = sender
        self.recipients = recipients
        message = message_from_bytes(raw, policy=POLICY)
        assert isinstance(message, EmailMessage)
        self.message = message

    @property
    def to(self) -> str:
        """The first recipient's address, from the envelope."""
        return self.recipients[0]

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text, with line ends as Python has them."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    @property
    def attachments(self) -> dict[str, bytes]:
        """File name to content."""
        return {str(part.get_filename()): _content(part) for part in self.message.iter_attachments()}


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


class _Controller(Controller):
    """aiosmtpd's thread, on whichever port is free."""

    def _trigger_server(self) -> None:
        server: Any = self.server  # asyncio's or uvloop's
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class SmtpServer:
    """A server on a free port of the loopback address, in a thread of its own, and what a test sees and asks of it.

    Addresses are compared as they come in the envelope.
    """

    def __init__(
        self,
        *,
        smtputf8: bool = True,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
    ) -> None:
        self._changed = threading.Condition()
        self.received: list[Received] = []
        self.reset()
        self._login = login
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            enable_SMTPUTF8=smtputf8,
            auth_required=login is not None,
            authenticator=self._authenticate,
            ssl_context=None if starttls else tls,
            tls_context=tls if starttls else None,
        )

    def reset(self) -> None:
        """Forget all mails and demands."""
        with self._changed:
            self.received.clear()
            self._refused: dict[str, str] = {}
            self._delayed: dict[str, int] = {}
            self._hang_ups = 0
            self._answers: list[str] = []

    def refuse(self, address: str, answer: str = "550 5.1.1 no such mailbox") -> None:
        """From now on answer RCPT for this address so."""
        self._refused[address] = answer

    def accept(self, address: str) -> None:
        """From now on take mails for this address, whatever was asked before."""
        self._refused.pop(address, None)
        self._delayed.pop(address, None)

    def greylist(self, address: str, times: int = 1) -> None:
        """Answer the next RCPTs for this address with 451."""
        self._delayed[address] = times

    def hang_up(self, times: int = 1) -> None:
        """Close the connection when the next mail's text has come, without an answer."""
        self._hang_ups = times

    def answer_data(self, answer: str) -> None:
        """Answer the next mail's text so, and keep nothing."""
        self._answers.append(answer)

    def wait_for(self, count: int, seconds: float = 30) -> list[Received]:
        """Block until there are `count` mails (async tests: by asyncio.to_thread). AssertionError when none come."""
        with self._changed:
            come = self._changed.wait_for(lambda: len(self.received) >= count, seconds)
            assert come, f"{len(self.received)} of {count} mails after {seconds} s"
            return list(self.received)

    def to(self, address: str) -> list[Received]:
        """The mails that this address got, in order."""
        return [mail for mail in self.received if address in mail.recipients]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._refused:
            return self._refused[address]
        if self._delayed.get(address, 0) > 0:
            self._delayed[address] -= 1
            return "451 4.7.1 greylisted, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._hang_ups > 0:
            self._hang_ups -= 1
            transport: Any = server.transport  # asyncio's or uvloop's
            transport.abort()
            return "421 4.3.2 gone"
        if self._answers:
            return self._answers.pop(0)
        raw = envelope.content
        assert isinstance(raw, bytes)
        with self._changed:
            self.received.append(Received(str(envelope.mail_from), list(envelope.rcpt_tos), raw))
            self._changed.notify_all()
        return "250 OK"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: object
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(smtp_server: SmtpServer) -> SmtpServer:
    """The test's mail server, empty."""
    smtp_server.reset()
    return smtp_server
