"""Refusals and failures as pages: a status, a sentence for each reason, and the way on. Never JSON, never details."""

import contextlib
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec
from jinja2 import TemplateNotFound
from litestar.connection import Request
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.response.base import ASGIResponse
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from facility.db import constraint_of, is_passing, state_of
from facility.log import Log
from facility.refused import Reason, Refused
from facility.web.forms import Form
from facility.web.i18n import N_, _, translated
from facility.web.render import View
from facility.web.sentences import onward, sentence
from facility.web.stops import SignInFirst, Stop, Wrong

log = Log(__name__)

STATUS = {"invalid": 422, "conflict": 409, "forbidden": 403, "missing": 404}
_TITLES = {
    400: N_("This could not be read"),
    401: N_("Sign in first"),
    403: N_("You may not do this"),
    404: N_("Not found"),
    405: N_("This does not work here"),
    408: N_("The form did not arrive in time"),
    409: N_("This is not possible now"),
    413: N_("Too large"),
    415: N_("This could not be read"),
    422: N_("Something is wrong with what you sent"),
    429: N_("Too many attempts"),
    500: N_("Something went wrong"),
    503: N_("One moment, please"),
}
_SIGN_IN = ("/sign-in", "/sign-out", "/link/sign-in/")
_CODES = {404: "not_found", 405: "method", 413: "too_large", 429: "too_often"}
_BUSY = (
    OSError,
    PoolTimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
)


SENT_AGAIN = frozenset({"sign_in_first", "form_forged"})
"""Refusals after which the same form is taken: once somebody has signed in again, or from a page that is not too old."""
AUTOSAVE = "x-autosave"
"""The header by which a script says that it sends what is being typed."""
MOST_SHOWN = 400_000
"""Characters of a form that are given back on the page of a refusal."""
_OBJECT = re.compile(r"(/.*?/[0-9a-f]{8}-[0-9a-f-]{27})(?:/|$)")


class Typed(msgspec.Struct, frozen=True):
    """A form that was not taken, to show and to send again: names and values in their order, the longer texts of them
    to read and copy, and whether it had files, which a browser doesn't send twice."""

    pairs: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    files: bool


def typed_by(scope: Any) -> Typed | None:
    """What the refused request brought, if a page of ours sent it: nothing that was typed is lost with an error page."""
    form: Form | None = scope["state"].get("form")
    if form is None or not scope["state"].get("ours") or scope["path"].startswith(_SIGN_IN):
        return None
    pairs = tuple((name, value) for name, values in form.fields.items() for value in values)
    if not pairs or sum(len(value) for _name, value in pairs) > MOST_SHOWN:
        return None
    texts = tuple(value for _name, value in pairs if " " in value.strip())
    return Typed(pairs, texts, bool(form.files))


class Ready(Response[bytes]):
    """An answer that is complete, in the shape that Litestar's exception handlers return."""

    def __init__(self, page: ASGIResponse) -> None:
        super().__init__(b"")
        self._page = page

    def to_asgi_response(self, app: Any, request: Any, **options: Any) -> ASGIResponse:
        return self._page


def error_page(
    request: Request[Any, Any, Any],
    status: int,
    sentences: list[str],
    *,
    headers: dict[str, str] | None = None,
    number: str | None = None,
    again: bool = False,
    way_on: tuple[str, str] | None = None,
) -> Ready:
    """templates/errors/error.html with the status's title; `number` is what the log calls the failure, `way_on` the link to what comes
    first."""
    scope: Any = request.scope
    scope.setdefault("state", {})
    page = View(scope).page(
        "errors/error.html",
        status=status,
        typed=typed_by(scope),
        back=_object_of(request) if status == 409 else None,
        again=quote(scope["path"]) if again else None,
        title=translated(_TITLES[status]),
        sentences=sentences,
        number=number,
        way_on=way_on,
        code=status,
    )
    for name, value in (headers or {}).items():
        page.headers.add(name, value)
    return Ready(page)


def _object_of(request: Request[Any, Any, Any]) -> str | None:
    """The page of what a refused deed was about, if there is one that the visitor may open: there one sees how it stands."""
    path = request.scope["path"]
    match = _OBJECT.match(path)
    if not match or (request.method == "GET" and match[1] == path):
        return None
    return match[1] if View(request.scope).opens(match[1]) else None


def on_refused(request: Request[Any, Any, Any], refused: Refused) -> Ready:
    """A rule said no. The script that keeps what is typed stays on its page: it reads the status and the code."""
    if request.headers.get(AUTOSAVE):
        status = 422 if refused.kind == "invalid" else 409
        return Ready(ASGIResponse(status_code=status, headers=[("x-reason", refused.codes[0])]))
    sentences = [sentence(reason) for reason in refused.reasons]
    return error_page(request, STATUS[refused.kind], sentences, way_on=onward(refused.reasons))


def on_wrong(request: Request[Any, Any, Any], wrong: Wrong) -> Ready:
    """The form again, as the handler made it."""
    return Ready(wrong.page)


def on_stop(request: Request[Any, Any, Any], stop: Stop) -> Ready:
    sentences = [sentence(Reason(stop.code))]
    return error_page(request, stop.status, sentences, headers=stop.headers, again=stop.code in SENT_AGAIN)


def on_sign_in_first(request: Request[Any, Any, Any], stop: SignInFirst) -> Ready:
    """Sign in, and come back to the page."""
    view = View(request.scope)
    return Ready(view.go(f"/sign-in?next={quote(stop.target, safe='/')}"))


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Ready:
    """The framework said no: no such page, another method, a path that can't be read."""
    status = error.status_code
    if status >= 500:
        return on_failure(request, error)
    known = status if status in _CODES else 400
    headers = {"allow": ", ".join(_methods(request))} if status == 405 else None
    return error_page(request, known, [sentence(Reason(_CODES.get(known, "malformed")))], headers=headers)


def _methods(request: Request[Any, Any, Any]) -> list[str]:
    """What this address does take."""
    taken = []
    for method in ("GET", "POST"):
        with contextlib.suppress(HTTPException):
            request.app.asgi_router.handle_routing(path=request.scope["path"], method=method)
            taken += ["GET", "HEAD"] if method == "GET" else [method]
    return [*taken, "OPTIONS"]


def on_database(request: Request[Any, Any, Any], error: DBAPIError) -> Ready:
    """A constraint (409: somebody was faster), a passing failure (503), or our own mistake (500)."""
    if isinstance(error, IntegrityError):
        log.warning("constraint refused a change", constraint=constraint_of(error), state=state_of(error))
        return error_page(request, 409, [sentence(Reason("changed_meanwhile"))])
    if is_passing(error) or isinstance(error.orig.__cause__ if error.orig else None, _BUSY):
        return on_busy(request, error)
    return on_failure(request, error)


def on_busy(request: Request[Any, Any, Any], error: Exception) -> Ready:
    """The database can't be reached or wants us to try again."""
    log.warning("database not available", error=type(error).__name__)
    return error_page(request, 503, [sentence(Reason("busy"))], headers={"retry-after": "2"}, again=True)


def on_failure(request: Request[Any, Any, Any], error: Exception) -> Ready:
    """Our own mistake: the log holds kind and place under a number, the page the number only."""
    number = secrets.token_hex(4)
    log.exception("request failed", number=number, path=str(request.scope.get("path_template", "?")))
    try:
        return error_page(request, 500, [sentence(Reason("failed"))], number=number)
    except Exception:
        # The template of the page itself may be what is broken.
        log.exception("error page failed", number=number)
        text = f"{_('Something went wrong on our side.')} ({number})"
        return Ready(ASGIResponse(body=text.encode(), status_code=500, media_type="text/plain"))


HANDLERS: dict[int | type[Exception], Callable[..., Response[Any]]] = {
    Refused: on_refused,
    Wrong: on_wrong,
    Stop: on_stop,
    SignInFirst: on_sign_in_first,
    HTTPException: on_http,
    DBAPIError: on_database,
    **dict.fromkeys(_BUSY, on_busy),
    TemplateNotFound: on_failure,  # which is an OSError too
    Exception: on_failure,
    500: on_failure,
}
