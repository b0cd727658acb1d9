"""What every answer tells the browser: run nothing that is not ours, say nothing to others, keep nothing.

One place for all: no page, template or download says by itself where its address goes or whether it is kept.
"""

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
            given = message["headers"]
            kept = (
                [] if any(name == b"cache-control" for name, _ in given) else [_cache_control(scope, given)]
            )
            message["headers"] = [*given, *kept, *(secret if _is_link(scope) else ordinary)]

    return add


def _is_link(scope: Any) -> bool:
    # The router takes several slashes for one.
    return bool(scope["path"].lstrip("/").startswith("link/"))


def _cache_control(scope: Any, headers: Any) -> tuple[bytes, bytes]:
    """The Cache-Control header. Nothing that is for one person is stored: pages of somebody signed in, pages behind a
    link, answers to a form, answers that set a cookie. Public pages are checked for changes each time."""
    state = scope.get("state") or {}
    private = (
        state.get("visitor")
        or _is_link(scope)
        or scope["method"] not in ("GET", "HEAD")
        or any(name == b"set-cookie" for name, _ in headers)
    )
    return b"cache-control", b"no-store" if private else b"no-cache"
