"""Evidence: searched for classification markings in memory before anything touches a disk (dossier 7), then kept."""

import asyncio
import hashlib
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities import lists, rules, service
from facility.activities.access import PERSONAL, READS, REPORTS, SEES_PERSONAL
from facility.activities.events import EvidenceKind
from facility.activities.lists import ActivityShown
from facility.activities.plan_pages import WORDS
from facility.activities.sentences import EVIDENCE
from facility.applications.pages.documents import UNREADABLE, store_of
from facility.applications.pages.shared import save
from facility.files.kinds import UnreadableDocument, sniff
from facility.files.scan import scan
from facility.refused import refuse
from facility.web import render
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _


def _page(view: render.View, found: ActivityShown, fields: Fields, status: int = 200) -> Page:
    return view.page("activities/evidence.html", status=status, activity=found, form=fields, **WORDS)


async def _reportable(connection: AsyncConnection, activity_id: UUID) -> ActivityShown:
    found = await lists.shown(connection, activity_id)
    rules.may_report(found.state)
    return found


@get("/activities/{activity_id:uuid}/evidence", opt=REPORTS)
async def evidence(view: View, read: Read, activity_id: FromPath[UUID], kind: FromQuery[str] = "") -> Page:
    """What is there, and the form for one more piece."""
    chosen = {"kind": kind} if kind in EVIDENCE else None
    return _page(view, await _reportable(read, activity_id), Fields.showing(chosen))


@post("/activities/{activity_id:uuid}/evidence", opt=REPORTS)
async def upload(view: View, form: Form, db: Database, activity_id: FromPath[UUID]) -> Page:
    """Take a document that carries no marking; refuse one that does, and leave the trace of that.

    Searching takes a second and storing a while, so the transaction opens afterwards.
    """
    fields = Fields(form)
    kind = _kind(fields.choice("kind", tuple(EVIDENCE)))
    file = fields.file("document")
    name = file.name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].strip()[:200] or _("unnamed")
    sha256 = hashlib.sha256(file.content).hexdigest()
    marked = False if fields.errors else await _is_marked(fields, name, file.content)
    if not marked and not fields.errors:
        # Bytes under their own hash: whatever becomes of the transaction, nothing wrong is left behind.
        await asyncio.to_thread(store_of(view).put, file.content)
    async with db.transaction(now=view.scope["state"]["received_at"], actor=view.me.id) as tx:
        if marked:
            await service.refuse_evidence(tx, activity_id, sha256=sha256)
            fields.wrong("document", _("This document carries a classification marking. It was not stored."))
            return _page(view, await lists.shown(await tx.session.connection(), activity_id), fields, 422)

        async def again(connection: AsyncConnection, status: int, question: str) -> Page:
            return _page(view, await _reportable(connection, activity_id), fields, status)

        await save(
            tx,
            fields,
            lambda: service.attach_evidence(
                tx, activity_id, kind=kind, name=name, size=len(file.content), sha256=sha256
            ),
            again,
        )
    return view.go(f"/activities/{activity_id}/evidence", _("The document is attached."))


def _kind(given: str) -> EvidenceKind:
    match given:
        case "attendance_list" | "report" | "photos":
            return given
        case _:
            return "agenda"


async def _is_marked(fields: Fields, name: str, content: bytes) -> bool:
    """Whether it carries a marking; notes what is wrong where it can't be taken."""
    try:
        return (await asyncio.to_thread(scan, name, content)).marking is not None
    except UnreadableDocument as unreadable:
        fields.wrong("document", _(UNREADABLE[unreadable.code]))
        return False


@post("/activities/{activity_id:uuid}/evidence/{evidence_id:uuid}/remove", opt=REPORTS)
async def remove(
    view: View, form: Form, tx: Tx, activity_id: FromPath[UUID], evidence_id: FromPath[UUID]
) -> Page:
    """Take a piece back; it stays in the history."""
    Fields(form).check()
    found = await lists.shown(await tx.session.connection(), activity_id)
    await service.remove_evidence(tx, lists.evidence_of(found, evidence_id).id)
    return view.go(f"/activities/{activity_id}/evidence", _("The document is removed."))


@get("/activities/{activity_id:uuid}/evidence/{evidence_id:uuid}", opt=READS)
async def download(view: View, read: Read, activity_id: FromPath[UUID], evidence_id: FromPath[UUID]) -> Page:
    """A document. Those that show who was there open for the parties, the secretariat and the auditor."""
    one = lists.evidence_of(await lists.shown(read, activity_id), evidence_id)
    if one.kind in PERSONAL and not view.me.has(*SEES_PERSONAL):
        refuse("evidence_personal", kind="forbidden")
    try:
        content = await asyncio.to_thread(store_of(view).get, one.sha256)
    except FileNotFoundError:
        refuse("not_found", kind="missing", what="evidence")
    return view.download(content, one.name, sniff(content).mime)


HANDLERS = [evidence, upload, remove, download]
