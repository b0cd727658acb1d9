"""What was published about calls as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree

from facility.calls.queries.feeds import FeedEntry
from facility.designations import footnotes
from facility.web.i18n import _

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may hold, however they are written."""


def feed_of(entries: Sequence[FeedEntry], base_url: str, path: str, *, title: str, funding: str) -> bytes:
    """The feed of these entries, which stands at this path. Ids are made from what they are about and never change. `funding`: the
    funding statement. An entry bears the footnotes to the designations that it prints."""
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(feed, "id", uuid5(NAMESPACE_URL, base_url + path).urn)
    _text(feed, "title", title)
    _text(feed, "subtitle", funding)
    _text(
        feed,
        "updated",
        _instant(max((entry.at for entry in entries), default=datetime(2020, 1, 1, tzinfo=UTC))),
    )
    author = ElementTree.SubElement(feed, "author")
    _text(author, "name", title)
    ElementTree.SubElement(feed, "link", {"rel": "self", "href": base_url + path})
    ElementTree.SubElement(feed, "link", {"rel": "alternate", "href": f"{base_url}/calls"})
    for entry in entries:
        _entry(feed, entry, base_url)
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _entry(feed: ElementTree.Element, entry: FeedEntry, base_url: str) -> None:
    element = ElementTree.SubElement(feed, "entry")
    title, address = _title_and_address(entry)
    _text(element, "id", _id(entry).urn)
    _text(element, "title", title)
    _text(element, "published", _instant(entry.first_at))
    _text(element, "updated", _instant(entry.at))
    here = f"{base_url}/calls/{quote(entry.reference, safe='')}"
    ElementTree.SubElement(element, "link", {"rel": "alternate", "href": here + address})
    ElementTree.SubElement(element, "category", {"term": entry.kind})
    notes = footnotes(f"{title} {entry.text}")
    _text(element, "content", f"{entry.text}\n\n{notes}" if notes else entry.text).set("type", "text")


def _id(entry: FeedEntry) -> UUID:
    """A question keeps its id through all versions of its answer; a corrigendum has one of its own."""
    if entry.kind in ("published", "answered"):
        return entry.id
    return uuid5(entry.id, f"{entry.kind} {entry.number}")


def _title_and_address(entry: FeedEntry) -> tuple[str, str]:
    """The title of the entry, and its address below the call's page."""
    match entry.kind:
        case "published":
            return _("Call {call}: {title}", call=entry.reference, title=entry.title), ""
        case "corrected":
            return _("Call {call} was corrected", call=entry.reference), f"/changes#v{entry.number}"
        case "cancelled":
            return _("Call {call} has been cancelled", call=entry.reference), ""
    number = entry.number
    return _(
        "Call {call}, question {number} answered", call=entry.reference, number=number
    ), f"/questions#q{number}"


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = _NOT_XML.sub("\ufffd", text)
    return element


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
