"""What was published about calls as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree

from facility.calls.queries.feeds import Entry
from facility.designations import footnotes
from facility.web.i18n import _

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may hold, however they are written."""


def feed_of(entries: Sequence[Entry], base_url: str, path: str, *, title: str, funding: str) -> bytes:
    """The feed of these entries, which stands at this path. Ids are made from what they are about and never change. `funding`: the
    funding statement. An entry bears the footnotes to the designations that it prints."""
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(feed, "id", uuid5(NAMESPACE_URL, base_url + path).urn)
    _text(feed, "title", title)
    _text(feed, "subtitle", funding)
    _text(
        feed, "updated", _instant(max((one.at for one in entries), default=datetime(2020, 1, 1, tzinfo=UTC)))
    )
    author = ElementTree.SubElement(feed, "author")
    _text(author, "name", title)
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": base_url + path})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "href": f"{base_url}/calls"})
    for one in entries:
        _entry(feed, one, base_url)
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _entry(feed: ElementTree.Element, one: Entry, base_url: str) -> None:
    entry = ElementTree.SubElement(feed, "entry")
    title, address = _said(one)
    _text(entry, "id", _id(one).urn)
    _text(entry, "title", title)
    _text(entry, "published", _instant(one.first_at))
    _text(entry, "updated", _instant(one.at))
    here = f"{base_url}/calls/{quote(one.reference, safe='')}"
    ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": here + address})
    ElementTree.SubElement(entry, "category", {"term": one.kind})
    notes = footnotes(f"{title} {one.said}")
    _text(entry, "content", f"{one.said}\n\n{notes}" if notes else one.said).set("type", "text")


def _id(one: Entry) -> UUID:
    """A question keeps its id through all versions of its answer; a corrigendum has one of its own."""
    if one.kind in ("published", "answered"):
        return one.id
    return uuid5(one.id, f"{one.kind} {one.number}")


def _said(one: Entry) -> tuple[str, str]:
    """The title, and where below the call's page it is told."""
    match one.kind:
        case "published":
            return _("Call {call}: {title}", call=one.reference, title=one.title), ""
        case "corrected":
            return _("Call {call} was corrected", call=one.reference), f"/changes#v{one.number}"
        case "cancelled":
            return _("Call {call} is cancelled", call=one.reference), ""
    number = one.number
    return _(
        "Call {call}, question {number} answered", call=one.reference, number=number
    ), f"/questions#q{number}"


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = _NOT_XML.sub("\ufffd", text)
    return element


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
