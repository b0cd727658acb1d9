"""clamd is asked before a document is stored, and a document that it couldn't look into is not taken."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from facility.files.intake import RefusedDocument, Stored, take_in
from facility.files.kinds import Kind
from facility.files.store import open_store
from facility.files.viruses import ScannerAway, is_infected
from facility.settings import Settings
from tests import documents
from tests.browser import settings_for
from tests.clamd import EICAR, clamd

NOBODY = "tcp://127.0.0.1:9"
INFECTED = documents.docx(members={"word/media/a.bin": EICAR})


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Those of a running clamd."""
    with clamd(tmp_path_factory.mktemp("clamd")) as listening:
        yield listening


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    """Settings of a service that never touches its database here."""
    return settings_for("postgresql:///none", tmp_path)


@pytest.mark.parametrize("way", [0, 1], ids=["tcp", "unix"])
async def test_clamd_finds_what_it_knows(addresses: tuple[str, str], way: int) -> None:
    contents = [
        EICAR,
        INFECTED,
        documents.pdf(attachments={"a.txt": EICAR}),
        documents.pdf(),
        bytes(9_000_000),
    ]
    assert [await is_infected(addresses[way], data) for data in contents] == [True, True, True, False, False]


async def test_a_scanner_that_is_away_or_refuses_is_no_all_clear(addresses: tuple[str, str]) -> None:
    for url, data in (
        (NOBODY, b"x"),
        ("unix:///nowhere/clamd.sock", b"x"),
        (addresses[0], bytes(13_000_000)),
    ):
        with pytest.raises(ScannerAway):
            await is_infected(url, data)


async def test_a_scanner_that_hangs_up_or_talks_nonsense_is_away() -> None:
    replies = [b"", b"stream: what? ERROR\0", b"half"]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(10)
        writer.write(replies.pop())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        for _ in range(3):
            with pytest.raises(ScannerAway):
                await is_infected(f"tcp://127.0.0.1:{port}", b"x" * 100)


async def test_only_what_was_looked_into_is_stored(where: Settings, addresses: tuple[str, str]) -> None:
    scanning = msgspec.structs.replace(where, clamd_url=addresses[0])
    clean = documents.pdf()
    assert await take_in(scanning, "a.pdf", clean) == Stored(_hash(clean), len(clean), Kind.PDF, "clean", 0)
    assert await take_in(scanning, "a.docx", INFECTED) == RefusedDocument(_hash(INFECTED), "infected")
    away = msgspec.structs.replace(where, clamd_url=NOBODY)
    with pytest.raises(ScannerAway):
        await take_in(away, "b.png", documents.png())
    assert [path.name for path in where.documents_dir.rglob("*") if path.is_file()] == [_hash(clean)[2:]]


async def test_a_marked_document_is_shown_to_no_scanner(where: Settings) -> None:
    marked = documents.docx("NATO SECRET")
    told_of_nobody = msgspec.structs.replace(where, clamd_url=NOBODY)
    assert await take_in(told_of_nobody, "a.docx", marked) == RefusedDocument(_hash(marked), "marked")


async def test_without_a_scanner_documents_are_not_scanned(where: Settings) -> None:
    picture = documents.png()
    taken = await take_in(where, "a.png", picture)
    assert taken == Stored(_hash(picture), len(picture), Kind.PNG, "not_scanned", 1)
    assert open_store(where).get(_hash(picture)) == picture


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
