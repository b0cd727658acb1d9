"""WeasyPrint, set up to read files under static/ and nothing else: no network, no other file of this machine. It takes a second
to import: `facility.pdf` does it for the first PDF, web and worker do when they start."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from facility.garbage import look_at_the_end
from facility.settings import ROOT

STATIC = ROOT / "static"
# WeasyPrint does not promise that two threads may render at once, and fontconfig under it is shared.
_one_at_a_time = Lock()


class AssetMissingError(RuntimeError):
    """A style sheet, font or emblem of our own can't be read: the letter would only look right on some machines."""


class StaticOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint is untyped
    """Reads what lies under a folder; refuses every other address without trying it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=("file",), allow_redirects=False)
        self.folder = folder.resolve()

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The file at this file: URL. Raises ValueError outside the folder (the resource is left out), and a fatal error
        where a file of ours is missing."""
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(self.folder):
            raise ValueError("not a file under static/")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FatalURLFetchingError(str(path.relative_to(self.folder))) from error
        return URLFetcherResponse(
            url, content, {"Content-Type": guess_type(path.name)[0] or "application/octet-stream"}
        )


def _in_a_wide_frame[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    # Python keeps the frames of calls in pieces of 16 KB, and gives a piece back to the machine as soon as the first frame in it
    # returns. WeasyPrint nests deep: its small calls to and fro over the end of a piece took 500 page faults for a letter, a tenth
    # of its time. A frame of 264 KB gets a piece of 512 KB, and all calls below it stay in its other half.
    def wide(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    wide.__code__ = wide.__code__.replace(co_stacksize=33_000)
    return wide


@contextmanager
def _fatal_as_error() -> Iterator[None]:
    # WeasyPrint's fatal error is a BaseException, which would end a worker.
    try:
        yield
    except FatalURLFetchingError as error:
        raise AssetMissingError(f"static/{error} is missing; bin/setup fetches it") from error


class _Press(NamedTuple):
    """What all letters of a process share: the style sheet, the fonts that it names, and images once they are read."""

    style: CSS
    fonts: FontConfiguration
    files: StaticOnly
    images: dict[Any, Any]


@cache
def _press() -> _Press:
    # Reading the style sheet and the fonts, and the keys for https that every fetcher loads, took half of a small page's time.
    fonts, files = FontConfiguration(), StaticOnly(STATIC)
    style = CSS(url=(STATIC / "paper.css").as_uri(), url_fetcher=files, font_config=fonts)
    return _Press(style, fonts, files, {})


@_in_a_wide_frame
def write(html: str, *, title: str, lang: str, author: str | None) -> bytes:
    """As facility.pdf.render_pdf."""
    # The narrow no-break space is in few fonts; any other font that lent it would be embedded too.
    html = html.replace("\u202f", "\u00a0")
    with _one_at_a_time, _fatal_as_error(), look_at_the_end():
        return _written(_press(), html, title=title, lang=lang, author=author)


def _written(press: _Press, html: str, *, title: str, lang: str, author: str | None) -> bytes:
    source = HTML(string=html, base_url=f"{STATIC.as_uri()}/", url_fetcher=press.files)
    document = source.render(
        font_config=press.fonts, stylesheets=[press.style], cache=press.images, pdf_variant="pdf/ua-1"
    )
    document.metadata.title = title
    document.metadata.lang = lang
    document.metadata.authors = [author] if author else []
    written: bytes = document.write_pdf(pdf_variant="pdf/ua-1", optimize_images=False)
    return written
