"""Kinds by content, refusals with their codes."""

import io
import struct
import zipfile
import zlib

import pytest

from facility.files.examine import Finding
from facility.files.kinds import MAX_DOCUMENT, Kind, UnreadableDocument, sniff
from facility.files.matching import Marking
from facility.files.scan import MAX_SECONDS, scan
from tests import documents


def refusal(data: bytes, seconds: int = MAX_SECONDS) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        scan("document", data, seconds=seconds)
    return caught.value.code


@pytest.mark.parametrize("kind", Kind)
def test_kind_is_known_by_content(kind: Kind) -> None:
    assert sniff(getattr(documents, kind.value)()) is kind


def test_a_pdf_may_begin_with_blanks() -> None:
    assert sniff(b"\xef\xbb\xbf\r\n" + documents.pdf()) is Kind.PDF


@pytest.mark.parametrize(
    "data",
    [
        b"Dear secretariat, our application.",
        b"<html><script>alert(1)</script>%PDF-1.7",
        b"GIF89a" + b"\0" * 40,
        b"MZ" + bytes(200) + documents.docx(),
        documents.archive({"readme.txt": "nothing"}),
        documents.docx(members={"[Content_Types].xml": b"<Types/>"}),
        documents.archive(
            {"mimetype": "application/vnd.oasis.opendocument.presentation", "content.xml": "<a/>"}
        ),
    ],
    ids=["text", "html", "gif", "program+docx", "zip", "nothing named", "odp"],
)
def test_what_is_none_of_the_kinds_is_refused(data: bytes) -> None:
    assert refusal(data) == "unknown"


@pytest.mark.parametrize(
    "data",
    [
        documents.png({"Comment": "%PDF-1.4 1 0 obj"}),
        documents.pdf() + documents.docx(),
        documents.jpeg() + documents.archive({"a.txt": "b"}),
    ],
    ids=["png+pdf", "pdf+docx", "jpeg+zip"],
)
def test_what_is_two_kinds_at_once_is_refused(data: bytes) -> None:
    assert refusal(data) == "two_kinds"


def test_old_office_formats_are_refused_as_such() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "old_office"


def test_macro_documents_are_refused() -> None:
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/'
        'document.xml" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    )
    assert refusal(documents.archive({"[Content_Types].xml": types, "word/document.xml": "<a/>"})) == "macros"
    script = documents.with_members(documents.ods(), {"Basic/Standard/Module1.xml": "<a/>"})
    assert refusal(script) == "macros"


def test_empty_and_too_large() -> None:
    assert refusal(b"") == "empty"
    assert refusal(b" \r\n\0") == "empty"
    whole = documents.jpeg()
    assert sniff(whole + b"\0" * (MAX_DOCUMENT - len(whole))) is Kind.JPEG
    assert refusal(whole + b"\0" * (MAX_DOCUMENT - len(whole) + 1)) == "too_large"


def test_documents_with_a_password_are_refused() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    locked = bytearray(documents.docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(signature) + offset] |= 1
    assert refusal(documents.encrypted_pdf(password="sesame")) == "encrypted"
    assert refusal(documents.odt(encrypted=True)) == "encrypted"
    assert refusal(ole) == "encrypted"
    assert refusal(bytes(locked)) == "encrypted"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_opens_without_a_password_is_read(algorithm: str) -> None:
    plain = scan("a.pdf", documents.encrypted_pdf(password="", algorithm=algorithm))
    assert plain == Finding(Kind.PDF)
    marked = scan("a.pdf", documents.encrypted_pdf("NATO SECRET", password="", algorithm=algorithm))
    assert marked.marking == Marking("NATO SECRET", "text")
    assert refusal(documents.encrypted_pdf(password="sesame", algorithm=algorithm)) == "encrypted"


def test_broken_documents_are_refused() -> None:
    assert refusal(documents.docx()[:-30]) == "broken"
    assert refusal(documents.docx(members={"word/document.xml": "<w:document>"})) == "broken"
    assert refusal(documents.png()[:-20]) == "broken"
    assert refusal(documents.jpeg()[:60]) == "broken"
    assert refusal(b"%PDF-1.7\nnothing follows") == "broken"


def _doubled() -> bytes:
    target = io.BytesIO(documents.docx())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(target, "a") as archive:
        archive.writestr("word/document.xml", "<a/>")
    return target.getvalue()


def test_two_parts_of_one_name_are_refused() -> None:
    assert refusal(_doubled()) == "broken"


def test_zip_bombs_are_refused() -> None:
    spaces = b"<a>" + b" " * (30 * 1024 * 1024) + b"</a>"
    packed = documents.docx(members={"word/big.xml": spaces})
    assert len(packed) < 100_000
    assert refusal(packed) == "bomb"
    filler = (bytes(range(256)) * 64 + b"\0" * 131072) * 80  # 11 MB each, and not packed too tightly
    many = {f"word/media/part{number}.bin": filler for number in range(10)}
    assert refusal(documents.odt(members=many)) == "bomb"
    assert refusal(documents.docx(members={f"word/{n}.xml": "<a/>" for n in range(3001)})) == "bomb"


def test_xml_bombs_are_refused() -> None:
    laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
    outside = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'
    assert refusal(documents.docx(members={"word/document.xml": laughs})) == "bomb"
    assert refusal(documents.odt(members={"content.xml": outside})) == "bomb"
    assert refusal(documents.docx(members={"[Content_Types].xml": laughs})) == "bomb"


def test_pdf_bombs_are_refused() -> None:
    assert refusal(documents.pdf_with_stream(b" " * 90_000_000)) == "bomb"
    endless = documents.pdf_with_stream(b"BT /F1 9 Tf " + b"(ab cd ef) Tj " * 100_000 + b"ET", pages=40)
    assert len(endless) < 100_000
    assert refusal(endless, seconds=1) == "bomb"


def png_of(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    header = (b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    parts = [header, *chunks, (b"IDAT", zlib.compress(b"\0" * 40)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        for kind, body in parts
    )


def test_picture_bombs_are_refused() -> None:
    assert refusal(png_of(60_000, 60_000)) == "bomb"
    assert refusal(png_of(3, 4, (b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 50_000_000)))) == "bomb"
    assert refusal(png_of(0, 4)) == "broken"
    huge = bytearray(documents.jpeg())
    frame = huge.find(b"\xff\xc0")
    huge[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    assert refusal(bytes(huge)) == "bomb"


def test_documents_nested_too_deeply_are_refused() -> None:
    data = documents.docx()
    for _ in range(7):
        data = documents.docx(members={"word/embeddings/inner.docx": data})
    assert refusal(data) == "bomb"
