"""Makers of real documents for tests, in memory: each kind, with text in every place it can hide."""

import functools
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook, load_workbook
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject
from weasyprint import HTML

LETTER = (
    "Joint application for technical assistance",
    "The partners ask for a workshop on firearms trafficking and a study trip. Two analysts per institution attend.",
)

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ODT = "application/vnd.oasis.opendocument.text"


@functools.cache
def _printed(paragraphs: tuple[str, ...], header: str) -> bytes:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    page = f'@page {{ @top-center {{ content: "{header}" }} }} body {{ font-family: DejaVu Sans }}'
    printed = HTML(string=f"<html lang=en><style>{page}</style><body>{body}</body></html>").write_pdf()
    assert isinstance(printed, bytes)
    return printed


def pdf(
    *paragraphs: str,
    header: str = "",
    info: Mapping[str, str] | None = None,
    xmp: str = "",
    attachments: Mapping[str, bytes] | None = None,
    note: str = "",
    outline: str = "",
    stamp: str = "",
) -> bytes:
    """A PDF as an office suite would print it, with what is asked for added by a second tool."""
    printed = _printed(paragraphs or LETTER, header)
    if not (info or xmp or attachments or note or outline or stamp):
        return printed
    writer = PdfWriter(clone_from=io.BytesIO(printed))
    if info:
        writer.add_metadata({f"/{key}": value for key, value in info.items()})
    if xmp:
        writer.xmp_metadata = _xmp(xmp)
    for name, data in (attachments or {}).items():
        writer.add_attachment(name, data)
    if note:
        writer.add_annotation(0, FreeText(text=note, rect=(50, 550, 200, 650)))
    if outline:
        writer.add_outline_item(title=outline, page_number=0)
    if stamp:
        writer.add_annotation(0, _stamp(stamp))
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _stamp(text: str) -> DictionaryObject:
    """A rubber stamp whose words are only drawn, in an appearance stream."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    look = StreamObject()
    look.set_data(f"BT /F1 12 Tf 1 0 0 1 5 5 Tm ({text}) Tj ET".encode("latin-1"))
    look[NameObject("/Type")] = NameObject("/XObject")
    look[NameObject("/Subtype")] = NameObject("/Form")
    look[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    stamp = FreeText(text="", rect=(50, 550, 200, 600))
    stamp[NameObject("/Subtype")] = NameObject("/Stamp")
    stamp[NameObject("/Contents")] = TextStringObject("")
    stamp[NameObject("/AP")] = DictionaryObject({NameObject("/N"): look})
    return stamp


def encrypted_pdf(*paragraphs: str, password: str, algorithm: str = "RC4-128") -> bytes:
    """A PDF that asks for this password; with an empty one it opens without, but still forbids something."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf(*paragraphs)))
    writer.encrypt(password, "the owner's", algorithm=algorithm)
    return _written(writer)


def pdf_with_stream(operators: bytes, pages: int = 1) -> bytes:
    """Pages that share one given content stream, compressed: what text drawn glyph by glyph or a bomb is made of."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    page = writer.pages[0]
    content = StreamObject()
    content.set_data(operators)
    page[NameObject("/Contents")] = writer._add_object(content.flate_encode())
    font = {
        "/Type": "/Font",
        "/Subtype": "/Type1",
        "/BaseFont": "/Helvetica",
        "/Encoding": "/WinAnsiEncoding",
    }
    fonts = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): fonts})}
    )
    for _ in range(pages - 1):
        writer.add_page(page)
    return _written(writer)


def archive(members: Mapping[str, str | bytes], stored: Sequence[str] = ("mimetype",)) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            file.writestr(zipfile.ZipInfo(name), content, compress_type=kind)
    return target.getvalue()


def docx(
    *paragraphs: str | Sequence[str],
    header: str = "",
    footer: str = "",
    footnote: str = "",
    comment: str = "",
    text_box: str = "",
    watermark: str = "",
    core: Mapping[str, str] | None = None,
    custom: Mapping[str, str] | None = None,
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A Word document. A paragraph given as a list is split into runs, as Word does after each small edit."""
    body = "".join(map(_word_paragraph, paragraphs or LETTER))
    if text_box:
        inner = f"<w:txbxContent>{_word_paragraph(text_box)}</w:txbxContent>"
        body += f"<w:p><w:r><w:t>Figure 1</w:t></w:r><w:r><w:pict>{inner}</w:pict></w:r></w:p>"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_DOCX_MAIN}"/></Types>',
        "word/document.xml": _word("document", f"<w:body>{body}</w:body>"),
    }
    if watermark:
        shape = f'<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string={quoteattr(watermark)}/></v:shape>'
        parts["word/header2.xml"] = _word("hdr", f"<w:p><w:r><w:pict>{shape}</w:pict></w:r></w:p>")
    for name, root, text in (
        ("header1", "hdr", header),
        ("footer1", "ftr", footer),
        ("footnotes", "footnotes", footnote),
        ("comments", "comments", comment),
    ):
        if text:
            parts[f"word/{name}.xml"] = _word(root, _word_paragraph(text))
    if core:
        fields = "".join(f"<dc:{key}>{escape(value)}</dc:{key}>" for key, value in core.items())
        parts["docProps/core.xml"] = f'<cp xmlns:dc="http://purl.org/dc/elements/1.1/">{fields}</cp>'
    if custom:
        fields = "".join(
            f"<property name={quoteattr(key)}><lpwstr>{escape(value)}</lpwstr></property>"
            for key, value in custom.items()
        )
        parts["docProps/custom.xml"] = f"<Properties>{fields}</Properties>"
    return archive(parts | dict(members or {}))


def _word(root: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} xmlns:w="{_WORD}">{inner}</w:{root}>'


def _word_paragraph(text: str | Sequence[str]) -> str:
    runs = [text] if isinstance(text, str) else text
    return (
        "<w:p>"
        + "".join(f'<w:r><w:t xml:space="preserve">{escape(run)}</w:t></w:r>' for run in runs)
        + "</w:p>"
    )


def odt(
    *paragraphs: str,
    header: str = "",
    annotation: str = "",
    meta: Mapping[str, str] | None = None,
    encrypted: bool = False,
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A Writer document; the annotation stands inside the first paragraph, as Writer keeps it."""
    text = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    office = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    note = (
        f"<office:annotation><text:p>{escape(annotation)}</text:p></office:annotation>" if annotation else ""
    )
    body = "".join(
        f"<text:p><text:span>{escape(item)}</text:span>{note}</text:p>" for item in paragraphs or LETTER
    )
    fields = "".join(
        f"<meta:user-defined meta:name={quoteattr(key)}>{escape(value)}</meta:user-defined>"
        for key, value in (meta or {}).items()
    )
    meta_space = 'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"'
    parts: dict[str, str | bytes] = {
        "mimetype": _ODT,
        "META-INF/manifest.xml": "<manifest><encryption-data/></manifest>" if encrypted else "<manifest/>",
        "content.xml": f"<office:document-content {office} {text}>{body}</office:document-content>",
        "styles.xml": f"<office:document-styles {office} {text}><text:p>{escape(header)}</text:p>"
        "</office:document-styles>",
        "meta.xml": f"<office:document-meta {office} {meta_space}>{fields}</office:document-meta>",
    }
    return archive(parts | dict(members or {}))


def xlsx(
    *rows: str | Sequence[str],
    change: Callable[[Workbook], None] | None = None,
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook as openpyxl writes it; `change` may do anything to it, `members` replace or add parts."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Budget"
    for row in rows or (("Activity", "Type", "EUR"), ("Tirana", "workshop", "1200")):
        sheet.append([row] if isinstance(row, str) else list(row))
    if change:
        change(book)
    target = io.BytesIO()
    book.save(target)
    return with_members(target.getvalue(), members or {})


def with_members(data: bytes, members: Mapping[str, str | bytes]) -> bytes:
    """The archive with these parts added or replaced."""
    if not members:
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts: dict[str, str | bytes] = {name: file.read(name) for name in file.namelist()}
    return archive(parts | dict(members))


def reopened(data: bytes) -> Workbook:
    """A workbook read back."""
    return load_workbook(io.BytesIO(data))


def ods(
    *rows: str | Sequence[str],
    name: str = "Budget",
    shown: bool = True,
    row: str = "visible",
    body: str = "",
    header: str = "",
    meta: Mapping[str, str] | None = None,
) -> bytes:
    """A Calc document; `body` is more markup inside the sheet, `row` the visibility of every row."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text", "style", "meta", "draw")
    )
    lines = "".join(
        f'<table:table-row table:visibility="{row}">'
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in ([line] if isinstance(line, str) else line)
        )
        + "</table:table-row>"
        for line in rows or (("Activity", "EUR"), ("Workshop in Tirana", "1200"))
    )
    style = f'<style:style style:name="ta1" style:family="table"><style:table-properties table:display="{str(shown).lower()}"/></style:style>'
    fields = "".join(
        f"<meta:user-defined meta:name={quoteattr(key)}>{escape(value)}</meta:user-defined>"
        for key, value in (meta or {}).items()
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f"<office:document-content {spaces}><office:automatic-styles>{style}</office:automatic-styles>"
            f"<office:body><office:spreadsheet><table:table table:name={quoteattr(name)} table:style-name='ta1'>{body}{lines}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {spaces}><style:header><text:p>{escape(header)}</text:p></style:header>"
            "</office:document-styles>",
            "meta.xml": f"<office:document-meta {spaces}>{fields}</office:document-meta>",
        }
    )


def png(
    text: Mapping[str, str] | None = None, *, compressed: bool = False, international: bool = False
) -> bytes:
    """A small picture with text chunks (tEXt, zTXt or iTXt)."""
    chunks = PngInfo()
    for key, value in (text or {}).items():
        if international:
            chunks.add_itxt(key, value, zip=compressed)
        else:
            chunks.add_text(key, value, zip=compressed)
    target = io.BytesIO()
    Image.new("RGB", (24, 16), "#004494").save(target, "PNG", pnginfo=chunks)
    return target.getvalue()


def jpeg(*, comment: str = "", description: str = "", title: str = "", xmp: str = "") -> bytes:
    """A small photograph: `description` is EXIF ImageDescription, `title` Windows' XPTitle (UTF-16)."""
    exif = Image.Exif()
    if description:
        exif[0x010E] = description
    if title:
        exif[0x9C9B] = title.encode("utf-16-le") + b"\0\0"
    target = io.BytesIO()
    Image.new("RGB", (24, 16), "#004494").save(
        target, "JPEG", exif=exif, comment=comment.encode(), **({"xmp": _xmp(xmp)} if xmp else {})
    )
    return target.getvalue()


def _xmp(value: str) -> bytes:
    head = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    field = f"<rdf:Description xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' photoshop:Instructions={quoteattr(value)}/>"
    return f"{head}{field}</rdf:RDF></x:xmpmeta>".encode()
