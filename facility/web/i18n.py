"""Every text that a person reads goes through here. English is the source: a message is its own translation.

Translations would stand in locale/<language>/LC_MESSAGES/messages.po; `make messages` collects what there is to
translate into locale/messages.pot. Python's messages name their values in braces, the templates' as %(name)s.

A message is a format string, and in templates it is markup. So `_`, `ngettext`, `lazy` and `N_` take nothing but literals.
A constant that `N_` marked is shown by `translated`, which only looks it up, or by `filled`, if it has values to fill in.
"""

from contextvars import ContextVar
from functools import cache

import jinja2
from babel.lists import format_list
from babel.support import NullTranslations, Translations

from facility.message import N_ as N_
from facility.message import Message as Message
from facility.settings import ROOT
from facility.web.literals import LiteralsOnly

LOCALE = ROOT / "locale"
SOURCE = "en"

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def language() -> str:
    """The language of the page or mail that is being made, such as "en"."""
    return _language.get()


def speak(code: str) -> None:
    """Use this language from here on in this task; without a catalogue of it, the source's words are used."""
    _language.set(code)


@cache
def _catalogue(code: str) -> NullTranslations:
    return Translations.load(LOCALE, [code]) if code != SOURCE else NullTranslations()


def translated(constant: str) -> str:
    """The constant in the page's language, and nothing done to it: any other text comes back as it is."""
    # The entry of the empty message is the catalogue's own head.
    return str(_catalogue(language()).ugettext(constant)) if constant else ""


def filled(message: Message, **values: object) -> str:
    """The constant in the page's language, its `{names}` filled in."""
    return translated(message).format(**values)


def gettext(message: str, **values: object) -> str:
    """The message in the page's language, its `{names}` filled in where values are given. A literal only."""
    text = translated(message)
    return text.format(**values) if values else text


def ngettext(singular: str, plural: str, count: int, **values: object) -> str:
    """The message for this count, `{count}` and other `{names}` filled in. Literals only."""
    return str(_catalogue(language()).ungettext(singular, plural, count)).format(count=count, **values)


_ = gettext


def listed(items: list[str]) -> str:
    """ "a, b and c", in the page's language."""
    # Babel's English is American ("a, b, and c"); the texts here are British.
    return format_list(items, locale="en_GB" if language() == SOURCE else language())


def sentence(message: Message, **values: object) -> str:
    """The message as a sentence: lists in `values` joined in words, a capital first, a full stop last."""
    formatted = {
        name: listed([str(item) for item in v]) if isinstance(v, list | tuple) else v
        for name, v in values.items()
    }
    text = filled(message, **formatted)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", "…")) else ".")


class lazy:  # noqa: N801 - used like a function
    """A message that is translated where it is printed: for what is named once, at import."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __str__(self) -> str:
        return translated(self.message)

    def __repr__(self) -> str:
        return f"lazy({self.message!r})"


def install(environment: jinja2.Environment) -> None:
    """Give the templates `_`, `gettext`, `ngettext`, {% trans %} and `|translated`; values are escaped like everything else."""
    environment.code_generator_class = LiteralsOnly
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: _catalogue(language()).ugettext(message),
        lambda singular, plural, count: _catalogue(language()).ungettext(singular, plural, count),
        newstyle=True,
    )
    # Jinja's own `_` looks `gettext` up at each call: a tenth of a page's time.
    environment.globals["_"] = environment.globals["gettext"]
    environment.filters["translated"] = _translated


@jinja2.pass_context  # or it would be looked up once for all, where the template is compiled
def _translated(_context: jinja2.runtime.Context, constant: str) -> str:
    return translated(constant)
