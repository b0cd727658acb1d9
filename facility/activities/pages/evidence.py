"""Evidence: searched for classification markings in memory before anything touches a disk (dossier 7), then kept."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities.access import PERSONAL, READS, REPORTS, SEES_PERSONAL
from facility.activities.events import EvidenceKind
from facility.activities.pages.plan import WORDS
from facility.activities.queries import activities
from facility.activities.queries.activities import ActivityShown
from facility.activities.rules.reporting import may_report
from facility.activities.service.evidence import (
    attach_evidence,
    may_attach_now,
    refuse_evidence,
    remove_evidence,
)
from facility.activities.words import EVIDENCE
from facility.db import Tx as Transaction
from facility.files.intake import Paper
from facility.refused import refuse
from facility.web import render
from facility.web.access import TAKES_FILES
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.uploads import Intake, Sender, hand_in, hand_out


def _page(view: render.View, activity: ActivityShown, fields: Fields, status: int = 200) -> Page:
    return view.page("activities/evidence.html", status=status, activity=activity, form=fields, **WORDS)


async def _reportable(connection: AsyncConnection, activity_id: UUID) -> ActivityShown:
    activity = await activities.shown(connection, activity_id)
    may_report(activity.state)
    return activity


@get("/activities/{activity_id:uuid}/evidence", opt=REPORTS)
async def evidence(view: View, read: Read, activity_id: FromPath[UUID], kind: FromQuery[str] = "") -> Page:
    """What is there, and the form for one more piece."""
    chosen = {"kind": kind} if kind in EVIDENCE else None
    return _page(view, await _reportable(read, activity_id), Fields.showing(chosen))


@post("/activities/{activity_id:uuid}/evidence", opt=REPORTS | TAKES_FILES)
async def upload(view: View, form: Form, db: Database, limits: Limits, activity_id: FromPath[UUID]) -> Page:
    fields = Fields(form)
    kind = _kind(fields.choice("kind", tuple(EVIDENCE)))
    files = fields.uploads("document", most=1)

    async def attach(tx: Transaction, papers: list[Paper]) -> None:
        for paper in papers:
            await attach_evidence(
                tx,
                activity_id,
                kind=kind,
                name=paper.name,
                size=paper.size,
                sha256=paper.sha256,
                virus_scan=paper.virus_scan,
                unread=paper.unread,
            )

    async def again(connection: AsyncConnection, status: int) -> Page:
        return _page(view, await _reportable(connection, activity_id), fields, status)

    intake = Intake(
        may=lambda tx: may_attach_now(tx, activity_id),
        attach=attach,
        leave_trace=lambda tx, **marked: refuse_evidence(tx, activity_id, **marked),
        draw=again,
    )
    here = f"/activities/{activity_id}/evidence"
    return await hand_in(Sender(view.me.id, view, db, limits), fields, files, intake, to=here)


def _kind(given: str) -> EvidenceKind:
    match given:
        case "attendance_list" | "report" | "photos":
            return given
        case _:
            return "agenda"


@post("/activities/{activity_id:uuid}/evidence/{evidence_id:uuid}/remove", opt=REPORTS)
async def remove(
    view: View, form: Form, tx: Tx, activity_id: FromPath[UUID], evidence_id: FromPath[UUID]
) -> Page:
    """Take a piece back; it stays in the history."""
    Fields(form).check()
    activity = await activities.shown(await tx.session.connection(), activity_id)
    await remove_evidence(tx, activities.evidence_of(activity, evidence_id).id)
    return view.go(f"/activities/{activity_id}/evidence", _("The document is removed."))


@get("/activities/{activity_id:uuid}/evidence/{evidence_id:uuid}", opt=READS)
async def download(view: View, read: Read, activity_id: FromPath[UUID], evidence_id: FromPath[UUID]) -> Page:
    """A document. Those that show who was there open for the parties, the secretariat and the auditor."""
    document = activities.evidence_of(await activities.shown(read, activity_id), evidence_id)
    if document.kind in PERSONAL and not view.me.has(*SEES_PERSONAL):
        refuse("evidence_personal", kind="forbidden")
    return await hand_out(view, document.sha256, document.name)


HANDLERS = [evidence, upload, remove, download]
