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
_DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ODT = b"application/vnd.oasis.opendocument.text"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLANK = b"\xef\xbb\xbf \t\r\n\x0c"

Code = Literal["empty", "unknown_type", "encrypted", "broken", "too_large", "bomb"]


class Kind(StrEnum):
    """The five kinds of document an application may carry (the value is the usual file suffix)."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    PNG = "png"
    JPEG = "jpeg"

    @property
    def mime(self) -> str:
        """The media type with which a document of this kind is handed out."""
        return _MIME[self]


_MIME = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.ODT: _ODT.decode(),
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
}


class UnreadableDocument(Exception):  # noqa: N818 - it is an answer, not a fault
    """A document that can't be taken because it can't be searched. `code` says why; it carries no content."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


def sniff(data: bytes) -> Kind:
    """The kind of a document. Raises UnreadableDocument: empty, too_large, unknown_type (also a file that is
    two kinds at once, and a document with macros), encrypted, broken, bomb.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise UnreadableDocument("empty")
    if len(data) > MAX_DOCUMENT:
        raise UnreadableDocument("too_large")
    claims = _claims(data)
    if len(claims) > 1:
        raise UnreadableDocument("unknown_type")
    if not claims:
        raise UnreadableDocument("encrypted" if _is_encrypted_office(data) else "unknown_type")
    claim = claims.pop()
    return _zip_kind(data) if claim == "zip" else Kind(claim)


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


def _is_encrypted_office(data: bytes) -> bool:
    """Word keeps a password-protected DOCX in an OLE container with a stream of this name (in UTF-16)."""
    return data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data


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
    if len(set(names)) != len(names):  # two parts of one name: each reader shows another one
        raise UnreadableDocument("broken")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableDocument("encrypted")
    if "mimetype" in names and _index(archive, "mimetype") == _ODT and "content.xml" in names:
        if b"encryption-data" in _index(archive, "META-INF/manifest.xml"):
            raise UnreadableDocument("encrypted")
        return Kind.ODT
    if "[Content_Types].xml" in names and _is_plain_word(_index(archive, "[Content_Types].xml")):
        return Kind.DOCX
    raise UnreadableDocument("unknown_type")


def _index(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        data = part.read(_MAX_INDEX + 1)
    if len(data) > _MAX_INDEX:
        raise UnreadableDocument("bomb")
    return data


def _is_plain_word(content_types: bytes) -> bool:
    """A Word document, and none with macros (those name another main type and a vbaProject)."""
    try:
        types: list[str] = [
            item.get("ContentType", "") for item in fromstring(content_types, forbid_dtd=True)
        ]
    except ParseError as error:
        raise UnreadableDocument("broken") from error
    macros = any("vbaProject" in kind or "macroEnabled" in kind for kind in types)
    return _DOCX_MAIN in types and not macros
