"""What a document fetches or runs by itself when it is opened: a template kept elsewhere, a linked document, DDE.

Nothing of what it would fetch could be searched, and DDE starts programs (ECMA-376 Part 1, 17.16.5.15 and 18.14.4;
OpenDocument 1.3 Part 3, 14.6). Let through: links that a reader must press, pictures, links to other workbooks (Excel
asks before it follows them), and all that lies on the sender's own disk, as the path of a company's template does.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from facility.files.kinds import Code

_PRESSED_OR_ASKED = frozenset({"hyperlink", "image", "video", "audio", "media"})
"""The last word of an external relationship's type; also all that begins with `externalLink` or `xl`."""

_LINKED = frozenset(
    {
        "section-source",
        "table-source",
        "template",
        "floating-frame",
        "object",
        "object-ole",
        "applet",
        "plugin",
    }
)
_DDE = frozenset({"ddeLink", "dde-source", "dde-link", "dde-connection-decl", "dde-connection"})
_SCRIPTS = frozenset(
    {
        "event-listener",
        "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}script",
    }
)

_OWN_DISK = re.compile(r"(?:file:/{0,3})?[a-z]:|file:(?!//)|file:///(?!/)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)
_TOLD_BY_ATTRIBUTES = frozenset({"Relationship", "fldSimple", *_LINKED})
_FIELD = re.compile(r"\s*DDE(?:AUTO)?\b", re.IGNORECASE)
_CELL = re.compile(r"\bDDE\s*\(|\A=?\s*[a-z][\w.]*\s*\|[^!\n]*!", re.IGNORECASE)


def calls(element: str, attributes: Mapping[str, str]) -> Code | None:
    """Why a document with this element can't be taken: it fetches something ("remote") or runs something ("macros").
    Both as the parser gives them, in braces after their namespace."""
    local = element.rpartition("}")[2]
    if local in _DDE:
        return "remote"
    if local in _SCRIPTS or element in _SCRIPTS:
        return "macros"
    if local not in _TOLD_BY_ATTRIBUTES:
        return None
    given = {key.rpartition("}")[2]: value for key, value in attributes.items()}
    return "remote" if _fetches(local, given) else None


def _fetches(element: str, given: Mapping[str, str]) -> bool:
    if element == "fldSimple":
        return is_dde(given.get("instr", ""))
    if element != "Relationship":
        return is_elsewhere(given.get("href", ""))
    kind = given.get("Type", "").rpartition("/")[2]
    on_demand = kind in _PRESSED_OR_ASKED or kind.startswith(("externalLink", "xl"))
    external = given.get("TargetMode", "").lower() == "external"
    return external and not on_demand and is_elsewhere(given.get("Target", ""))


def is_dde(code: str) -> bool:
    """Whether a field's code, joined from its runs, is a DDE field."""
    return _FIELD.match(code) is not None


def is_dde_formula(formula: str) -> bool:
    """Whether a cell's formula calls another program."""
    return ("|" in formula or "DDE" in formula.upper()) and _CELL.search(formula) is not None


def is_elsewhere(target: str) -> bool:
    """Whether an address leads off the reader's own disk: to the web, or to a share of another machine."""
    address = unquote(target).strip().replace("\\", "/")
    return _OWN_DISK.match(address) is None and _SCHEME.match(address) is not None
