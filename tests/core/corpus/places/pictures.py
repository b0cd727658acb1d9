"""Places in a picture."""

import io
from xml.sax.saxutils import escape

from PIL import Image

from tests.core.corpus import Place
from tests.documents import docx, jpeg, pdf, png


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


def _jpeg_between(level: str) -> tuple[str, bytes]:
    """A comment amid the picture, where a progressive one has its further scans."""
    data, text = jpeg(), level.encode()
    comment = b"\xff\xfe" + (len(text) + 2).to_bytes(2) + text
    return "a.jpg", data[:-2] + comment + data[-2:]


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
    "jpeg with a document behind": lambda level: ("a.jpg", jpeg() + docx(level) + jpeg()),
    "png with a pdf behind": lambda level: ("a.png", png() + bytes(1100) + pdf(level)),
    "jpeg between scans": _jpeg_between,
    "jpeg trailer": lambda level: ("a.jpg", jpeg() + level.encode()),
}  # fmt: skip
