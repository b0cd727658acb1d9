"""The text of DOCX, XLSX, ODT and ODS, and of any other zip inside a document: every part, by what its root says it is."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import ParseError

from facility.files.from_sheet import Book, Sheet, Table, book
from facility.files.kinds import Kind, UnreadableDocument
from facility.files.passages import FREE, Budget, decoded, without_tags
from facility.files.position import Passage, Where, named
from facility.files.xml_text import Gatherer, feed

PART_RATIO = 200
"""How many times larger than packed a part may be that is over `FREE`."""

_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[?!\w]|\xff\xfe\s?\0?<\0|\xfe\xff\0<")
_ROOT = re.compile(r"(?:[^<]*+<[?!][^>]*+>)*+[^<]*+<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"RIFF",
    b"\x01\0\0\0",
    b"\xd7\xcd\xc6\x9a",
)

_BY_ROOT: dict[str, Where] = {
    "hdr": "header or footer",
    "ftr": "header or footer",
    "document-styles": "header or footer",
    "footnotes": "footnote",
    "endnotes": "footnote",
    "comments": "comments",
    "ThreadedComments": "comments",
    "cmLst": "comments",
    "coreProperties": "properties",
    "Properties": "properties",
    "document-meta": "properties",
}

Nested = Callable[[bytes], Iterator[Passage]]


def office(kind: Kind | None, data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """The passages of each part, and what `nested` finds in embedded documents and pictures. `kind` None: any zip.
    Raises UnreadableDocument: broken, encrypted, bomb (parts too large or packed too tightly, XML entities).
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield Passage("properties", decoded(archive.comment))
        known = _book(archive, Budget(budget.size)) if kind in (Kind.XLSX, None) else None
        for member in archive.infolist():
            name = member.filename.lower()
            yield named(member.filename.rstrip("/").rpartition("/")[2])
            if member.comment or member.extra:
                yield Passage("properties", decoded(member.comment + b"\n" + member.extra))
            if member.is_dir():
                continue
            part = _unpack(archive, member, budget)
            yield from _part(kind, name, part, known, budget, nested)


def _part(
    kind: Kind | None, name: str, part: bytes, known: Book | None, budget: Budget, nested: Nested
) -> Iterator[Passage]:
    if _XML.match(part):
        try:
            yield from feed(part, _target(kind, name, part, known, budget))
        except ParseError:
            if kind and name.endswith((".xml", ".rels")):
                raise
            yield Passage("attachment", without_tags(decoded(part)))  # HTML, or Word's own kind of drawing
        return
    if part.startswith(_PICTURES):
        budget.unread += 1
    yield from nested(part)


def _target(kind: Kind | None, name: str, part: bytes, known: Book | None, budget: Budget) -> Gatherer:
    root = _root_of(part)
    if root == "worksheet" and known is not None:
        return Sheet(budget, known, hidden=name in known.hidden)
    if kind is Kind.ODS and root == "document-content":
        return Table(budget)
    inside_properties = name.startswith(("docprops/", "customxml/", "docmetadata/"))
    return Gatherer(budget, _BY_ROOT.get(root, "properties" if inside_properties else "text"))


def _root_of(part: bytes) -> str:
    head = part[:4096]
    text = (
        head.decode("utf-16", "replace") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("latin-1")
    )
    root = _ROOT.match(text)
    return root.group(1) if root else ""


def _book(archive: zipfile.ZipFile, budget: Budget) -> Book | None:
    """What the sheets need, or None where the zip is no workbook. These parts are read a second time with the others,
    so the budget is another."""
    names = {name.lower(): name for name in archive.namelist()}
    path = next((name for name in names if re.fullmatch(r"(?:.*/)?workbook\d*\.xml", name)), None)
    if path is None:
        return None
    folder, _, file = path.rpartition("/")
    folder = f"{folder}/" if folder else ""

    def read(name: str) -> bytes:
        return _unpack(archive, archive.getinfo(names[name]), budget) if name in names else b""

    relations = read(f"{folder}_rels/{file}.rels")
    strings = next((name for name in names if name.endswith("sharedstrings.xml")), "")
    return book(read(path), relations or b"<none/>", read(strings), folder)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Reads no further than the budget, whatever size the archive claims."""
    if member.flag_bits & 1:
        raise UnreadableDocument("encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableDocument("broken")
    limit = min(budget.most_unpacked - budget.unpacked, max(FREE, PART_RATIO * member.compress_size))
    with archive.open(member) as part:
        data = part.read(limit + 1)
    if len(data) > limit:
        raise UnreadableDocument("bomb")
    budget.take_unpacked(len(data))
    return data
