"""What one document may cost: time goes with size, cheap documents are cheap to search, and scans hold up nobody else.

Where a test asks for an answer within processor seconds, the reader of documents enforces them on itself.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from facility.files.examine import examine
from facility.files.kinds import UnreadableDocument
from facility.files.matching import find
from facility.files.position import Passage, named
from facility.files.reader import READER
from facility.files.scan import MAX_SECONDS, allowance, scan
from facility.files.threads import scanning, storing
from tests import documents
from tests.core.test_files import png_of

LEVEL = "NATO SECRET"
LONG = 60_000
FILLERS = {
    "spaces": " ",
    "small words": "tajno ",
    "words like a marking": "secret service ",
    "dots": ". ",
    "combining": "a\u0301\u0323",
    "half a marking": "EU-R-1 ",
    "labels": "classification of ",
    "clearances": "clearance. ",
    "soft hyphens": "\u00ad",
    "boxes": "☐ secret ",
    "lists": "documents marked as ",
}


@pytest.mark.parametrize("filler", FILLERS.values(), ids=FILLERS)
def test_a_marking_amid_a_long_line_is_found_in_the_time_that_its_size_gives(filler: str) -> None:
    half = filler * (LONG // len(filler))
    line = f"{half} Annex 3 is {LEVEL} // {half}"
    marking = scan("a.docx", documents.docx(line)).marking
    assert marking is not None
    assert marking.level == LEVEL


def test_a_long_line_without_a_marking_goes_through() -> None:
    long = documents.docx("the ballot is secret, the vote tajno " * 4_000)
    assert len(long) < 3_000
    assert scan("a.docx", long).marking is None


def _runs(count: int) -> bytes:
    return documents.docx(["a"] * count)


def _mail(*fields: bytes, body: bytes = b"") -> bytes:
    letter = b"\n".join([b"From: a@example.org", *fields, b"", body])
    return documents.docx(members={"word/embeddings/a.eml": letter})


def _sheet(inner: str) -> bytes:
    return documents.xlsx("a", members={"xl/worksheets/sheet1.xml": f"<worksheet>{inner}</worksheet>"})


COLUMN = '<col hidden="1" min="1" max="16384"/>'
DEAR: dict[str, Callable[[], bytes]] = {
    "columns hidden again and again": lambda: _sheet(COLUMN * 40_000),
    "a mail's endless field": lambda: _mail(b"To: " + b"a," * 200_000),
    "a mail of endless parts": lambda: _mail(
        b"Content-Type: multipart/mixed; boundary=x", body=b"--x\n\n" * 100_000
    ),
    "a picture of endless texts": lambda: documents.docx(
        members={"word/media/a.png": png_of(3, 4, *[(b"tEXt", b"")] * 200_000)}
    ),
    "endless segments": lambda: documents.docx(
        members={"word/media/a.jpeg": documents.jpeg()[:2] + b"\xff\xfe\0\2" * 500_000 + documents.jpeg()[2:]}
    ),
    "five million characters of markings in general": lambda: documents.docx("not secret " * 500_000),
    "letters that stand for eighteen": lambda: documents.docx("\ufdfa" * 900_000),
}


@pytest.mark.parametrize("make", DEAR.values(), ids=DEAR)
def test_what_is_cheap_to_send_and_dear_to_search_is_not_taken(make: Callable[[], bytes]) -> None:
    """Without the reader's limit of time: the work itself is counted."""
    data = make()
    assert len(data) < 100_000
    with pytest.raises(UnreadableDocument) as caught:
        examine(data)
    assert caught.value.code == "bomb"


LIGHT: dict[str, Callable[[], bytes]] = {
    "runs": lambda: _runs(20_000),
    "paragraphs": lambda: documents.docx(*["a"] * 20_000),
    "elements in elements": lambda: documents.docx(members={"a.xml": "<a>" * 30_000 + "</a>" * 30_000}),
    "hidden columns and cells": lambda: _sheet(
        '<col hidden="1" min="1" max="1"/>' * 20_000
        + f"<sheetData><row>{'<c t="str"><v>a</v></c>' * 20_000}</row></sheetData>"
    ),
    "prologues": lambda: documents.docx(members={f"w/{n}": b"<?" * 2048 for n in range(100)}),
    "hex": lambda: documents.docx(members={"a.rtf": b"{\\rtf1 " + (b"ab" * 63 + b" " * 2000) * 100}),
    "rich text": lambda: documents.docx(members={"a.rtf": b"{\\rtf1 " + b"plain " * 40_000}),
    "encoded words": lambda: _mail(*[b"To: " + b"=?utf-8?q?a?= " * 4000] * 3),
    "a picture's text": lambda: documents.png({"a": "tajno " * 8_000}),
    "brackets": lambda: documents.pdf_with_stream(b"(" * 1_000_000),
}


@pytest.mark.parametrize("make", LIGHT.values(), ids=LIGHT)
def test_many_small_things_are_searched_in_the_time_that_their_size_gives(
    make: Callable[[], bytes],
) -> None:
    assert scan("a.pdf", make()).marking is None


def test_a_mail_s_encoded_field_is_read() -> None:
    data = _mail(b"Subject: =?utf-8?b?VEFKTk8=?=")
    assert examine(data).marking is not None
    assert examine(_mail("Subject: Тајно".encode())).marking is not None


def test_a_name_with_endless_suffixes_is_searched() -> None:
    assert find(named("TAJNO" + ".pdf" * 200_000 + "x.doc")) is not None
    assert find(Passage("name", named("a.pdf.docx").text)) is None


def test_seconds_go_with_size() -> None:
    assert (allowance(15_000), allowance(2 * 2**20), allowance(10 * 2**20)) == (3, 19, MAX_SECONDS)


def test_what_a_small_document_unpacks_to_is_bounded_by_its_size() -> None:
    blank = "<a>" + " " * 7 * 2**20 + "</a>"
    part = {f"word/{number}.xml": blank for number in range(3)}
    with pytest.raises(UnreadableDocument) as caught:
        examine(documents.docx(members=part))
    assert caught.value.code == "bomb"


def test_the_reader_gives_way_to_all_else_on_the_machine() -> None:
    scan("a.pdf", documents.pdf())
    assert READER._process is not None
    assert psutil.Process(READER._process.pid).nice() == 10
    if (group := Path(f"/proc/{READER._process.pid}/autogroup")).exists():
        assert group.read_text().endswith("nice 10\n")


@pytest.fixture
def held() -> Iterator[threading.Event]:
    """An event that ends what waits for it, at the latest with the test."""
    event = threading.Event()
    yield event
    event.set()


async def test_scans_that_wait_hold_up_neither_letters_nor_the_store(held: threading.Event) -> None:
    scans = [asyncio.create_task(scanning(held.wait)) for _ in range(50)]
    await asyncio.sleep(0)
    assert await asyncio.to_thread(lambda: "a letter") == "a letter"
    assert await storing(lambda: "a document") == "a document"
    assert not any(scan.done() for scan in scans)
    held.set()
    assert await asyncio.gather(*scans) == [True] * 50
