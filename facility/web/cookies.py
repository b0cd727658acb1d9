"""The three cookies: session (who), csrf (a random value that forms must repeat), notice (one sentence for the next page).

All are HttpOnly and SameSite=Lax; over https they are Secure and bound to this host by the __Host- prefix.
"""

from typing import Any

SESSION = "session"
CSRF = "csrf"
NOTICE = "notice"
_HOST = "__Host-"


def cookie(scope: Any, name: str) -> str | None:
    """The cookie's value, or None. Reads the headers at most once a request."""
    state = scope["state"]
    jar: dict[str, str] | None = state.get("cookies")
    if jar is None:
        jar = state["cookies"] = _parse(scope["headers"])
    return jar.get(_HOST + name if scope["litestar_app"].state.settings.secure else name)


def _parse(headers: Any) -> dict[str, str]:
    jar: dict[str, str] = {}
    for key, value in headers:
        if key == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                name, separator, content = pair.strip().partition("=")
                if separator:
                    jar.setdefault(name, content)
    return jar


def header(name: str, value: str, *, secure: bool, max_age: int | None = None) -> tuple[str, str]:
    """A Set-Cookie header. `max_age` in seconds; None: until the browser closes; 0: forget it."""
    parts = [f"{_HOST if secure else ''}{name}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if secure:
        parts.append("Secure")
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    return "set-cookie", "; ".join(parts)
