"""Places in a PDF."""

import io
from collections.abc import Callable

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from tests import documents
from tests.core.corpus import Place
from tests.documents import LETTER, archive, docx, pdf, pdf_with_stream


def _edited(change: Callable[[PdfWriter], None], *paragraphs: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf(*paragraphs)))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _drawn(level: str, before: bytes = b"", at: bytes = b"72 700") -> tuple[str, bytes]:
    return "a.pdf", pdf_with_stream(
        before + b" BT /F1 12 Tf " + at + b" Td (" + level.encode("cp1252", "replace") + b") Tj ET"
    )


def _field(level: str) -> tuple[str, bytes]:
    def change(writer: PdfWriter) -> None:
        field = DictionaryObject(
            {
                NameObject("/FT"): NameObject("/Tx"),
                NameObject("/T"): TextStringObject("f"),
                NameObject("/V"): TextStringObject(level),
            }
        )
        form = DictionaryObject({NameObject("/Fields"): ArrayObject([writer._add_object(field)])})
        writer.root_object[NameObject("/AcroForm")] = form

    return "a.pdf", _edited(change)


def _layer(level: str) -> tuple[str, bytes]:
    def change(writer: PdfWriter) -> None:
        group = writer._add_object(
            DictionaryObject(
                {NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject(level)}
            )
        )
        writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
            {NameObject("/OCGs"): ArrayObject([group])}
        )

    return "a.pdf", _edited(change)


def _label(level: str) -> tuple[str, bytes]:
    def change(writer: PdfWriter) -> None:
        label = DictionaryObject({NameObject("/P"): TextStringObject(level)})
        writer.root_object[NameObject("/PageLabels")] = DictionaryObject(
            {NameObject("/Nums"): ArrayObject([NumberObject(0), label])}
        )

    return "a.pdf", _edited(change)


def _earlier(level: str) -> tuple[str, bytes]:
    """The marking stood in the first revision; the second, appended, has it no more."""
    first = pdf_with_stream(b"BT /F1 12 Tf 72 700 Td (" + level.encode("cp1252", "replace") + b") Tj ET")
    writer = PdfWriter(PdfReader(io.BytesIO(first)), incremental=True)
    content = writer.pages[0]["/Contents"].get_object()
    content.set_data(b"BT /F1 12 Tf 72 700 Td (Nothing here) Tj ET")  # type: ignore[union-attr]
    target = io.BytesIO()
    writer.write(target)
    return "a.pdf", target.getvalue()


PDF: dict[str, Place] = {
    "paragraph": lambda level: ("a.pdf", pdf(LETTER[0], level, *LETTER)),
    "page top": lambda level: ("a.pdf", pdf(header=level.replace('"', ""))),
    "invisible": lambda level: _drawn(level, b"3 Tr"),
    "off the page": lambda level: _drawn(level, at=b"72 -4000"),
    "white": lambda level: _drawn(level, b"1 1 1 rg"),
    "turned": lambda level: ("a.pdf", pdf_with_stream(b"BT /F1 40 Tf 0.7 0.7 -0.7 0.7 100 100 Tm (" + level.encode("cp1252", "replace") + b") Tj ET")),
    "hidden layer": lambda level: _drawn(level, b"/OC /MC0 BDC"),
    "instead of what is drawn": lambda level: ("a.pdf", pdf_with_stream(b"/Span <</ActualText (\xfe\xff" + level.encode("utf-16-be").replace(b"(", b"\\(") + b")>> BDC BT /F1 12 Tf 72 700 Td (x) Tj ET EMC")),
    "no size": lambda level: ("a.pdf", pdf_with_stream(b"BT /F1 12 Tf 72 700 Td (plain) Tj /F1 0 Tf (" + level.encode("cp1252", "replace") + b") Tj ET")),
    "title": lambda level: ("a.pdf", pdf(info={"Title": level})),
    "own entry": lambda level: ("a.pdf", pdf(info={"Handling": level})),
    "xmp": lambda level: ("a.pdf", pdf(xmp=level)),
    "outline": lambda level: ("a.pdf", pdf(outline=level)),
    "note": lambda level: ("a.pdf", pdf(note=level)),
    "form field": _field,
    "layer name": _layer,
    "page label": _label,
    "attachment": lambda level: ("a.pdf", pdf(attachments={"a.txt": f"x\n{level}\n".encode()})),
    "attachment's name": lambda level: ("a.pdf", pdf(attachments={f"{level.replace('/', '-')}.txt": b"x"})),
    "attached archive": lambda level: ("a.pdf", pdf(attachments={"a.zip": archive({"b/c.docx": docx(level), "d.txt": "x"})})),
    "attached in UTF-16": lambda level: ("a.pdf", pdf(attachments={"a.txt": f"x\n{level}\n".encode("utf-16")})),
    "earlier revision": _earlier,
    "opens without password": lambda level: ("a.pdf", documents.encrypted_pdf(level, password="", algorithm="AES-256")),
    "name": lambda level: (f"{level.replace('/', '-')}.pdf", pdf()),
}  # fmt: skip
