"""What every answer tells the browser: run nothing that is not ours, say nothing to others, keep nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def security_headers(*, secure: bool) -> Callable[[Any, Any], Awaitable[None]]:
    """A hook that adds the headers to each answer, whoever made it. `secure`: people come by https."""
    fixed = [
        (b"content-security-policy", CSP.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    ]
    if secure:
        fixed.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
    ordinary = [*fixed, (b"referrer-policy", b"same-origin")]
    # The address of a link's page holds its token.
    secret = [*fixed, (b"referrer-policy", b"no-referrer")]

    async def add(message: Any, scope: Any) -> None:
        if message["type"] == "http.response.start":
            path = scope["path"]
            message["headers"] = [*message["headers"], *(secret if path.startswith("/link/") else ordinary)]

    return add
