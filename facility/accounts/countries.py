"""Countries as people say them: where a rate applies, where an activity takes place, where an expert comes from."""

from babel import Locale

from facility.accounts.rules import EU_MEMBER_STATES
from facility.web import filters
from facility.web.i18n import SOURCE, _, language

_NEIGHBOURS = ("AL", "BA", "CH", "GB", "IS", "LI", "MD", "ME", "MK", "NO", "RS", "TR", "UA", "XK")

PLACES = EU_MEMBER_STATES | frozenset(_NEIGHBOURS)
"""The codes that forms offer."""


def country_name(code: str) -> str:
    """The country's name. Kosovo bears its asterisk, whose footnote is on every page."""
    locale = Locale.parse("en_GB" if language() == SOURCE else language())
    name = str(locale.territories.get(code, code)).replace("&", "and")
    return f"{name}*" if code == "XK" else name


def country_choices(*also: str) -> list[tuple[str, str]]:
    """The 27 first, by name; after them some from elsewhere, and these too."""
    codes = {code for code in (*_NEIGHBOURS, *also) if code and code not in EU_MEMBER_STATES}
    others = [(code, _("{country} (outside the 27)", country=name)) for code, name in _by_name(codes)]
    return _by_name(EU_MEMBER_STATES) + others


def place_choices() -> list[tuple[str, str]]:
    """Codes and names of all places that forms offer, by name."""
    return _by_name(PLACES)


def _by_name(codes: frozenset[str] | set[str]) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


filters.register("country", country_name)
