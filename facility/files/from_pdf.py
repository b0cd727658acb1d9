"""The text of a PDF: pages with their forms, annotations as drawn, every string that an object holds (info, outline,
fields, layers, alternative texts), XMP, and attached files.

Two readers, each for what it does best: pypdf walks objects; PDFium reads pages (3 ms a page, where pypdf took 100).
"""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
from pypdf import PageObject, PdfReader
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from facility.files.kinds import UnreadableDocument
from facility.files.matching import Passage
from facility.files.passages import Budget, decoded, without_tags

MAX_PAGES = 2000
MAX_OBJECTS = 200_000

Nested = Callable[[bytes], Iterator[Passage]]


def pdf(data: bytes, budget: Budget, nested: Nested) -> Iterator[Passage]:
    """Everything readable in the document. Raises UnreadableDocument: encrypted (any password, also one that only
    forbids printing), broken, bomb (pages, objects, streams)."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnreadableDocument("encrypted")
        if not 0 < len(reader.pages) <= MAX_PAGES:
            raise UnreadableDocument("bomb" if len(reader.pages) else "broken")
        yield from _information(reader)
        for page in reader.pages:
            yield from _annotations(page)
        # Objects before pages: this unpacks every content stream within the budget, before PDFium has no such bound.
        yield from _objects(reader, budget, nested)
    except LimitReachedError as error:
        raise UnreadableDocument("bomb") from error
    yield from _pages(data)


def _pages(data: bytes) -> Iterator[Passage]:
    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            words = page.get_textpage()
            # PDFium marks a hyphen at a line's end by a control character or a noncharacter.
            text: str = words.get_text_range().replace("\x02", "-").replace("\ufffe", "-")
            words.close()
            page.close()
            yield Passage("text", text)
    finally:
        document.close()


def _information(reader: PdfReader) -> Iterator[Passage]:
    for key, value in (reader.metadata or {}).items():
        yield Passage("metadata", f"{str(key).lstrip('/')}: {_as_text(value.get_object())}")
    xmp = reader.root_object.get("/Metadata", None)
    if xmp is not None and isinstance(
        stream := xmp.get_object(), StreamObject
    ):  # not every tool gives it its type
        yield Passage("metadata", without_tags(decoded(stream.get_data())))


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
    for number, generation in numbers:
        try:
            item = reader.get_object(IndirectObject(number, generation, reader))
        except LimitReachedError:
            raise
        except PyPdfError:  # free or unreferenced rubbish, common in honest files; pages were read above
            continue
        yield from _strings(item, budget)
        if isinstance(item, StreamObject):
            yield from _stream(item, budget, nested)


def _strings(item: object, budget: Budget) -> Iterator[Passage]:
    """The strings directly inside an object. References are not followed: each object has its own turn."""
    waiting = [item]
    while waiting:
        here = waiting.pop()
        if isinstance(here, DictionaryObject):
            names = (str(here[key]) for key in ("/F", "/UF") if isinstance(here.get(key), str))
            yield from (Passage("attachment", name) for name in names)
            waiting.extend(value for value in here.values() if not isinstance(value, IndirectObject))
        elif isinstance(here, ArrayObject):
            waiting.extend(value for value in here if not isinstance(value, IndirectObject))
        elif isinstance(here, (str, bytes)) and len(here) > 3 and not _is_name(here):
            budget.take_text(len(here))
            yield Passage("annotation", _as_text(here))


def _is_name(item: str | bytes) -> bool:
    return isinstance(item, str) and item.startswith("/")


def _stream(item: StreamObject, budget: Budget, nested: Nested) -> Iterator[Passage]:
    if item.get("/Type") == "/Metadata":
        yield Passage("metadata", without_tags(decoded(_unpacked(item, budget))))
    elif item.get("/Type") == "/EmbeddedFile" or "/DCTDecode" in str(item.get("/Filter", "")):
        yield from nested(_unpacked(item, budget))
    elif item.get("/Type") is None and item.get("/Subtype") is None and "/Length1" not in item:
        data = _unpacked(item, budget)
        if data.lstrip().startswith((b"<?xml", b"<xdp:", b"<template", b"<xfa:")):  # an XFA form's parts
            yield Passage("text", without_tags(decoded(data)))


def _unpacked(item: StreamObject, budget: Budget) -> bytes:
    data = item.get_data()
    budget.take_unpacked(len(data))
    return data


def _as_text(value: object) -> str:
    return decoded(value) if isinstance(value, bytes) else str(value)
