"""From a template and its context to an answer: whole pages, parts for htmx, redirects with a notice, downloads."""

import contextlib
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2.bccache import Bucket
from litestar.response.base import ASGIResponse
from litestar.types import Method
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.designations import all_footnotes
from facility.settings import ROOT, Settings
from facility.web import cookies, filters, history, i18n, marks
from facility.web.access import Visitor
from facility.web.csrf import Token
from facility.web.entrances import entrance, open_to
from facility.web.forms import header_of
from facility.web.navigation import entries
from facility.web.notices import KEEP, Notice, seal, unseal
from facility.web.static import Static

TEMPLATES = ROOT / "templates"
_LOCAL = re.compile(r"/(?![/\\])[^\s\\]*")


class Compiled(jinja2.FileSystemBytecodeCache):
    """Compiled templates beside their sources, as Python keeps its own: the next process doesn't compile them again. Where
    it may not write, each compiles for itself."""

    def __init__(self, folder: Path, environment: jinja2.Environment) -> None:
        super().__init__(str(folder / "__pycache__"))
        # What a filter makes of a constant is compiled into the template.
        ours = {
            function.__module__
            for function in environment.filters.values()
            if function.__module__.startswith("facility.")
        }
        self._filters = "".join(
            Path(str(sys.modules[module].__file__)).read_text() for module in sorted(ours)
        )

    def get_source_checksum(self, source: str) -> str:
        """Changes with the template and with what is compiled into it."""
        return super().get_source_checksum(self._filters + source)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, if that is possible."""
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def environment(settings: Settings, folder: Path = TEMPLATES) -> jinja2.Environment:
    """An environment for pages, mails and documents: compiled once, escaping in .html, strict about names nobody gave."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html", "xml"], default=False),
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    i18n.install(made)
    filters.install(made)
    history.install(made)
    marks.install(made)
    made.bytecode_cache = Compiled(folder, made)
    made.globals |= {"facility": Facility(settings), "demo": settings.demo}
    return made


class Facility:
    """What templates know about the service as a whole (`facility.name`, `facility.funding`, `facility.contact`: the secretariat's address)."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.facility_name
        self.base_url = settings.base_url
        self.contact = settings.contact

    @property
    def funding(self) -> str:
        """The funding statement that stands beside the emblem."""
        return i18n._("Co-funded by the European Union")


class Renderer:
    """Made once per app: the environment, and what every page shows."""

    def __init__(self, settings: Settings, static: Static) -> None:
        self.settings = settings
        self.environment = environment(settings)
        self.environment.globals["static_url"] = static.url
        self.designation_note = all_footnotes()

    @property
    def funding(self) -> str:
        """The funding statement, for what no template makes."""
        return Facility(self.settings).funding

    def load(self) -> None:
        """Every page's template, beside the first requests, in a thread: whoever opens a page first doesn't wait until
        it is compiled, and neither do all others. Some two seconds of processor time, unless another process has done it."""
        for name in self.environment.list_templates(["html"]):
            self.environment.get_template(name)


def local(target: str) -> str:
    """The target if it is a path of ours, else "/": a link may not send people elsewhere."""
    return target if _LOCAL.fullmatch(target) else "/"


class View:
    """How a handler answers. One for each request."""

    def __init__(self, scope: Any) -> None:
        self.scope = scope
        self.renderer: Renderer = scope["litestar_app"].state.renderer
        self.visitor: Visitor | None = scope["state"].get("visitor")

    @property
    def htmx(self) -> bool:
        """htmx asked for a part, not a browser for a page."""
        return (
            header_of(self.scope, b"hx-request") == "true" and header_of(self.scope, b"hx-boosted") != "true"
        )

    @property
    def me(self) -> Visitor:
        """The visitor, on a page that only somebody signed in can reach."""
        assert self.visitor is not None
        return self.visitor

    def opens(self, path: str, method: Method = "GET") -> bool:
        """Whether a page may lead this visitor there, as far as roles say: no link where the guard would refuse. Where a
        relation to the object decides, a page has asked for it itself, or asks `open_to_me`."""
        place = entrance(self.scope["litestar_app"], path, method)
        return place is not None and place.door.by_roles(self.visitor) is not False

    async def open_to_me(self, connection: AsyncConnection, paths: Collection[str]) -> frozenset[str]:
        """Those of these addresses that the visitor may open, where relations to single objects decide."""
        return await open_to(self.scope["litestar_app"], connection, self.me, paths)

    def page(
        self, template: str, *, status: int = 200, part: str | None = None, **context: Any
    ) -> ASGIResponse:
        """The page (templates/<template>), or its `part` (another template) when htmx asked. Rendered now, in the
        transaction, so that an error in a template rolls back."""
        name = part if part and self.htmx else template
        token = Token(self.scope)
        marks.mark(self.scope, part=self.htmx)
        notice = None if name == part else self._notice()
        html = self.renderer.environment.get_template(name).render(
            **context,
            me=self.visitor,
            path=self.scope["path"],
            nav=entries(self.visitor, self.scope["path"]),
            opens=self.opens,
            csrf=token,
            now=self.scope["state"].get("received_at") or clock.now(),
            flash=[notice] if notice else [],
            designation_note=self.renderer.designation_note,
        )
        return ASGIResponse(
            body=html.encode(),
            status_code=status,
            media_type="text/html",
            headers=[
                ("vary", "cookie, hx-request"),
                *self._cookies(token, forget_notice=notice is not None),
            ],
        )

    def _notice(self) -> Notice | None:
        value = cookies.cookie(self.scope, cookies.NOTICE)
        return unseal(value, self.renderer.settings.secret_key) if value else None

    def _cookies(self, token: Token, *, forget_notice: bool) -> list[tuple[str, str]]:
        secure = self.renderer.settings.secure
        made = []
        if token.fresh_cookie:
            made.append(cookies.header(cookies.CSRF, token.fresh_cookie, secure=secure))
        if forget_notice:
            made.append(cookies.header(cookies.NOTICE, "", secure=secure, max_age=0))
        return made

    def go(self, url: str, notice: str | None = None, *, kind: str = "ok") -> ASGIResponse:
        """See another page (303); `notice` is the sentence that it shows once. Other addresses than ours become "/"."""
        address = quote(local(url), safe="/?&=#%:,+@!$'()*;~-._")
        headers = []
        if notice:
            sealed = seal(Notice(notice, kind), self.renderer.settings.secret_key)
            headers.append(
                cookies.header(cookies.NOTICE, sealed, secure=self.renderer.settings.secure, max_age=KEEP)
            )
        # htmx follows a redirect within its request and would put a whole page into a part: let it go there itself.
        status, name = (200, "hx-redirect") if self.htmx else (303, "location")
        return ASGIResponse(status_code=status, headers=[*headers, (name, address)], media_type="text/html")

    def download(
        self, content: bytes, filename: str, media_type: str, *, inline: bool = False
    ) -> ASGIResponse:
        """A file. Names are reduced to ASCII for old clients and given whole beside it."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", filename).strip("-.") or "file"
        where = "inline" if inline else "attachment"
        disposition = f"{where}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
        return ASGIResponse(
            body=content,
            media_type=media_type,
            headers={"content-disposition": disposition},
        )


def with_cookies(response: ASGIResponse, *headers: tuple[str, str]) -> ASGIResponse:
    """The same answer with further Set-Cookie headers."""
    for name, value in headers:
        response.headers.add(name, value)
    return response
