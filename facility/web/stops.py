"""Exceptions that end a request with a page: a status and a sentence, or a page that is ready."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litestar.response.base import ASGIResponse


class Stop(Exception):  # noqa: N818 - an answer, not an error
    """The request ends here with this status and the sentence of this code (`sentences`)."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.headers = headers or {}


class Wrong(Exception):  # noqa: N818 - an answer, not an error
    """Carries a page that is ready (the form again, 422): raised and not returned, so that the transaction rolls back."""

    def __init__(self, page: "ASGIResponse") -> None:
        super().__init__(page.status_code)
        self.page = page


class SignInFirst(Exception):  # noqa: N818 - an answer, not an error
    """Nobody is signed in and the page needs somebody. `target` is where to go afterwards."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target
