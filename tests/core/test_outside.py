"""Documents that fetch or run something when they are opened are not taken."""

import pytest

from facility.files.examine import examine
from facility.files.kinds import UnreadableDocument
from facility.files.outside import is_elsewhere
from tests import documents

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WEB = "https://example.org/a.dotm"


def _related(kind: str, target: str = WEB, mode: str = "External") -> bytes:
    relation = f'<Relationship Id="r1" Type="{RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    part = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation}</Relationships>'
    return documents.docx(members={"word/_rels/settings.xml.rels": part})


def _field(*runs: str) -> bytes:
    """A field whose code is split over these runs."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    return _body(
        f"<w:p>{mark.format('begin')}{code}{mark.format('separate')}<w:r><w:t>1</w:t></w:r>{mark.format('end')}</w:p>"
    )


def _body(inner: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return documents.docx(members={"word/document.xml": f"<w:document {space}>{inner}</w:document>"})


def _content(inner: str) -> str:
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "script": "urn:oasis:names:tc:opendocument:xmlns:script:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
    }
    declared = " ".join(f'xmlns:{name}="{space}"' for name, space in spaces.items())
    return f"<office:document-content {declared}>{inner}</office:document-content>"


def _odt(inner: str) -> bytes:
    return documents.odt(members={"content.xml": _content(inner)})


def _ods(formula: str) -> bytes:
    cell = f'<table:table-row><table:table-cell table:formula="{formula}"/></table:table-row>'
    return documents.with_members(
        documents.ods(), {"content.xml": _content(f"<table:table>{cell}</table:table>")}
    )


def _rich_text(inner: bytes) -> bytes:
    return documents.docx(members={"word/embeddings/a.rtf": b"{\\rtf1 " + inner + b"}"})


def _formula(formula: str) -> bytes:
    sheet = f"<worksheet><sheetData><row><c><f>{formula}</f></c></row></sheetData></worksheet>"
    return documents.xlsx("a", members={"xl/worksheets/sheet1.xml": sheet})


CALLING = {
    "template": (_related("attachedTemplate"), "remote"),
    "template on a share": (_related("attachedTemplate", "file:///\\\\host\\share\\a.dotm"), "remote"),
    "frame": (_related("frame"), "remote"),
    "subdocument": (_related("subDocument"), "remote"),
    "OLE link": (_related("oleObject"), "remote"),
    "text of another document": (_related("aFChunk"), "remote"),
    "DDE": (_field(" DDE excel a b "), "remote"),
    "DDE split over runs": (_field(" D", "DE", "AUTO c:\\\\x "), "remote"),
    "simple field": (_body('<w:p><w:fldSimple w:instr=" ddeauto excel a "/></w:p>'), "remote"),
    "workbook's DDE link": (
        documents.xlsx("a", members={"xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="cmd"/></externalLink>'}),
        "remote",
    ),
    "DDE in a cell": (_formula("cmd|'/c calc'!A0"), "remote"),
    "text's DDE source": (_odt('<text:section><office:dde-source office:dde-application="soffice"/></text:section>'), "remote"),
    "text's DDE field": (_odt("<text:dde-connection-decls><text:dde-connection-decl/></text:dde-connection-decls>"), "remote"),
    "linked section": (_odt(f'<text:section-source xlink:href="{WEB}"/>'), "remote"),
    "DDE formula": (_ods("of:=DDE(&quot;soffice&quot;;&quot;a&quot;;&quot;b&quot;)"), "remote"),
    "table's DDE link": (_odt("<table:dde-links><table:dde-link/></table:dde-links>"), "remote"),
    "listener": (_odt("<office:event-listeners><script:event-listener/></office:event-listeners>"), "macros"),
    "script": (_odt('<office:scripts><office:script script:language="ooo:Basic"/></office:scripts>'), "macros"),
    "rich text's DDE": (_rich_text(rb"{\field{\*\fldinst {DDE}{AUTO c:\\x}}}"), "remote"),
    "rich text's template": (_rich_text(rb"{\*\template https://example.org/a.dot}"), "remote"),
    "inside another document": (
        documents.docx(members={"word/embeddings/a.docx": _related("attachedTemplate")}),
        "remote",
    ),
}  # fmt: skip

PLAIN = {
    "hyperlink": _related("hyperlink"),
    "picture": _related("image"),
    "another workbook": _related("externalLinkPath"),
    "template on the sender's disk": _related("attachedTemplate", "file:///C:\\Users\\omar\\Letter.dotx"),
    "part of the document": _related("oleObject", "embeddings/a.bin", "Internal"),
    "page number": _field(" PAGE "),
    "field that names it": _field(" SET x DDE "),
    "words": documents.docx("DDE and DDEAUTO are old ways to call another program."),
    "formula with such words": _ods("of:=&quot;DDE(&quot;"),
    "or in a formula": _formula("A1&amp;&quot;|&quot;"),
    "object in the document": _odt('<draw:object xmlns:draw="d" xlink:href="./Object 1"/>'),
    "no scripts": _odt("<office:scripts/>"),
    "rich text's page": _rich_text(rb"{\field{\*\fldinst PAGE}}"),
}


@pytest.mark.parametrize(("data", "code"), CALLING.values(), ids=CALLING)
def test_what_calls_outside_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        examine(data)
    assert caught.value.code == code


@pytest.mark.parametrize("data", PLAIN.values(), ids=PLAIN)
def test_links_that_a_reader_presses_are_let_through(data: bytes) -> None:
    assert examine(data).marking is None


def test_a_marking_goes_before_a_link() -> None:
    data = documents.with_members(
        _related("attachedTemplate"), {"word/header1.xml": "<hdr><p>TAJNO</p></hdr>"}
    )
    assert examine(data).marking is not None


@pytest.mark.parametrize(
    ("target", "elsewhere"),
    [
        ("http://example.org", True), ("%68ttp://example.org", True), (" mhtml:http://example.org", True),
        ("\\\\host\\a", True), ("//host/a", True), ("file://host/a", True), ("file:////host/a", True),
        ("C:\\a.dotm", False), ("file:///c:/a.dotm", False), ("file:///home/omar/a.ott", False),
        ("Normal.dotm", False), ("../a.ott", False),
    ],
)  # fmt: skip
def test_what_lies_elsewhere(target: str, elsewhere: bool) -> None:
    assert is_elsewhere(target) is elsewhere
