"""The text of a PDF: pages with their forms, annotations as drawn, every string that an object holds (info, outline,
fields, layers, page labels, alternative texts), XMP, attached files, earlier revisions.

Two readers, each for what it does best: pypdf walks objects; PDFium reads pages (3 ms a page, where pypdf took 100),
invisible and off the page alike, and opens what is encrypted under an empty password.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]
from pypdf import PageObject, PdfReader
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from facility.files.kinds import UnreadableDocument
from facility.files.passages import Budget, decoded, without_tags
from facility.files.position import Passage, named

MAX_PAGES = 2000
MAX_OBJECTS = 200_000
MAX_REVISIONS = 8

_BATCH = 50_000
_COVERS = 0.5
"""How much of a page a picture takes that makes it a scan, with or without words beside it."""

Nested = Callable[[bytes], Iterator[Passage]]


def pdf(data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """Everything readable in the document. Raises UnreadableDocument: encrypted (a password is needed to open it),
    broken, bomb (pages, objects, streams)."""
    plain = _without_encryption(data)
    yield from _whole(plain, budget, budget, nested)
    for earlier in _earlier(plain):
        yield from _earlier_revision(earlier, budget, nested)


def _whole(data: bytes, budget: Budget, of_pages: Budget, nested: Nested) -> Iterator[Passage]:
    """One state of the document. What its commands draw comes last and as one: the pages have shown most of it, in
    better surroundings."""
    drawn: list[str] = []
    shown: list[str] = []
    for passage in _revision(data, budget, nested):
        if passage.where == "hidden text":
            drawn.append(passage.text)
        else:
            yield passage
    for passage in _pages(data, of_pages):
        shown.append(passage.text)
        yield passage
    if drawn:
        yield Passage("hidden text", "\n\n#\n\n".join(drawn), shown=tuple(shown))


def _without_encryption(data: bytes) -> bytes:
    """The document, or a copy without the encryption that asks for no password."""
    if b"/Encrypt" not in data:
        return data
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        password = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise UnreadableDocument("encrypted" if password else "broken") from error
    try:
        copy = io.BytesIO()
        document.save(copy, flags=pdfium.FPDF_REMOVE_SECURITY)
    finally:
        document.close()
    return copy.getvalue()


def _revision(data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """All but the pages' own text. Objects come before pages: this unpacks every content stream within the budget,
    where PDFium has no such bound."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnreadableDocument("encrypted")
        if not 0 < len(reader.pages) <= MAX_PAGES:
            raise UnreadableDocument("bomb" if len(reader.pages) else "broken")
        yield from _information(reader)
        for page in reader.pages:
            yield from _annotations(page)
        yield from _objects(reader, budget, nested)
    except LimitReachedError as error:
        raise UnreadableDocument("bomb") from error


def _earlier(data: bytes) -> list[bytes]:
    """The document as it was before each of its last changes that were only appended."""
    ends = [end_mark.end() for end_mark in re.finditer(rb"%%EOF\s{0,2}", data)][:-1]
    return [data[:end] for end in ends[-MAX_REVISIONS:]]


def _earlier_revision(data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    try:
        for passage in tuple(_whole(data, budget, Budget(budget.size), nested)):
            yield passage._replace(reported="hidden text")
    except UnreadableDocument as problem:
        if problem.code == "bomb":
            raise
    except (PyPdfError, pypdfium2.PdfiumError, ValueError, KeyError, TypeError, AttributeError):
        return  # the first part of a file made for the web is no document by itself


def _pages(data: bytes, budget: Budget) -> Iterator[Passage]:
    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            words = page.get_textpage()
            # PDFium marks a hyphen at a line's end, and the end, by a control character or a noncharacter.
            text: str = words.get_text_range().replace("\x02", "-\n").replace("\ufffe", "-\n")
            words.close()
            if _is_scan(page, text):
                budget.unread += 1
            page.close()
            yield Passage("text", text, page=True)
    finally:
        document.close()


def _is_scan(page: Any, text: str) -> bool:
    """Whether there is something on the page that only eyes can read: a picture over much of it, or lines and
    pictures where there is no letter at all."""
    speechless = not any(map(str.isalpha, text))
    area = page.get_width() * page.get_height() * _COVERS
    for item in page.get_objects(max_depth=3):
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            if speechless or (right - left) * (top - bottom) >= area:
                return True
        elif speechless and item.type in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_TEXT):
            return True
    return False


def _information(reader: PdfReader) -> Iterator[Passage]:
    for key, value in (reader.metadata or {}).items():
        yield Passage("properties", f"{str(key).lstrip('/')}: {_as_text(value.get_object())}")
    xmp = reader.root_object.get("/Metadata", None)
    if xmp is not None and isinstance(
        stream := xmp.get_object(), StreamObject
    ):  # not every tool gives it its type
        yield Passage("properties", without_tags(decoded(stream.get_data())))


def _annotations(page: PageObject) -> Iterator[Passage]:
    """What a stamp or a text box draws is in its appearance, a form of its own that no page text includes."""
    for reference in page.get("/Annots", ArrayObject()).get_object() or ():
        annotation = reference.get_object()
        if not isinstance(annotation, DictionaryObject):
            continue
        if (
            annotation.get("/Subtype") == "/Stamp"
        ):  # "/TopSecret", "/Confidential": drawn by the reader, in capitals
            yield Passage("annotation", str(annotation.get("/Name", "")).lstrip("/").upper())
        for form in _appearances(annotation):
            yield Passage("annotation", page.extract_xform_text(form))


def _appearances(annotation: DictionaryObject) -> Iterator[Any]:
    """The normal appearance, or that of each state; only forms that draw with a font have text."""
    looks = annotation.get("/AP", DictionaryObject()).get_object()
    normal = looks.get("/N", DictionaryObject()).get_object() if isinstance(looks, DictionaryObject) else None
    if isinstance(normal, StreamObject):
        yield normal
    elif isinstance(normal, DictionaryObject):
        yield from (
            state for value in normal.values() if isinstance(state := value.get_object(), StreamObject)
        )


def _objects(reader: PdfReader, budget: Budget, nested: Nested) -> Iterator[Passage]:
    numbers = [(number, generation) for generation, table in reader.xref.items() for number in table]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > MAX_OBJECTS:
        raise UnreadableDocument("bomb")
    strings: list[str] = []
    names: set[str] = set()
    for number, generation in numbers:
        try:
            item = reader.get_object(IndirectObject(number, generation, reader))
        except LimitReachedError:
            raise
        except PyPdfError:  # free or unreferenced rubbish, common in honest files; pages were read above
            continue
        yield from _words(item, strings, names)
        if isinstance(item, StreamObject):
            yield from _stream(item, budget, nested)
        if sum(map(len, strings[-64:])) > _BATCH or len(strings) > _BATCH:
            yield _gathered(strings, budget)
    yield _gathered(strings, budget)
    yield Passage("annotation", "\n\n".join(sorted(names)))


def _gathered(strings: list[str], budget: Budget) -> Passage:
    """The strings so far, with nothing between them that could make one marking of two."""
    text = "\n\n#\n\n".join(strings)
    strings.clear()
    budget.take_text(len(text))
    return Passage("annotation", text)


def _words(item: object, strings: list[str], names: set[str]) -> Iterator[Passage]:
    """The strings and names directly inside an object. References are not followed: each object has its own turn."""
    waiting = [item]
    while waiting:
        here = waiting.pop()
        if isinstance(here, DictionaryObject):
            files = (str(here[key]) for key in ("/F", "/UF") if isinstance(here.get(key), str))
            yield from map(named, files)
            names.update(str(key)[1:] for key in here if len(key) > _SHORT)
            waiting.extend(
                value
                for key, value in here.items()
                if not isinstance(value, IndirectObject) and (key != "/Opt" or len(value) < _CHOICE)
            )  # what a field offers says nothing unless it is chosen, and then it is its value as well
        elif isinstance(here, ArrayObject):
            waiting.extend(value for value in here if not isinstance(value, IndirectObject))
        elif isinstance(here, NameObject):
            if len(here) > _SHORT:
                names.add(str(here)[1:])
        elif isinstance(here, (str, bytes)) and len(here) > 2:
            strings.append(_as_text(here))


_SHORT, _CHOICE = 5, 2


def _stream(item: StreamObject, budget: Budget, nested: Nested) -> Iterator[Passage]:
    filters = str(item.get("/Filter", ""))
    if item.get("/Type") == "/Metadata":
        yield Passage("properties", without_tags(decoded(_unpacked(item, budget))))
    elif item.get("/Type") == "/EmbeddedFile" or "/DCTDecode" in filters or "/JPXDecode" in filters:
        yield from nested(_unpacked(item, budget))
    elif item.get("/Subtype") == "/Form" or "/PatternType" in item:
        yield from _drawn(_unpacked(item, budget))
    elif item.get("/Type") is None and item.get("/Subtype") is None and "/Length1" not in item:
        data = _unpacked(item, budget)
        if data.lstrip().startswith((b"<?xml", b"<xdp:", b"<template", b"<xfa:")):  # an XFA form's parts
            yield Passage("text", without_tags(decoded(data)))
        else:
            yield from _drawn(data)


_LITERAL = re.compile(rb"\(((?:[^\\()]|\\.){1,2000})\)|\b(ET|T\*|Tf|BDC)\b", re.DOTALL)
_UNKNOWN = {code: "\ufffd" for code in range(1, 32) if chr(code) not in "\t\n\r"}
"""Letters of a font's own encoding: something stands there, and no line ends."""
_BETWEEN = {b"Tf": " "}  # a word in italics doesn't stand alone
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)


def _drawn(stream: bytes) -> Iterator[Passage]:
    """The strings in drawing commands, as far as they are plain letters: what PDFium leaves out (letters of no size,
    patterns, forms on no page, properties of marked content)."""
    pieces = [
        _BETWEEN.get(literal.group(2), "\n") if literal.group(2) else _unescaped(literal.group(1) or b"")
        for literal in _LITERAL.finditer(stream)
    ]
    if pieces:
        yield Passage("hidden text", "".join(pieces))


def _unescaped(literal: bytes) -> str:
    plain = _ESCAPE.sub(lambda e: bytes([int(e.group(1), 8) & 255]) if e.group(1) else e.group(2), literal)
    wide = plain.startswith((b"\xfe\xff", b"\xff\xfe"))
    return plain.decode("utf-16", "replace") if wide else plain.decode("latin-1").translate(_UNKNOWN)


def _unpacked(item: StreamObject, budget: Budget) -> bytes:
    data = item.get_data()
    budget.take_unpacked(len(data))
    return data


def _as_text(value: object) -> str:
    return decoded(value) if isinstance(value, bytes) else str(value)
