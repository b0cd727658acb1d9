"""Places in a Word document."""

import io
import zipfile
from email.message import EmailMessage
from xml.sax.saxutils import escape, quoteattr

from tests.core.corpus import Place
from tests.documents import LETTER, docx, odt, png, xlsx

_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _body(inner: str) -> bytes:
    """A Word document whose body is this markup between two ordinary paragraphs."""
    plain = [f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in LETTER]
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


def _mail(level: str) -> bytes:
    """A mail with the marking in its encoded subject and nowhere else."""
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.org", f"\u200b{level}"
    message.set_content("\n".join(LETTER))
    return bytes(message)


def _rich_text(level: str) -> bytes:
    """Every letter as a code with a fallback, and a word cut by a change of type."""
    letters = [f"\\u{ord(letter)}?" if ord(letter) > 127 else letter for letter in level]
    heading = f"{letters[0]}{{\\b {''.join(letters[1:])}}}"
    return f"{{\\rtf1\\ansi{{\\header {heading}\\par}}{LETTER[0]}\\par}}".encode("ascii", "replace")


def _commented(data: bytes, text: str) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as file:
        file.comment = text.encode()
    return target.getvalue()


WORD: dict[str, Place] = {
    "paragraph": lambda level: ("a.docx", docx(LETTER[0], level, *LETTER)),
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
    "mail": lambda level: ("a.docx", docx(members={"word/embeddings/a.eml": _mail(level)})),
    "rich text": lambda level: ("a.docx", docx(members={"word/embeddings/a.rtf": _rich_text(level)})),
    "text in utf-16": lambda level: ("a.docx", docx(members={"word/embeddings/a.txt": f"x\n{'\u2060'.join(level)}\ny".encode("utf-16")})),
    "utf-16 part": lambda level: ("a.docx", docx(members={"word/document.xml": f'<?xml version="1.0" encoding="UTF-16"?><w:document {_W}><w:body><w:p>{_runs(level)}</w:p></w:body></w:document>'.encode("utf-16")})),
    "name": lambda level: (f"{level.replace('/', '-')}.docx", docx()),
    "name with more": lambda level: (f"Annex_({level.replace('/', '-')})_v2.docx", docx()),
    "archive comment": lambda level: ("a.docx", _commented(docx(), level)),
}  # fmt: skip
