"""The mark of a page. Without it no element acts: neither htmx nor our own scripts touch what came in by a text.

static/marks.js holds it. It protects against markup that got into a page unescaped; what such markup can still do by
itself, as a form that somebody sends, the token of forms guards.
"""

import re
import secrets
from contextvars import ContextVar
from typing import Any

import jinja2
from markupsafe import Markup

from facility.web.forms import header_of

HEADER = b"x-mark"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")
_ATTRIBUTE = Markup('data-mark="{}"')
_mark: ContextVar[str] = ContextVar("mark", default="")


def mark(scope: Any, *, part: bool) -> None:
    """Mark what is rendered from here on in this task: anew, or a part as the page that asked for it."""
    given = header_of(scope, HEADER) if part else None
    _mark.set(given if given and _SHAPE.fullmatch(given) else secrets.token_urlsafe(16))


def marked() -> Markup:
    """The attribute that lets an element act: the first of its tag."""
    return _ATTRIBUTE.format(_mark.get())


def install(environment: jinja2.Environment) -> None:
    """Give the templates `marked()`, macros included."""
    environment.globals["marked"] = marked
