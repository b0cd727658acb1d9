"""Style sheets, scripts, icons: held in memory, under an address that changes when any of them does."""

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Any

from litestar import Request, Router, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from facility.web.access import ANYONE, allow
from facility.web.forms import header_of
from facility.web.stops import Stop

FOREVER = "public, max-age=31536000, immutable"
_TEXTS = ("text/", "application/javascript", "image/svg", "application/json")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


class Static:
    """The files of a folder. One digest for all, so that a style sheet's relative addresses stay under it."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        digest = hashlib.sha256()
        for name, content in self._files.items():
            digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
        self.digest = digest.hexdigest()[:12]
        self._zipped: dict[str, bytes] = {}

    def url(self, name: str) -> str:
        """The address of a file: `static_url("facility.css")` in templates."""
        return f"/static/{self.digest}/{name}"

    def answer(self, path: str, scope: Any) -> ASGIResponse:
        """The file at this path below /static/, with or without the digest. Raises Stop 404."""
        first, _, rest = path.partition("/")
        name, pinned = (rest, True) if first == self.digest else (path, False)
        content = self._files.get(name)
        if content is None:
            raise Stop(404, "not_found")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"cache-control": FOREVER if pinned else "no-cache", "vary": "accept-encoding"}
        if kind.startswith(_TEXTS) and "gzip" in (header_of(scope, b"accept-encoding") or ""):
            if name not in self._zipped:
                self._zipped[name] = gzip.compress(content, 9, mtime=0)
            content = self._zipped[name]
            headers["content-encoding"] = "gzip"
        return ASGIResponse(body=content, headers=headers, media_type=kind)


@get("/static/{path:path}", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def static_file(path: FromPath[str], request: Request[Any, Any, Any]) -> ASGIResponse:
    """A file of the pages' look."""
    files: Static = request.app.state.static
    return files.answer(path.lstrip("/"), request.scope)


router = Router("/", route_handlers=[static_file])
