"""Files that come with a form: searched, stored, and what is wrong said at their field."""

import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import PurePath
from uuid import UUID

import msgspec
from litestar.response.base import ASGIResponse

from facility.db import Database, Tx
from facility.files.intake import Paper, RefusalReason, RefusedDocument, Stored, take_in
from facility.files.kept import DOCUMENT
from facility.files.kinds import Code, Kind, UnreadableDocument, sniff
from facility.files.reader import ReaderBusy
from facility.files.store import DamagedDocument, StoreAway, open_store
from facility.files.threads import storing
from facility.files.viruses import ScannerAway
from facility.log import Log
from facility.refused import Refused, refuse
from facility.web import render, sentences
from facility.web.again import Draw, redrawn
from facility.web.fields import TOO_LARGE, Fields
from facility.web.forms import MAX_FILE, Upload
from facility.web.i18n import N_, Message, _, filled, ngettext, translated
from facility.web.limits import Limits, Rate

log = Log(__name__)

NOTHING_ATTACHED = N_("None of the files was attached. Choose the right ones again.")
UNREADABLE: dict[Code, Message] = {
    "empty": N_("The file is empty."),
    "too_large": TOO_LARGE,
    "unknown": N_("This is not a PDF, Word, Excel, OpenDocument, PNG or JPEG file, whatever its name says."),
    "two_kinds": N_(
        "The file is of two kinds at once, so each program may show something else. Save it again in one format."
    ),
    "macros": N_("The file holds macros. Save it without them, as DOCX, XLSX, ODT or ODS."),
    "remote": N_(
        "When opened, the file fetches a template, a linked document or data from elsewhere (DDE), which cannot be"
        " searched. Remove the link, or save the file as PDF, and send it again."
    ),
    "old_office": N_("This is an old Word, Excel or PowerPoint file. Save it as DOCX, XLSX or PDF."),
    "encrypted": N_(
        "The file is protected by a password, so it cannot be searched. Remove the password and send it again."
    ),
    "broken": N_("The file is damaged or incomplete and cannot be searched. Save it anew and try again."),
    "bomb": N_("The file is too complicated to be searched. Make it simpler, or split it."),
}
"""Why a document can't be taken, untranslated."""

REFUSED: dict[RefusalReason, Message] = {
    "marked": N_("This document carries a classification marking. It was not stored."),
    "infected": N_("A virus was found in this document. It was not stored."),
}
"""Why a document was refused for good, untranslated."""

AWAY = N_("Documents can't be received right now. Please try again in a few minutes.")

sentences.register(
    {
        "document_twice": N_("The same document is already attached."),
        "too_many_documents": N_("At most {most} documents can be attached."),
        "document_removed": N_("This document has already been removed."),
        "document_lost": N_("This document can't be read from our store. Ask the secretariat for help."),
    }
)

_SUFFIXES = {Kind.JPEG: (".jpg", ".jpeg")}
_LONGEST = 200

DOCUMENTS = Rate("documents", 100, 600)
_TURN = 600
"""Seconds after which a turn is over whose process has died; longer than a document takes on a busy machine."""


class Received(msgspec.Struct):
    """What became of the files of a form: `stored` with what they are, `refused` for what was found in them, or nothing
    looked at, since none may be attached now (`stopped`) or the form is wrong."""

    stored: list[tuple[Upload, Stored]] = []
    refused: list[RefusedDocument] = []
    stopped: Refused | None = None

    @property
    def papers(self) -> list[Paper]:
        """What is stored, as commands take it."""
        return [
            Paper(
                stored_name(file, stored.kind),
                stored.kind.value,
                stored.size,
                stored.sha256,
                stored.virus_scan,
                stored.unread,
            )
            for file, stored in self.stored
        ]

    def check(self) -> None:
        """Raises Refused where nothing may be attached now: first of all in the command, whose form is then drawn again as
        for any refusal."""
        if self.stopped:
            raise self.stopped


class Sender(msgspec.Struct):
    """Who sends files: a person's id, or that of whatever a link was made for; and what a handler has at hand."""

    id: UUID
    view: render.View
    db: Database
    limits: Limits


async def receive(
    sender: Sender, fields: Fields, files: Sequence[Upload], may: Callable[[Tx], Awaitable[object]]
) -> Received:
    """Search and store the files, where the rest of the form is right and they may be attached now: `may(tx)` asks the rules
    that the command asks again, and raises Refused. Whoever may not leaves no trace: nothing is searched, stored or told.

    What is wrong with a file is noted at the field. One form at a time for each sender, and so many files in ten minutes:
    Stop 429.
    """
    if fields.errors or not files:
        return Received()
    try:
        async with sender.db.transaction(now=received_at(sender.view), actor=_actor(sender.view)) as tx:
            await may(tx)
    except Refused as refused:
        return Received(stopped=refused)
    for _file in files:
        await sender.limits.hit(DOCUMENTS, str(sender.id))
    async with sender.limits.alone("document", str(sender.id), "one_document_at_a_time", seconds=_TURN):
        received = Received()
        for file in files:
            await _take(sender, fields, file, received, named=len(files) > 1)
    return received


class Intake(msgspec.Struct, frozen=True):
    """What a page does with documents. may(tx): as `receive`; attach(tx, papers): the command; leave_trace(tx, sha256=…, reason=…): of
    one in which something was found; draw: the page once more; entitled(tx): asked before all else, in the transaction of the command;
    late: as `redrawn`."""

    may: Callable[[Tx], Awaitable[object]]
    attach: Callable[[Tx, list[Paper]], Awaitable[object]]
    leave_trace: Callable[..., Awaitable[object]]
    draw: Draw
    entitled: Callable[[Tx], Awaitable[object]] | None = None
    late: bool = False


async def hand_in(
    sender: Sender, fields: Fields, files: Sequence[Upload], intake: Intake, *, to: str
) -> ASGIResponse:
    """Take documents in which nothing is found, and go on to the page `to`; of those with a marking or a virus the trace stays, and the
    page says so (422). Where one of several can't be taken, none is.

    Searching and storing take a while, so the transaction of the command opens afterwards, and asks again.
    """
    received = await receive(sender, fields, files, intake.may)
    if len(files) > 1 and fields.errors:
        fields.wrong("document", translated(NOTHING_ATTACHED))
    async with sender.db.transaction(now=received_at(sender.view), actor=_own_name(sender)) as tx:
        if intake.entitled:
            await intake.entitled(tx)
        for document in received.refused:
            await intake.leave_trace(tx, sha256=document.sha256, reason=document.reason)
        if received.refused:
            await tx.flush()
            return await intake.draw(await tx.session.connection(), 422)
        async with redrawn(tx, fields, intake.draw, late=intake.late):
            received.check()
            await intake.attach(tx, received.papers)
    done = ngettext("The document is attached.", "{count} documents are attached.", len(received.stored))
    return sender.view.go(to, done)


def received_at(view: render.View) -> datetime:
    """When the whole request was there."""
    at: datetime = view.scope["state"]["received_at"]
    return at


def _own_name(sender: Sender) -> UUID | None:
    """Whoever is signed in acts by a link in nobody's name."""
    return sender.id if _actor(sender.view) == sender.id else None


def _actor(view: render.View) -> UUID | None:
    return view.visitor.id if view.visitor else None


async def _take(sender: Sender, fields: Fields, file: Upload, received: Received, *, named: bool) -> None:
    """Note what became of one file; what is wrong at the field, after its name where there are several (`named`)."""
    name = name_of(file)
    settings = sender.view.renderer.settings
    try:
        taken = await take_in(
            settings, name, file.content, lambda sha256: sender.db.sharing(DOCUMENT, sha256)
        )
    except UnreadableDocument as unreadable:
        problem = filled(UNREADABLE[unreadable.code], most=MAX_FILE // 1_000_000)
    except (ScannerAway, StoreAway, ReaderBusy) as away:
        log.warning("document not taken", error=type(away).__name__)
        problem = translated(AWAY)
    else:
        if isinstance(taken, Stored):
            received.stored.append((file, taken))
            return
        received.refused.append(taken)
        problem = translated(REFUSED[taken.reason])
    fields.wrong("document", f"{name}: {problem}" if named else problem)


def name_of(upload: Upload) -> str:
    """The file's name as people may see it: no folders, nothing invisible, nothing that turns letters round."""
    name = upload.name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    plain = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Zl", "Zp"))
    return plain.strip() or _("unnamed")


def stored_name(upload: Upload, kind: Kind) -> str:
    """The name with which it will be handed out: it ends as its kind does, so that "agenda.pdf.exe" opens as a PDF."""
    name = name_of(upload)
    suffixes = _SUFFIXES.get(kind, (f".{kind}",))
    if not name.lower().endswith(suffixes):
        name = f"{name[: _LONGEST - 5]}{suffixes[0]}"
    stem, suffix = PurePath(name).stem, PurePath(name).suffix
    return f"{stem[: _LONGEST - len(suffix)]}{suffix}"


def content_of(view: render.View, sha256: str) -> bytes:
    """The document's bytes. Blocks. Raises Refused (missing) where the store has lost or damaged it."""
    try:
        return open_store(view.renderer.settings).get(sha256)
    except (FileNotFoundError, DamagedDocument) as problem:
        log.error("a document is lost or damaged", sha256=sha256, error=type(problem).__name__)
        refuse("document_lost", kind="missing")


async def hand_out(view: render.View, sha256: str, name: str, kind: str = "") -> ASGIResponse:
    """A stored document as a download; its kind is looked at where the caller doesn't know it. The caller has made sure that the
    visitor may have it. Raises Refused as `content_of`."""
    content = await storing(content_of, view, sha256)
    return view.download(content, name, (Kind(kind) if kind else sniff(content)).mime)
