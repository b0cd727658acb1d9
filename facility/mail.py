"""Mails leave here, one at a time, by SMTP. A failure says whether trying again makes sense, and quotes no address."""

import re
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import idna
import msgspec

TIMEOUT = 30.0
"""Seconds for each step of the exchange with the server."""

Attachment = tuple[str, str, bytes]
"""File name, media type, content."""


class MailFailure(Exception):  # noqa: N818 - each names what kind of failure it is
    """A mail that wasn't sent. The text is a status such as "550 5.1.1", never the server's words: they may quote
    the address."""


class TemporaryFailure(MailFailure):
    """No connection, no sign-in, a server that says "later" (4xx): worth another try."""


class PermanentFailure(MailFailure):
    """The server refused this recipient, sender or message for good (5xx): another try changes nothing."""


class UnsafeLetter(PermanentFailure):
    """A letter that can't be put into headers safely: a line break, an address that is none."""


class Letter(msgspec.Struct, frozen=True):
    """One mail to one person. The subject carries no personal data: the caller sees to that.

    `message_id` has its angle brackets; `date` is an instant with its zone. A letter sent again keeps both.
    """

    message_id: str
    to: str
    subject: str
    text: str
    date: datetime
    attachments: Sequence[Attachment] = ()


class Mailer:
    """Sends letters through the server of an SMTP URL: smtp://user:password@host:port, smtps:// for TLS from the
    first byte, ?starttls=1 to insist on STARTTLS. User and password are percent-encoded. `sender` may have a name.
    `answers_to`: where answers go instead of to the sender.

    Raises ValueError for a URL or sender that is none, without quoting it.
    """

    def __init__(
        self,
        smtp_url: str,
        sender: str,
        *,
        answers_to: str | None = None,
        timeout: float = TIMEOUT,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = _server(smtp_url)
        self._sender = _sender(sender)
        self._answers_to = _sender(answers_to) if answers_to else None
        self._timeout = timeout
        self._tls_context = tls_context

    async def send(self, letter: Letter) -> None:
        """Hand the letter to the server. Raises TemporaryFailure or PermanentFailure."""
        message = build(letter, self._sender)
        if self._answers_to and self._answers_to != self._sender:
            message["Reply-To"] = self._answers_to
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.tls,
                start_tls=server.starttls,
                timeout=self._timeout,
                tls_context=self._tls_context,
            )
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise _failure(error) from None  # the cause quotes addresses, and would stand in every log


class _Server(msgspec.Struct, frozen=True):
    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    starttls: bool


def _server(smtp_url: str) -> _Server:
    parts = urlsplit(smtp_url)
    query = parse_qs(parts.query)
    starttls = query.pop("starttls", ["0"])[-1]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("an SMTP URL begins with smtp://host or smtps://host")
    if query or starttls not in ("0", "1") or parts.path not in ("", "/") or parts.fragment:
        raise ValueError("an SMTP URL takes nothing after host and port but ?starttls=1")
    tls = parts.scheme == "smtps"
    if tls and starttls == "1":
        raise ValueError("an SMTP URL has either smtps:// or ?starttls=1")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the port of an SMTP URL is a number up to 65535") from None
    return _Server(
        host=parts.hostname,
        port=port or (465 if tls else 587 if starttls == "1" else 25),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=starttls == "1",
    )


def _sender(sender: str) -> Address:
    name, address = parseaddr(sender)
    try:
        if _CONTROL.search(sender):
            raise UnsafeLetter("sender")
        return _address(address, name)
    except UnsafeLetter:
        raise ValueError(
            "the sender of mails is an address, or a name and an address in angle brackets"
        ) from None


_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")  # visible ASCII without angle brackets


def _address(address: str, name: str = "") -> Address:
    """Non-ASCII domains become their ASCII form, which every server knows; local parts stay as they are."""
    local, at, domain = address.rpartition("@")
    if _CONTROL.search(address + name) or not (local and at and domain) or re.search(r"[\s<>,;]", address):
        raise UnsafeLetter("address")
    try:
        domain = _ascii_domain(domain)
        # addr_spec checks an address, but knows no letters outside ASCII; those are set apart after a check without.
        if local.isascii():
            return Address(name, addr_spec=f"{local}@{domain}")
        Address(addr_spec=f"{re.sub(r'[^\x00-\x7f]', 'x', local)}@{domain}")
        return Address(name, local, domain)
    except (ValueError, IndexError, HeaderParseError):
        raise UnsafeLetter("address") from None


def _ascii_domain(domain: str) -> str:
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")


def build(letter: Letter, sender: Address) -> EmailMessage:
    """The message as it travels. Raises UnsafeLetter where a header would not be what it says."""
    if _CONTROL.search(letter.subject):
        raise UnsafeLetter("subject")
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise UnsafeLetter("message id")
    if letter.date.tzinfo is None:
        raise UnsafeLetter("date without a zone")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _address(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.date)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies, please
    message.set_content(letter.text)
    # Mail programs act on a calendar only where it stands beside the text, not among the files.
    for filename, mime, content in sorted(letter.attachments, key=lambda file: not _CALENDAR.match(file[1])):
        if calendar := _CALENDAR.fullmatch(mime):
            message.add_alternative(
                content.decode(), subtype="calendar", params={"method": calendar[1], "name": filename}
            )
        else:
            _attach(message, filename, mime, content)
    return message


_CALENDAR = re.compile(r"text/calendar; method=(REQUEST|CANCEL)")
"""An attachment by which the recipient's mail program enters, changes or removes an appointment (RFC 6047)."""


def _attach(message: EmailMessage, filename: str, mime: str, content: bytes) -> None:
    kind = re.fullmatch(r"([a-z0-9.+-]+)/([a-z0-9.+-]+)", mime)
    if not kind or _CONTROL.search(filename):
        raise UnsafeLetter("attachment")
    message.add_attachment(content, maintype=kind[1], subtype=kind[2], filename=filename)


def _failure(error: Exception) -> MailFailure:
    """Only a 5xx about this sender, recipient or message is final; one while connecting or signing in concerns the
    server's settings, and the letter is sent once those are mended."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return _not_supported(error)
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return TemporaryFailure(type(error).__name__)
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", error.message)
    status = f"{error.code} {enhanced.group()}" if enhanced else str(error.code)
    about_letter = isinstance(
        error, (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError)
    )
    final = about_letter and 500 <= error.code < 600
    return PermanentFailure(status) if final else TemporaryFailure(status)


def _not_supported(error: aiosmtplib.SMTPNotSupported) -> MailFailure:
    """A server without SMTPUTF8 can never take an address like "đorđe@…"; one without STARTTLS is set up wrongly."""
    if "UTF8" in error.message.upper():
        return PermanentFailure("SMTPUTF8")
    return TemporaryFailure("SMTPNotSupported")
