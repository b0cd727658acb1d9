"""Against forged forms: a random cookie, and in the form the HMAC of it, which no other site can know."""

import hmac
import secrets
from typing import Any
from urllib.parse import urlsplit

from facility.web import cookies
from facility.web.forms import Form, header_of
from facility.web.stops import Stop

FIELD = "_csrf_token"
HEADER = b"x-csrf-token"


def token_for(secret: str, cookie: str) -> str:
    """What a form must carry when the browser carries this cookie."""
    return hmac.digest(secret.encode(), b"csrf:" + cookie.encode(), "sha256").hex()


class Token:
    """The token, made only when a template prints it: a page without a form sets no cookie."""

    def __init__(self, scope: Any) -> None:
        self._scope = scope
        self.fresh_cookie: str | None = None

    def __str__(self) -> str:
        cookie = cookies.cookie(self._scope, cookies.CSRF) or self.fresh_cookie
        if not cookie:
            cookie = self.fresh_cookie = secrets.token_urlsafe(24)
        return token_for(self._scope["litestar_app"].state.settings.secret_key, cookie)


def check(scope: Any, form: Form) -> None:
    """Raises Stop 403 unless the form was made by one of our pages for this browser. What a page of ours sent, though with a
    token that is no longer good, may be shown and sent again; what came from elsewhere never is."""
    site = header_of(scope, b"sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Stop(403, "form_forged")
    origin = header_of(scope, b"origin")
    if origin not in (None, "null") and not _ours(scope, origin or ""):
        raise Stop(403, "form_forged")
    scope["state"]["ours"] = site == "same-origin" or origin not in (None, "null")
    cookie = cookies.cookie(scope, cookies.CSRF)
    # Taken from the form in either case: a draft that a script sends has both.
    field = form.take(FIELD)
    given = header_of(scope, HEADER) or field
    if not cookie or not given:
        raise Stop(403, "form_forged")
    expected = token_for(scope["litestar_app"].state.settings.secret_key, cookie)
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise Stop(403, "form_forged")
    scope["state"]["ours"] = True


def _ours(scope: Any, origin: str) -> bool:
    # The Host header counts too: a browser never lets another site choose it, and the service may be reached by
    # a name that BASE_URL doesn't say (127.0.0.1 and localhost).
    if origin == scope["litestar_app"].state.settings.base_url:
        return True
    try:
        return urlsplit(origin).netloc == header_of(scope, b"host")
    except ValueError:
        return False
