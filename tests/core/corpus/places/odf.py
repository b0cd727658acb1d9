"""Places in text documents and spreadsheets of OpenDocument."""

from xml.sax.saxutils import escape, quoteattr

from tests.core.corpus import Place
from tests.documents import LETTER, ods, odt, png

_TEXT = 'xmlns:text="t" xmlns:table="b" xmlns:office="o" xmlns:dc="d" xmlns:draw="w" xmlns:svg="v"'


def _open(inner: str) -> bytes:
    plain = "".join(f"<text:p>{escape(text)}</text:p>" for text in LETTER)
    return odt(
        members={
            "content.xml": f"<office:document-content {_TEXT}>{plain}{inner}{plain}</office:document-content>"
        }
    )


OPEN: dict[str, Place] = {
    "paragraph": lambda level: ("a.odt", odt(LETTER[0], level, *LETTER)),
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
    "odt condition": lambda level: ("a.odt", _open(f"<text:p>a <text:conditional-text text:string-value-if-true={quoteattr(level)}>b</text:conditional-text></text:p>")),
    "ods message": lambda level: ("a.ods", ods(body=f"<table:help-message table:title='Note'><text:p>{escape(level)}</text:p></table:help-message>")),
    "ods annotation": lambda level: ("a.ods", ods(body=f"<table:table-row><table:table-cell><office:annotation><text:p>{escape(level)}</text:p></office:annotation></table:table-cell></table:table-row>")),
}  # fmt: skip
