"""Every place in every format where a marking can stand: makers that take the marking and give a file name and bytes."""

import io
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from tests import documents
from tests.documents import archive, docx, jpeg, ods, odt, pdf, pdf_with_stream, png, xlsx

type Place = Callable[[str], tuple[str, bytes]]

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_LETTER = documents.LETTER


def _body(inner: str) -> bytes:
    """A Word document whose body is this markup between two ordinary paragraphs."""
    plain = [f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in _LETTER]
    return docx(
        members={
            "word/document.xml": f"<w:document {_W} {_A}><w:body>{plain[0]}{inner}{''.join(plain)}</w:body></w:document>"
        }
    )


def _runs(text: str, size: int = 2) -> str:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return "".join(
        f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(piece)}</w:t></w:r>' for piece in pieces
    )


def _run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


WORD: dict[str, Place] = {
    "paragraph": lambda level: ("a.docx", docx(_LETTER[0], level, *_LETTER)),
    "split runs": lambda level: ("a.docx", _body(f"<w:p>{_runs(level)}</w:p>")),
    "run by letter": lambda level: ("a.docx", _body(f"<w:p>{_runs(level, 1)}</w:p>")),
    "with a deleted letter": lambda level: ("a.docx", _body(
        f"<w:p>{_run(level[:3])}<w:del><w:r><w:delText>xx</w:delText></w:r></w:del>{_run(level[3:])}</w:p>")),
    "tracked deletion": lambda level: ("a.docx", _body(f"<w:p>{_run('Draft ')}<w:del><w:r><w:delText>{escape(level)}</w:delText></w:r></w:del></w:p>")),
    "moved away": lambda level: ("a.docx", _body(f"<w:p><w:moveFrom>{_run(level)}</w:moveFrom></w:p>")),
    "white": lambda level: ("a.docx", _body(f"<w:p>{_run(level, '<w:color w:val=\"FFFFFF\"/>')}</w:p>")),
    "hidden run": lambda level: ("a.docx", _body(f"<w:p>{_run('Note ')}{_run(level, '<w:vanish/>')}</w:p>")),
    "one point": lambda level: ("a.docx", _body(f"<w:p>{_run(level, '<w:sz w:val=\"2\"/>')}</w:p>")),
    "table cell": lambda level: ("a.docx", _body(f"<w:tbl><w:tr><w:tc><w:p>{_run('No')}</w:p></w:tc><w:tc><w:p>{_run(level)}</w:p></w:tc></w:tr></w:tbl>")),
    "content control": lambda level: ("a.docx", _body(f"<w:sdt><w:sdtPr><w:alias w:val={quoteattr(level)}/></w:sdtPr><w:sdtContent><w:p>{_run('x')}</w:p></w:sdtContent></w:sdt>")),
    "form field": lambda level: ("a.docx", _body(f"<w:p><w:r><w:fldChar><w:ffData><w:textInput><w:default w:val={quoteattr(level)}/></w:textInput></w:ffData></w:fldChar></w:r></w:p>")),
    "bookmark": lambda level: ("a.docx", _body(f"<w:p><w:bookmarkStart w:id=\"1\" w:name={quoteattr(level.replace(' ', '_'))}/>{_run('x')}</w:p>")),
    "alt text": lambda level: ("a.docx", _body(f'<w:p><w:r><w:drawing><docPr id="1" name="P" descr={quoteattr(level)}/></w:drawing></w:r></w:p>')),
    "text box": lambda level: ("a.docx", docx(text_box=level)),
    "shape": lambda level: ("a.docx", _body(f"<w:p><w:r><w:drawing><a:p><a:r><a:t>{escape(level)}</a:t></a:r></a:p></w:drawing></w:r></w:p>")),
    "watermark": lambda level: ("a.docx", docx(watermark=level)),
    "header": lambda level: ("a.docx", docx(header=level)),
    "footer": lambda level: ("a.docx", docx(footer=f"{level}\t1/3")),
    "footnote": lambda level: ("a.docx", docx(footnote=level)),
    "endnote": lambda level: ("a.docx", docx(members={"word/endnotes.xml": f"<w:endnotes {_W}><w:endnote><w:p>{_run(level)}</w:p></w:endnote></w:endnotes>"})),
    "comment": lambda level: ("a.docx", docx(comment=level)),
    "smart art": lambda level: ("a.docx", docx(members={"word/diagrams/data1.xml": f"<dgm {_A}><a:p><a:r><a:t>{escape(level)}</a:t></a:r></a:p></dgm>"})),
    "chart": lambda level: ("a.docx", docx(members={"word/charts/chart1.xml": f"<chart {_A}><a:p><a:r><a:t>{escape(level)}</a:t></a:r></a:p></chart>"})),
    "numbering": lambda level: ("a.docx", docx(members={"word/numbering.xml": f"<w:numbering {_W}><w:lvl><w:lvlText w:val={quoteattr(level + ' %1')}/></w:lvl></w:numbering>"})),
    "core": lambda level: ("a.docx", docx(core={"title": level})),
    "keywords": lambda level: ("a.docx", docx(core={"keywords": f"workshop, {level}"})),
    "app": lambda level: ("a.docx", docx(members={"docProps/app.xml": f"<Properties><Company>{escape(level)}</Company></Properties>"})),
    "custom": lambda level: ("a.docx", docx(custom={"Marking": level})),
    "custom xml": lambda level: ("a.docx", docx(members={"customXml/item1.xml": f"<root><class>{escape(level)}</class></root>"})),
    "picture": lambda level: ("a.docx", docx(members={"word/media/image1.png": png({"Comment": level}, international=True)})),
    "svg": lambda level: ("a.docx", docx(members={"word/media/image1.svg": f"<svg><text>{escape(level)}</text></svg>"})),
    "embedded workbook": lambda level: ("a.docx", docx(members={"word/embeddings/b.xlsx": xlsx(("x", level))})),
    "embedded twice": lambda level: ("a.docx", docx(members={"word/embeddings/b.docx": docx(members={"word/embeddings/c.odt": odt(level)})})),
    "embedded name": lambda level: ("a.docx", docx(members={f"word/embeddings/{level.replace(' ', '_').replace('/', '-')}.bin": b"nothing"})),
    "alternative": lambda level: ("a.docx", docx(members={"word/afchunk.html": f"<html><body><p>x</p><p>{escape(level)}</p></body></html>"})),
    "utf-16 part": lambda level: ("a.docx", docx(members={"word/document.xml": f'<?xml version="1.0" encoding="UTF-16"?><w:document {_W}><w:body><w:p>{_runs(level)}</w:p></w:body></w:document>'.encode("utf-16")})),
    "name": lambda level: (f"{level.replace('/', '-')}.docx", docx()),
    "name with more": lambda level: (f"Annex_({level.replace('/', '-')})_v2.docx", docx()),
    "archive comment": lambda level: ("a.docx", _commented(docx(), level)),
}  # fmt: skip


def _commented(data: bytes, text: str) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as file:
        file.comment = text.encode()
    return target.getvalue()


def _book(change: Callable[[Workbook], None]) -> tuple[str, bytes]:
    return "a.xlsx", xlsx(change=change)


def _sheet(state: str) -> Place:
    def place(level: str) -> tuple[str, bytes]:
        def change(book: Workbook) -> None:
            sheet = book.create_sheet("More")
            sheet.append(["x", level])
            sheet.sheet_state = state

        return _book(change)

    return place


def _on_active(act: Callable[[object, str], None]) -> Place:
    return lambda level: _book(lambda book: act(book.active, level))


def _comment(sheet, level):  # type: ignore[no-untyped-def]
    sheet["B2"].comment = Comment(f"Please note\n{level}", "A. Person")


def _validation(sheet, level):  # type: ignore[no-untyped-def]
    rule = DataValidation(type="whole", promptTitle="Note", prompt=level)
    rule.add("C3")
    sheet.add_data_validation(rule)


def _formula(sheet, level):  # type: ignore[no-untyped-def]
    sheet["D4"] = f'=IF(A1="x","{level}","")'


def _joined(sheet, level):  # type: ignore[no-untyped-def]
    sheet["D4"] = f'="{level[:2]}"&"{level[2:]}"'


def _hidden_row(sheet, level):  # type: ignore[no-untyped-def]
    sheet["A9"] = level
    sheet.row_dimensions[9].hidden = True


def _hidden_column(sheet, level):  # type: ignore[no-untyped-def]
    sheet["H1"] = level
    sheet.column_dimensions["H"].hidden = True


def _sheet_header(sheet, level):  # type: ignore[no-untyped-def]
    sheet.oddHeader.center.text = level
    sheet.oddHeader.center.font = "Arial,Bold"
    sheet.oddHeader.center.size = 14


def _sheet_footer(sheet, level):  # type: ignore[no-untyped-def]
    sheet.evenFooter.right.text = level


def _chart(sheet, level):  # type: ignore[no-untyped-def]
    chart = BarChart()
    chart.title = level
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=2))
    sheet.add_chart(chart, "E5")


def _number_format(sheet, level):  # type: ignore[no-untyped-def]
    sheet["C2"] = 12
    sheet["C2"].number_format = f'"{level}" 0'


def _link(sheet, level):  # type: ignore[no-untyped-def]
    sheet["C2"].hyperlink = "https://example.org/"
    sheet["C2"].hyperlink.tooltip = level


def _titled(sheet, level):  # type: ignore[no-untyped-def]
    sheet.title = level.replace("/", "-")[:31]


def _defined(level: str) -> tuple[str, bytes]:
    return _book(
        lambda book: book.defined_names.add(DefinedName("note", attr_text=f'"{level}"', comment=level))
    )


def _property(level: str) -> tuple[str, bytes]:
    return _book(lambda book: book.custom_doc_props.append(StringProperty(name="Handling", value=level)))


def _subject(level: str) -> tuple[str, bytes]:
    def change(book: Workbook) -> None:
        book.properties.subject = level

    return _book(change)


def _inline(level: str) -> tuple[str, bytes]:
    cell = f'<c r="A1" t="inlineStr"><is><r><t>{escape(level[:2])}</t></r><r><t>{escape(level[2:])}</t></r></is></c>'
    return "a.xlsx", xlsx(
        members={
            "xl/worksheets/sheet1.xml": f'<worksheet><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
        }
    )


EXCEL: dict[str, Place] = {
    "cell": lambda level: ("a.xlsx", xlsx(("Activity", level), ("x", "y"))),
    "two cells": lambda level: ("a.xlsx", xlsx(("x", *level.split(" ", 1)))),
    "two rows": lambda level: ("a.xlsx", xlsx(*(("Item", word, "9") for word in level.split(" ")))),
    "label beside": lambda level: ("a.xlsx", xlsx(("Classification", level.lower()), ("x", "y"))),
    "hidden sheet": _sheet("hidden"),
    "very hidden sheet": _sheet("veryHidden"),
    "hidden row": _on_active(_hidden_row),
    "hidden column": _on_active(_hidden_column),
    "comment": _on_active(_comment),
    "threaded comment": lambda level: ("a.xlsx", xlsx(members={"xl/threadedComments/threadedComment1.xml": f"<ThreadedComments><threadedComment><text>{escape(level)}</text></threadedComment></ThreadedComments>"})),
    "validation": _on_active(_validation),
    "formula": _on_active(_formula),
    "joined by a formula": _on_active(_joined),
    "header": _on_active(_sheet_header),
    "footer": _on_active(_sheet_footer),
    "chart title": _on_active(_chart),
    "number format": _on_active(_number_format),
    "link": _on_active(_link),
    "sheet name": _on_active(_titled),
    "defined name": _defined,
    "property": _property,
    "subject": _subject,
    "inline string": _inline,
    "text box": lambda level: ("a.xlsx", xlsx(members={"xl/drawings/drawing1.xml": f"<wsDr {_A}><sp><a:p><a:r><a:t>{escape(level)}</a:t></a:r></a:p></sp></wsDr>"})),
    "old comment shape": lambda level: ("a.xlsx", xlsx(members={"xl/drawings/vmlDrawing1.vml": f"<xml><br><shape><textbox><div>{escape(level)}</div></textbox></shape></xml>"})),
    "pivot cache": lambda level: ("a.xlsx", xlsx(members={"xl/pivotCache/d.xml": f"<pivotCacheDefinition><sharedItems><s v={quoteattr(level)}/></sharedItems></pivotCacheDefinition>"})),
    "embedded document": lambda level: ("a.xlsx", xlsx(members={"xl/embeddings/a.docx": docx(level)})),
    "picture": lambda level: ("a.xlsx", xlsx(members={"xl/media/image1.jpeg": jpeg(title=level)})),
    "name": lambda level: (f"{level.replace('/', '-')}.xlsx", xlsx()),
}  # fmt: skip

_TEXT = 'xmlns:text="t" xmlns:table="b" xmlns:office="o" xmlns:dc="d" xmlns:draw="w" xmlns:svg="v"'


def _open(inner: str) -> bytes:
    plain = "".join(f"<text:p>{escape(text)}</text:p>" for text in _LETTER)
    return odt(
        members={
            "content.xml": f"<office:document-content {_TEXT}>{plain}{inner}{plain}</office:document-content>"
        }
    )


OPEN: dict[str, Place] = {
    "paragraph": lambda level: ("a.odt", odt(_LETTER[0], level, *_LETTER)),
    "spans": lambda level: ("a.odt", _open(f"<text:p><text:span>{escape(level[:3])}</text:span><text:span>{escape(level[3:])}</text:span></text:p>")),
    "note": lambda level: ("a.odt", _open(f"<text:p>As said<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>{escape(level)}</text:p></text:note-body></text:note></text:p>")),
    "around a note": lambda level: ("a.odt", _open(f"<text:p>{escape(level[:4])}<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>see</text:p></text:note-body></text:note>{escape(level[4:])}</text:p>")),
    "annotation": lambda level: ("a.odt", odt(annotation=level)),
    "around an annotation": lambda level: ("a.odt", _open(f"<text:p>{escape(level[:4])}<office:annotation><dc:creator>A</dc:creator><text:p>ok</text:p></office:annotation>{escape(level[4:])}</text:p>")),
    "deletion": lambda level: ("a.odt", _open(f"<text:tracked-changes><text:changed-region><text:deletion><text:p>{escape(level)}</text:p></text:deletion></text:changed-region></text:tracked-changes>")),
    "frame": lambda level: ("a.odt", _open(f"<text:p>x<draw:frame draw:name=\"F\"><draw:text-box><text:p>{escape(level)}</text:p></draw:text-box></draw:frame></text:p>")),
    "alt text": lambda level: ("a.odt", _open(f"<text:p><draw:frame><svg:desc>{escape(level)}</svg:desc></draw:frame></text:p>")),
    "hidden text": lambda level: ("a.odt", _open(f"<text:p><text:hidden-text text:string-value={quoteattr(level)}/></text:p>")),
    "section": lambda level: ("a.odt", _open(f"<text:section text:name={quoteattr(level)}><text:p>x</text:p></text:section>")),
    "header": lambda level: ("a.odt", odt(header=level)),
    "meta": lambda level: ("a.odt", odt(meta={"Note": level})),
    "object": lambda level: ("a.odt", odt(members={"Object 1/content.xml": f"<office:document-content {_TEXT}><text:p>{escape(level)}</text:p></office:document-content>"})),
    "picture": lambda level: ("a.odt", odt(members={"Pictures/a.png": png({"Title": level}, international=True)})),
    "ods cell": lambda level: ("a.ods", ods(("x", level), ("y", "z"))),
    "ods two cells": lambda level: ("a.ods", ods(("x", *level.split(" ", 1)))),
    "ods down a column": lambda level: ("a.ods", ods(*(("Item", word, "9") for word in level.split(" ")))),
    "ods hidden sheet": lambda level: ("a.ods", ods(level, shown=False)),
    "ods hidden row": lambda level: ("a.ods", ods(level, row="collapse")),
    "ods sheet name": lambda level: ("a.ods", ods(name=level)),
    "ods header": lambda level: ("a.ods", ods(header=level)),
    "ods meta": lambda level: ("a.ods", ods(meta={"Klasa": level})),
    "ods formula": lambda level: ("a.ods", ods(body=f"<table:table-row><table:table-cell table:formula={quoteattr(f'of:=IF([.A1];&quot;{level}&quot;;1)'.replace('&quot;', chr(34)))}/></table:table-row>")),
    "ods message": lambda level: ("a.ods", ods(body=f"<table:help-message table:title='Note'><text:p>{escape(level)}</text:p></table:help-message>")),
    "ods annotation": lambda level: ("a.ods", ods(body=f"<table:table-row><table:table-cell><office:annotation><text:p>{escape(level)}</text:p></office:annotation></table:table-cell></table:table-row>")),
}  # fmt: skip


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
    "paragraph": lambda level: ("a.pdf", pdf(_LETTER[0], level, *_LETTER)),
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


def _png_chunk(level: str) -> tuple[str, bytes]:
    exif = Image.Exif()
    exif[0x010E] = level
    target = io.BytesIO()
    Image.new("RGB", (9, 9)).save(target, "PNG", exif=exif)
    return "a.png", target.getvalue()


def _png_trailer(level: str) -> tuple[str, bytes]:
    return "a.png", png() + level.encode()


def _jpeg_icc(level: str) -> tuple[str, bytes]:
    """IPTC's caption, where press agencies write."""
    caption = level.encode()
    record = b"\x1c\x02\x78" + len(caption).to_bytes(2) + caption
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(record).to_bytes(4) + record
    data = jpeg()
    return "a.jpg", data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2) + block + data[2:]


PICTURES: dict[str, Place] = {
    "png text": lambda level: ("a.png", png({"Comment": level}, international=True)),
    "png packed": lambda level: ("a.png", png({"Description": level}, international=True, compressed=True)),
    "png exif": _png_chunk,
    "png trailer": _png_trailer,
    "png xmp": lambda level: ("a.png", png({"XML:com.adobe.xmp": f"<x:xmpmeta><dc:title>{escape(level)}</dc:title></x:xmpmeta>"}, international=True)),
    "png name": lambda level: (f"{level.replace('/', '-')}.png", png()),
    "jpeg comment": lambda level: ("a.jpg", jpeg(comment=level)),
    "jpeg exif": lambda level: ("a.jpg", jpeg(description=level)),
    "jpeg title": lambda level: ("a.jpg", jpeg(title=level)),
    "jpeg xmp": lambda level: ("a.jpg", jpeg(xmp=level)),
    "jpeg iptc": _jpeg_icc,
    "jpeg trailer": lambda level: ("a.jpg", jpeg() + level.encode()),
}  # fmt: skip

PLACES: dict[str, Place] = {
    f"{group}: {name}": place
    for group, places in (("docx", WORD), ("xlsx", EXCEL), ("odf", OPEN), ("pdf", PDF), ("picture", PICTURES))
    for name, place in places.items()
}

ASCII_ONLY = frozenset(
    f"pdf: {name}"
    for name in (
        "invisible",
        "off the page",
        "white",
        "turned",
        "hidden layer",
        "no size",
        "earlier revision",
    )
) | {"picture: png exif"}
"""Drawn by hand, with a font that knows no other letters."""
