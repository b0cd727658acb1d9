"""Which kind of document some bytes are: by their content, never by their name or by what the browser says."""

import io
import struct
import zipfile
from enum import StrEnum
from typing import Literal
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_DOCUMENT = 10 * 1024 * 1024
"""The largest document taken, in bytes."""

MAX_MEMBERS = 3000
"""Files inside a DOCX or ODT; a long report with a picture on each page has some hundreds."""

_MAX_INDEX = 2 * 1024 * 1024
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLANK = b"\xef\xbb\xbf \t\r\n\x0c"

Code = Literal[
    "empty",
    "too_large",
    "unknown",
    "two_kinds",
    "macros",
    "remote",
    "old_office",
    "encrypted",
    "broken",
    "bomb",
]


class Kind(StrEnum):
    """The seven kinds of document an application may carry (the value is the usual file suffix)."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    ODT = "odt"
    ODS = "ods"
    PNG = "png"
    JPEG = "jpeg"

    @property
    def mime(self) -> str:
        """The media type with which a document of this kind is handed out."""
        return _MIME[self]

    @property
    def picture(self) -> bool:
        """Nothing but pixels and what is written about them."""
        return self in (Kind.PNG, Kind.JPEG)


_MIME = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: f"{_OOXML}wordprocessingml.document",
    Kind.XLSX: f"{_OOXML}spreadsheetml.sheet",
    Kind.ODT: f"{_ODF}text",
    Kind.ODS: f"{_ODF}spreadsheet",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
}
_OF_MIME = {mime: kind for kind, mime in _MIME.items()}


class UnreadableDocument(Exception):  # noqa: N818 - it is an answer, not a fault
    """A document that can't be taken because it can't be searched. `code` says why; it carries no content."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


def sniff(data: bytes) -> Kind:
    """The kind of a document. Raises UnreadableDocument: empty, too_large, unknown, two_kinds (a file that each
    program would take for something else), macros, old_office, encrypted, broken, bomb.
    """
    check_size(len(data))
    if not data.strip(b"\0 \t\r\n"):
        raise UnreadableDocument("empty")
    claims = _claims(data)
    if len(claims) > 1:
        raise UnreadableDocument("two_kinds")
    if not claims:
        raise UnreadableDocument(_of_container(data) if data.startswith(OLE) else "unknown")
    claim = claims.pop()
    if claim != "zip":
        return Kind(claim)
    if not data.startswith(
        b"PK\x03\x04"
    ):  # a program that unpacks itself, or anything else with a zip behind it
        raise UnreadableDocument("unknown")
    return _zip_kind(data)


def check_size(size: int) -> None:
    """Raises UnreadableDocument (empty, too_large)."""
    if not size:
        raise UnreadableDocument("empty")
    if size > MAX_DOCUMENT:
        raise UnreadableDocument("too_large")


def _claims(data: bytes) -> set[str]:
    """Everything the data could be opened as. PDF readers accept their header anywhere in the first kilobyte, and
    zip readers look at the end: so a picture can also be a PDF, and a PDF also a DOCX."""
    claims: set[str] = set()
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        claims.add("png")
    if data.startswith(b"\xff\xd8\xff"):
        claims.add("jpeg")
    if data.startswith(b"PK\x03\x04") or _ends_as_zip(data):
        claims.add("zip")
    head = data[:1024]
    if b"%PDF-" in head and (claims or head.lstrip(_BLANK).startswith(b"%PDF-")):
        claims.add("pdf")
    return claims


def _ends_as_zip(data: bytes) -> bool:
    """Whether a zip's end record closes the data: its comment must reach exactly to the last byte, or a PDF with an
    uncompressed DOCX attached near its end would count as two things."""
    at = data.rfind(b"PK\x05\x06", -(22 + 65535))
    if at < 0 or at + 22 > len(data):
        return False
    fields: tuple[int, int, int, int] = struct.unpack("<HLLH", data[at + 10 : at + 22])
    entries, size, _offset, comment = fields
    return entries > 0 and 0 < size <= at and at + 22 + comment == len(data)


def _of_container(data: bytes) -> Code:
    """Word and Excel keep a password-protected document in an OLE container with a stream of this name (in UTF-16);
    otherwise it is a .doc, .xls, .ppt or .msg."""
    return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_office"


def _zip_kind(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _office_kind(archive)
    except UnreadableDocument:
        raise
    except DefusedXmlException as error:
        raise UnreadableDocument("bomb") from error
    except (
        Exception
    ) as error:  # zipfile raises a dozen types on hostile input; all mean the same to the sender
        raise UnreadableDocument("broken") from error


def _office_kind(archive: zipfile.ZipFile) -> Kind:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS:
        raise UnreadableDocument("bomb")
    if len({name.lower() for name in names}) != len(
        names
    ):  # two parts of one name: each reader shows another one
        raise UnreadableDocument("broken")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableDocument("encrypted")
    if "mimetype" in names:
        return _odf_kind(archive, names)
    if "[Content_Types].xml" in names:
        return _ooxml_kind(names, _index(archive, "[Content_Types].xml"))
    raise UnreadableDocument("unknown")


def _odf_kind(archive: zipfile.ZipFile, names: list[str]) -> Kind:
    kind = _OF_MIME.get(_index(archive, "mimetype").decode("ascii", "replace").strip())
    if kind not in (Kind.ODT, Kind.ODS):
        raise UnreadableDocument("unknown")
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in _index(archive, manifest):
        raise UnreadableDocument("encrypted")
    if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
        raise UnreadableDocument("macros")
    if "content.xml" not in names:
        raise UnreadableDocument("broken")
    return kind


def _index(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        data = part.read(_MAX_INDEX + 1)
    if len(data) > _MAX_INDEX:
        raise UnreadableDocument("bomb")
    return data


def _ooxml_kind(names: list[str], content_types: bytes) -> Kind:
    """A Word or Excel document, and none with macros (those name another main type and a vbaProject)."""
    try:
        listed = [
            (item.get("ContentType", ""), item.get("PartName", ""))
            for item in fromstring(content_types, forbid_dtd=True)
        ]
    except ParseError as error:
        raise UnreadableDocument("broken") from error
    if any("vbaProject" in kind or "macroEnabled" in kind for kind, _ in listed):
        raise UnreadableDocument("macros")
    for content_type, part in listed:
        kind = _OF_MIME.get(content_type.removesuffix(".main+xml"))
        if kind and content_type.endswith(".main+xml"):
            if part.lstrip("/") not in names:
                raise UnreadableDocument("broken")
            return kind
    raise UnreadableDocument("unknown")
