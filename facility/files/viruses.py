"""Whether clamd finds a virus in a document. It asks clamd's INSTREAM command by itself: the clients on PyPI (clamd,
pyclamd, aioclamd) have had no release for years, and the protocol is a dozen lines (clamd(8), "INSTREAM")."""

import asyncio
from urllib.parse import urlsplit

CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 60.0
_CHUNK = 2**18


class ScannerAway(OSError):  # noqa: N818 - it passes
    """clamd can't be reached, doesn't answer in time, or answers that it couldn't look."""


async def is_infected(url: str, data: bytes) -> bool:
    """True when clamd, at tcp://host:port or unix:///path, knows something in these bytes. Raises ScannerAway."""
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            reader, writer = await _connect(url)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await _ask(reader, writer, data)
        finally:
            writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise ScannerAway(f"clamd: {type(error).__name__}") from error
    if answer.endswith(b": OK"):
        return False
    if answer.endswith(b" FOUND"):
        return True
    raise ScannerAway("clamd could not look into a document")


async def _connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return await asyncio.open_unix_connection(parts.path)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    writer.write(b"zINSTREAM\0")
    for at in range(0, len(data), _CHUNK):
        chunk = data[at : at + _CHUNK]
        writer.write(len(chunk).to_bytes(4) + chunk)
        await writer.drain()
    writer.write(bytes(4))
    await writer.drain()
    return (await reader.readuntil(b"\0")).rstrip(b"\0")
