"""Every form of the product as a browser finds it: crawled from the pages, filled with what fits, sent as raw bytes."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import httpx
import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from selectolax.lexbor import LexborHTMLParser, LexborNode

from facility import clock
from facility.web import csrf
from facility.web.guard import handlers
from tests.browser import SECRET, Browser

TOKEN = csrf.token_for(SECRET, "of-this-browser")
FREE = frozenset({"text", "textarea", "email", "search", "date", "time", "number", "tel", "url"})
"""Kinds of fields in which people type."""
_FITTING = {
    "email": "somebody@example.org",
    "date": (clock.now() + timedelta(days=50)).date().isoformat(),
    "time": "12:00",
}


class Field(msgspec.Struct):
    """One control: its name, its kind (`file`, `hidden`, `select`, `text` …) and a value that fits or may fit."""

    name: str
    kind: str
    value: str


class PageForm(msgspec.Struct):
    """A form that posts to `action`, and on which page it stood."""

    action: str
    page: str
    fields: list[Field] = []
    multipart: bool = False
    buttons: list[tuple[str, str]] = []

    def values(self) -> dict[str, str]:
        """Name to value, without files."""
        return {field.name: field.value for field in self.fields if field.kind != "file"}


LEADS_TO = {
    "href": "GET",
    "src": "GET",
    "hx-get": "GET",
    "data-stream": "GET",
    "data-refresh": "GET",
    "formaction": "POST",
    "hx-post": "POST",
    "data-autosave": "POST",
}
"""Attributes that hold an address, and how it is asked for. A form's action goes by the form's method."""
SENDS = ("formaction", "hx-post", "data-autosave")
"""Those to which the fields of a form go, besides its action."""


_TELLING = ", ".join(["form", "input", "button", "textarea", "select", *(f"[{name}]" for name in LEADS_TO)])
"""The elements that say something of forms and of where one gets."""


class Parser:
    """Forms of a page, what stands in their controls, where links lead, and everything that a page may ask for."""

    def __init__(self, page: str, html: str = "") -> None:
        self.page = page
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.targets: set[tuple[str, str]] = set()
        self._beside: list[tuple[str, set[str]]] = []
        self._within: dict[int, PageForm] = {}
        # A node that several words tell of comes several times.
        for node in {node.mem_id: node for node in LexborHTMLParser(html).css(_TELLING)}.values():
            self._take_in(node)
        self._add_beside()

    def _take_in(self, node: LexborNode) -> None:
        """Forms, inputs, text areas, selects with their options, and buttons with names."""
        tag, given = node.tag or "", {name: value or "" for name, value in node.attributes.items()}
        form = self._within.get(node.mem_id)
        self._look_for_targets(tag, given)
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"].partition("#")[0])
        if tag == "form" and given.get("method") == "post":
            form = self._begin(node, given)
        elif form is not None:
            _control(form, node, tag, given)
        self._look_for_other_ways(form, given)

    def _begin(self, node: LexborNode, given: Mapping[str, str]) -> PageForm:
        multipart = given.get("enctype") == "multipart/form-data"
        form = PageForm(given.get("action") or self.page, self.page, multipart=multipart)
        self.forms.append(form)
        self._within |= dict.fromkeys((inner.mem_id for inner in node.css(_TELLING)), form)
        return form

    def _look_for_targets(self, tag: str, given: Mapping[str, str]) -> None:
        for name, address in given.items():
            if address.startswith("/") and (method := _method(tag, name, given)):
                self.targets.add((method, address.partition("#")[0]))

    def _look_for_other_ways(self, form: PageForm | None, given: Mapping[str, str]) -> None:
        """Where else the form is sent: by a button of its own, as it is typed, or from beside it, by names."""
        for address in (given[name].partition("#")[0] for name in SENDS if given.get(name)):
            if form is None:
                self._beside.append((address, set(given.get("hx-params", "").split(","))))
            elif address != form.action:
                self.forms.append(msgspec.structs.replace(form, action=address))

    def _add_beside(self) -> None:
        """What stands beside the forms sends fields of theirs."""
        fields = [field for form in self.forms for field in form.fields]
        for address, names in self._beside:
            self.forms.append(
                PageForm(address, self.page, [field for field in fields if field.name in names])
            )


def _method(tag: str, name: str, given: Mapping[str, str]) -> str | None:
    """How the address in this attribute is asked for."""
    if tag == "form" and name == "action":
        return given.get("method", "get").upper()
    return LEADS_TO.get(name)


def _control(form: PageForm, node: LexborNode, tag: str, given: Mapping[str, str]) -> None:
    name = given.get("name", "")
    if not name or name == csrf.FIELD:
        return
    if tag == "button":
        form.buttons.append((name, given.get("value", "")))
    elif tag == "input":
        _input(form, name, given)
    elif tag == "textarea":
        form.fields.append(Field(name, "textarea", node.text()))
    elif tag == "select":
        form.fields.append(Field(name, "select", _selected(node)))


def _input(form: PageForm, name: str, given: Mapping[str, str]) -> None:
    kind, value = given.get("type", "text"), given.get("value", "")
    known = next((field for field in form.fields if field.name == name), None)
    if known is None:
        form.fields.append(Field(name, kind, value))
    elif "checked" in given:
        known.value = value


def _selected(node: LexborNode) -> str:
    """What a select sends: the last option that is selected, or the first that sends anything."""
    value = ""
    for option in node.css("option"):
        given = option.attributes
        if "selected" in given or not value:
            value = given.get("value") or ""
    return value


def read(response: httpx.Response) -> Parser:
    """What a page holds; nothing for what is no page."""
    is_page = response.headers.get("content-type", "").startswith("text/html")
    return Parser(response.request.url.path, response.text if is_page else "")


def filled(form: PageForm) -> PageForm:
    """The form with something that may fit in each empty field."""
    for field in form.fields:
        if not field.value and field.kind in FREE:
            money = re.search(
                r"amount|cost|award_m|score|level|seats|hours|bonus|expected|present", field.name
            )
            field.value = _FITTING.get(field.kind, "12" if money else "Something")
            if re.search(r"_day|_on$|from|until", field.name):
                field.value = _FITTING["date"]
            if field.name.endswith("_time"):
                field.value = "12:00"
    return form


def posts(app: Litestar) -> list[tuple[HTTPRoute, HTTPRouteHandler]]:
    """Every route that changes something."""
    return [(route, handler) for route, handler in handlers(app) if "POST" in handler.http_methods]


def gets(app: Litestar) -> list[tuple[HTTPRoute, HTTPRouteHandler]]:
    """Every route that shows something."""
    return [(route, handler) for route, handler in handlers(app) if "GET" in handler.http_methods]


@functools.cache
def template_of(path: str, routes: tuple[str, ...]) -> str | None:
    """The route among these that the path belongs to; literal words go before parameters."""
    return next((route for route, pattern in _patterns(routes) if pattern.fullmatch(path)), None)


@functools.cache
def _patterns(routes: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    literal_first = sorted(routes, key=lambda route: route.count("{"))
    return [(route, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", route))) for route in literal_first]


type Value = str | bytes


def urlencoded(pairs: Sequence[tuple[str, Value]]) -> bytes:
    """A body, with the token; bytes are sent as they are."""
    return b"&".join(
        quote_plus(name).encode() + b"=" + (value if isinstance(value, bytes) else quote_plus(value).encode())
        for name, value in [(csrf.FIELD, TOKEN), *pairs]
    )


async def send(browser: Browser, path: str, pairs: Sequence[tuple[str, Value]]) -> httpx.Response:
    """POST these as a browser posts a form."""
    return await raw(browser, path, urlencoded(pairs), "application/x-www-form-urlencoded")


async def raw(
    browser: Browser, path: str, body: bytes, content_type: str | None, **more: Any
) -> httpx.Response:
    """POST these bytes."""
    headers = {"content-type": content_type} if content_type else {}
    return await browser.post(path, content=body, headers={**headers, **more})


def changed(form: PageForm, value: Value) -> Iterator[tuple[str, Value]]:
    """The form with this in every field where people type."""
    for field in form.fields:
        if field.kind != "file":
            yield field.name, value if field.kind in FREE else field.value


def replaced(form: PageForm, name: str, value: Value) -> Iterator[tuple[str, Value]]:
    """The form with this in one field."""
    for field in form.fields:
        if field.kind != "file":
            yield field.name, value if field.name == name else field.value
