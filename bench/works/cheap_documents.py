"""Documents that are cheap to send and dear to search: seven, each one line of five million characters in some kilobytes,
sent at once by one officer, and then by seven; and how long another officer waits meanwhile for a receipt's PDF.

`BENCH_CHECKOUT=<path of another checkout> make bench b=cheap_documents` measures that one, with its own interpreter, database
and demo story: all that is imported here is then the other's.

`alone_ms` is the receipt while nothing is searched. For each of the two: `receipt_ms`, the first receipt asked for while they are
searched, and `slowest_ms`, the slowest of those asked for one after the other until all are answered; `taken_s`, until then;
`processor_s`, seconds of the processor that the readers used for each document that reached them; `statuses`, how often each
answer came.
"""

import asyncio
import io
import os
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psutil
import uvloop

from bench.copies import copy_application
from bench.load import Line, get
from bench.processes import Process
from bench.rounds import rounded
from bench.stage import CSRF_COOKIE, Stage, prepared
from bench.works.submission import ready_draft
from facility import clock
from facility.accounts.service.sessions import begin_session
from facility.db import new_id
from facility.web import cookies
from facility.web.csrf import FIELD

LINES = ("secret ", "TAJNO ", "SECRET UE ", "a", "EU-R ", ". secret", "classification: ")
"""What each document's line is made of."""

UNDER_WAY = 0.5
"""Seconds after which the receipt is asked for."""

BOUNDARY = "a-boundary-that-no-document-holds"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


async def run(stage: Stage, size: Any) -> dict[str, Any]:
    """Here, or in the checkout that the environment names."""
    checkout = os.environ.get("BENCH_CHECKOUT")
    return await (_elsewhere(Path(checkout), size.line) if checkout else _here(stage, size.line))


async def _elsewhere(checkout: Path, line: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(checkout / ".venv/bin/python", "-P", __file__, str(line)),
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the service of {checkout} was not measured")
    measured: dict[str, Any] = msgspec.json.decode(output.splitlines()[-1])
    return measured


async def _here(stage: Stage, line: int) -> dict[str, Any]:
    files = [_docx(words, line) for words in LINES]
    async with stage.product() as web:
        attack = await _Attack.prepared(stage, web)
        alone = [await attack.receipt() for _ in range(3)]
        assert await attack.send([attack.officers[0]], [b"no document"]) == [422]  # it reaches the reader
        single = await attack.measured([attack.officers[0]] * len(files), files)
        seven = await attack.measured(attack.officers[: len(files)], files)
    return {
        "kb_each": rounded(max(map(len, files)) / 1000),
        "alone_ms": rounded(min(alone) * 1000),
        "one_officer": single,
        "seven_officers": seven,
    }


def _docx(words: str, size: int) -> bytes:
    """A Word document of one line."""
    line = words * (size // len(words))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        override = f'<Override PartName="/word/document.xml" ContentType="{TYPE}"/>'
        file.writestr("[Content_Types].xml", f'<Types xmlns="t">{override}</Types>')
        file.writestr("word/document.xml", f'<w:d xmlns:w="w"><w:p><w:r><w:t>{line}</w:t></w:r></w:p></w:d>')
    return target.getvalue()


async def colleagues(stage: Stage, application_id: UUID, count: int) -> list[str]:
    """The cookies of so many more officers of the application's lead, who have signed in."""
    people = [new_id() for _ in range(count)]
    connection = await stage.connect()
    try:
        lead = await connection.fetchval(_LEAD, application_id)
        for person in people:
            await connection.execute(_COPY_PERSON, lead, person)
            await connection.execute(_COPY_ROLES, lead, person)
    finally:
        await connection.close()
    return [await _signed_in(stage, person) for person in people]


async def _signed_in(stage: Stage, person: UUID) -> str:
    async with stage.db.transaction(now=clock.now(), actor=person) as tx:
        token = await begin_session(tx, person)
    return f"{cookies.SESSION}={token}; {cookies.CSRF}={CSRF_COOKIE}"


class _Attack:
    """Officers of one institution with a draft for each, and another officer with a receipt."""

    def __init__(self, stage: Stage, web: Process) -> None:
        self.officers: list[tuple[str, UUID]] = []
        self._version = 0
        self._stage = stage
        self._web = web
        self._receipt = b""

    @classmethod
    async def prepared(cls, stage: Stage, web: Process) -> "_Attack":
        attack = cls(stage, web)
        ready = await ready_draft(stage)
        drafts = await copy_application(stage, ready.id, len(LINES))
        connection = await stage.connect()
        try:
            lead = await connection.fetchval(_LEAD, ready.id)
            row = await connection.fetchrow(_RECEIPT, lead)
            attack._version = await connection.fetchval(_VERSION, ready.id)
        finally:
            await connection.close()
        attack.officers = list(zip(await colleagues(stage, ready.id, len(drafts)), drafts, strict=True))
        reader = await _signed_in(stage, row["person"])
        attack._receipt = get(f"/applications/{row['application']}/receipt.pdf", reader)
        return attack

    async def receipt(self) -> float:
        """Seconds until the other officer has it."""
        line = await Line.open(self._web.port)
        begin = time.perf_counter()
        answer = await line.ask(self._receipt)
        line.close()
        assert (answer.status, answer.body[:5]) == (200, b"%PDF-"), answer.head
        return time.perf_counter() - begin

    async def measured(self, officers: list[tuple[str, UUID]], files: list[bytes]) -> dict[str, Any]:
        """Send each file by its officer, all at once, and ask for receipts until all are answered."""
        before, begin = self._readers(), time.perf_counter()
        sending = asyncio.create_task(self.send(officers, files))
        await asyncio.sleep(UNDER_WAY)
        waits = [await self.receipt()]
        while not sending.done():
            waits.append(await self.receipt())
        statuses = Counter(await sending)
        taken, used = time.perf_counter() - begin, self._readers() - before
        return {
            "receipt_ms": rounded(waits[0] * 1000),
            "slowest_ms": rounded(max(waits) * 1000),
            "taken_s": rounded(taken),
            "processor_s": rounded(used / max(1, len(files) - statuses[429])),
            "statuses": {str(status): count for status, count in sorted(statuses.items())},
        }

    async def send(self, officers: list[tuple[str, UUID]], files: list[bytes]) -> list[int]:
        """The statuses of the answers."""
        pairs = zip(officers, files, strict=True)
        return await asyncio.gather(*(self._send(*officer, file) for officer, file in pairs))

    async def _send(self, cookie: str, draft: UUID, file: bytes) -> int:
        line = await Line.open(self._web.port)
        fields = {FIELD: self._stage.csrf_token, "version": str(self._version), "void": "yes"}
        body = b"".join(_part(f'name="{name}"', value.encode()) for name, value in fields.items())
        body += _part('name="document"; filename="letter.docx"', file) + f"--{BOUNDARY}--\r\n".encode()
        head = (
            f"POST /applications/{draft}/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        answer = await line.ask(head.encode() + body)
        line.close()
        return answer.status

    def _readers(self) -> float:
        """Seconds of the processor that the web process's readers have used, those that have ended too."""
        times = [child.cpu_times() for child in psutil.Process(self._web.popen.pid).children()]
        return float(sum(each.children_user + each.children_system for each in times))


def _part(what: str, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + content + b"\r\n"


_VERSION = "SELECT version FROM application WHERE id = $1"
_LEAD = """
    SELECT person.id FROM person JOIN application ON person.institution_id = lead_institution_id
    WHERE application.id = $1 AND person.status = 'active' LIMIT 1
"""
_COPY_PERSON = """
    INSERT INTO person SELECT (jsonb_populate_record(
        person, jsonb_build_object('id', $2::uuid, 'email', $2::text || '@example.org'))).*
    FROM person WHERE id = $1
"""
_COPY_ROLES = (
    "INSERT INTO person_role (person_id, role) SELECT $2, role FROM person_role WHERE person_id = $1"
)
_RECEIPT = """
    SELECT application.id AS application, person.id AS person FROM application
    JOIN person ON person.institution_id = lead_institution_id JOIN person_role ON person_id = person.id
    WHERE received_at IS NOT NULL AND role = 'officer' AND person.status = 'active' AND person.id <> $1
    ORDER BY application.id LIMIT 1
"""


async def _measure(stage: Stage, line: int) -> dict[str, Any]:
    try:
        await stage.tell()
        return await _here(stage, line)
    finally:
        await stage.db.dispose()


if __name__ == "__main__":
    with prepared() as made:
        print(msgspec.json.encode(uvloop.run(_measure(made, int(sys.argv[1])))).decode())
