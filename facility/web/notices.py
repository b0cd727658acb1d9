"""One sentence for the next page ("Saved."), carried in a short-lived signed cookie and shown once."""

import base64
import hmac

import msgspec

KEEP = 60
"""Seconds that the cookie lives, should the next page never come."""
_MOST = 600


class Notice(msgspec.Struct, frozen=True):
    """`kind` is ok, info or bad; `text` is what the person reads."""

    text: str
    kind: str = "ok"


def seal(notice: Notice, secret: str) -> str:
    """The notice as the value of a cookie."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(Notice(notice.text[:_MOST], notice.kind)))
    return f"{body.decode()}.{_sign(body, secret)}"


def unseal(value: str, secret: str) -> Notice | None:
    """The notice in a cookie, None where we did not write it."""
    body, _, signature = value.partition(".")
    if not hmac.compare_digest(_sign(body.encode("latin-1"), secret).encode(), signature.encode("latin-1")):
        return None
    return msgspec.json.decode(base64.urlsafe_b64decode(body), type=Notice)


def _sign(body: bytes, secret: str) -> str:
    return hmac.digest(secret.encode(), b"notice:" + body, "sha256").hex()
