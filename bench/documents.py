"""Documents of about a megabyte, made beforehand: a mix of kinds, no two the same."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from xml.sax.saxutils import escape

from PIL import Image

MEGABYTE = 1_000_000
_WORDS = [
    "activity",
    "agenda",
    "analysis",
    "border",
    "budget",
    "casework",
    "committee",
    "cooperation",
    "customs",
    "data",
    "delegation",
    "document",
    "expert",
    "facility",
    "firearms",
    "forensic",
    "institution",
    "interpreter",
    "investigation",
    "joint",
    "ministry",
    "network",
    "officer",
    "partner",
    "police",
    "prosecutor",
    "regional",
    "report",
    "seminar",
    "service",
    "study",
    "team",
    "training",
    "travel",
    "witness",
    "workshop",
    "radionica",
    "policija",
    "granica",
    "saradnja",
    "polici",
    "kufi",
    "bashkëpunim",
    "полиција",
    "граница",
    "соработка",
    "istraga",
    "tužilaštvo",
]
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def _prose(dice: random.Random, size: int) -> list[str]:
    """Paragraphs of so many characters together."""
    lines: list[str] = []
    while size > 0:
        lines.append(" ".join(dice.choices(_WORDS, k=60)) + f" {dice.random():.6f}.")
        size -= len(lines[-1])
    return lines


def _noise(dice: random.Random, kind: str, size: int) -> bytes:
    """A picture of about so many bytes that packs no further."""
    side = int((size / (3 if kind == "PNG" else 0.63)) ** 0.5)
    target = io.BytesIO()
    Image.frombytes("RGB", (side, side), dice.randbytes(side * side * 3)).save(target, kind, quality=75)
    return target.getvalue()


def _packed(parts: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            stored = name == "mimetype" or name.endswith((".png", ".jpeg"))
            file.writestr(name, content, zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def pdf(dice: random.Random) -> bytes:
    """Forty pages of text and a photograph."""
    photo = _noise(dice, "JPEG", 900_000)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    objects.append(
        _stream(
            photo,
            b"/Type/XObject/Subtype/Image/Width 9/Height 9/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode",
        )
    )
    pages = []
    for number in range(40):
        lines = "".join(
            f"1 0 0 1 50 {780 - 12 * n} Tm ({line[:90].encode('ascii', 'replace').decode()}) Tj "
            for n, line in enumerate(_prose(dice, 5000))
        )
        drawing = f"BT /F1 9 Tf {lines} ET" + (" 200 0 0 200 50 50 cm /I Do" if number == 0 else "")
        objects.append(_stream(zlib.compress(drawing.encode()), b"/Filter/FlateDecode"))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>/XObject<</I 4 0 R>>>>"
            b"/Contents %d 0 R>>" % len(objects)
        )
        pages.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(pages))
    return _written(objects)


def _stream(data: bytes, entries: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def _written(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def docx(dice: random.Random) -> bytes:
    """A report of some thirty pages with a picture."""
    return _docx(dice, 100_000, _noise(dice, "PNG", 950_000))


def long_docx(dice: random.Random) -> bytes:
    """Nothing but text: a thousand pages."""
    return _docx(dice, 5_700_000, b"")


def _docx(dice: random.Random, size: int, picture: bytes) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in _prose(dice, size))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _types(_DOCX, "/word/document.xml"),
        "word/document.xml": f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>',
    }
    return _packed(parts | ({"word/media/image1.png": picture} if picture else {}))


def _types(kind: str, part: str) -> str:
    return f'<Types xmlns="t"><Override PartName="{part}" ContentType="{kind}"/></Types>'


def xlsx(dice: random.Random) -> bytes:
    """A table of thousands of rows: amounts, and texts kept beside the sheet."""
    texts = _prose(dice, 5_000_000)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c><c r="B{n}"><v>{dice.random() * 9999:.2f}</v></c></row>'
        for n in range(1, len(texts) + 1)
    )
    return _packed(
        {
            "[Content_Types].xml": _types(_XLSX, "/xl/workbook.xml"),
            "xl/workbook.xml": '<workbook><sheets><sheet name="Costs" id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<R><R Id="r1" Target="worksheets/sheet1.xml"/></R>',
            "xl/sharedStrings.xml": f"<sst>{''.join(f'<si><t>{escape(text)}</t></si>' for text in texts)}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
        }
    )


def odt(dice: random.Random) -> bytes:
    """A report with a photograph."""
    body = "".join(f"<p>{escape(line)}</p>" for line in _prose(dice, 150_000))
    return _open("text", f"<document-content>{body}</document-content>", _noise(dice, "JPEG", 900_000))


def ods(dice: random.Random) -> bytes:
    """A table with a photograph."""
    rows = "".join(
        f"<table-row><table-cell><p>{escape(line)}</p></table-cell><table-cell><p>{dice.random()}</p></table-cell></table-row>"
        for line in _prose(dice, 150_000)
    )
    content = f"<document-content><table>{rows}</table></document-content>"
    return _open("spreadsheet", content, _noise(dice, "JPEG", 900_000))


def _open(kind: str, content: str, photo: bytes) -> bytes:
    return _packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": content,
            "Pictures/photo.jpeg": photo,
        }
    )


def png(dice: random.Random) -> bytes:
    """A picture."""
    return _noise(dice, "PNG", MEGABYTE)


def jpeg(dice: random.Random) -> bytes:
    """A photograph."""
    return _noise(dice, "JPEG", MEGABYTE)


MIX: tuple[Callable[[random.Random], bytes], ...] = (
    *(pdf, docx, jpeg, pdf, odt, pdf, docx, ods, pdf, png),
    *(pdf, docx, xlsx, pdf, odt, jpeg, pdf, docx, ods, long_docx),
)
"""What twenty attachments look like."""
