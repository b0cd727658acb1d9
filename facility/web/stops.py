"""Exceptions that end a request with a page: a status and a sentence, or a page that is ready."""

from typing import TYPE_CHECKING

from facility.db import Left

if TYPE_CHECKING:
    from litestar.response.base import ASGIResponse


class Stop(Exception):  # noqa: N818 - an answer, not an error
    """The request ends here with this status and the sentence of this code (`sentences`)."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.headers = headers or {}


class Wrong(Left):
    """Carries a page that is ready (the form again, 422): raised and not returned, so that the transaction rolls back. `keeps`: it
    holds nothing but the trace of a refusal, and is committed."""

    def __init__(self, page: "ASGIResponse", *, keeps: bool = False) -> None:
        super().__init__(page.status_code)
        self.page = page
        self.keeps = keeps


class SignInFirst(Exception):  # noqa: N818 - an answer, not an error
    """Nobody is signed in and the page needs somebody. `target` is where to go afterwards."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target
