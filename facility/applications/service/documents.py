"""Documents of a draft, those that were refused, and the consultation of the exception track."""

from uuid import UUID

from sqlalchemy import select, update

from facility.applications.events import (
    ConsultationRecorded,
    DocumentAttached,
    DocumentInfected,
    DocumentRefused,
    DocumentRemoved,
    RefusalsAcknowledged,
)
from facility.applications.models.application import Application, ClassifiedRefusal, Document
from facility.applications.rules.drafting import MAX_DOCUMENTS, may_consult
from facility.applications.rules.exceptions import CONSULTATION
from facility.applications.service.editing import changed, lock_draft
from facility.applications.service.entries import Saving
from facility.db import Tx, new_id
from facility.events.log import record
from facility.files.attaching import has_room, may_attach
from facility.files.intake import RefusalReason, VirusScan
from facility.refused import refuse

KEY = CONSULTATION.key


async def may_attach_now(tx: Tx, application_id: UUID, *, version: int | None, count: int) -> None:
    """Check whether so many documents may be attached, before they are searched and stored; `attach_document` checks
    again. Refused: as `attach_document`, except for what only the documents' content shows."""
    _application, attached = await _lock_for_documents(tx, application_id, version)
    has_room(len(attached), count, MAX_DOCUMENTS)


async def _lock_for_documents(
    tx: Tx, application_id: UUID, version: int | None
) -> tuple[Application, list[str]]:
    """The draft, locked, and the hashes of what is attached to it."""
    application = await lock_draft(tx, application_id, version)
    query = select(Document.sha256).where(
        Document.application_id == application_id, Document.removed_at.is_(None)
    )
    return application, list((await tx.session.scalars(query)).all())


async def attach_document(
    tx: Tx,
    application_id: UUID,
    *,
    name: str,
    kind: str,
    size: int,
    sha256: str,
    virus_scan: VirusScan = "not_scanned",
    unread: int = 0,
    version: int | None = None,
    may_void: bool = True,
) -> Document:
    """A document that the scan found clean and the store holds; size in bytes, `unread` pages and pictures that no
    machine can read.

    Refused: "not_a_draft", "too_many_documents", "document_twice", and "voids_confirmations" unless may_void.
    """
    application, attached = await _lock_for_documents(tx, application_id, version)
    may_attach(sha256, attached, MAX_DOCUMENTS)
    document = Document(
        id=new_id(),
        application_id=application_id,
        name=name,
        kind=kind,
        size=size,
        sha256=sha256,
        virus_scan=virus_scan,
        unread=unread,
        uploaded_by=tx.actor,
        uploaded_at=tx.now,
    )
    tx.add(document)
    await changed(tx, application, {"documents"}, may_void=may_void)
    await record(tx, DocumentAttached(application_id=application_id, document_id=document.id))
    return document


async def remove_document(
    tx: Tx, document_id: UUID, *, version: int | None = None, may_void: bool = True
) -> Application:
    """Take a document out of the draft; the row stays, since the history names it."""
    application_id = (await tx.get(Document, document_id)).application_id
    application = await lock_draft(tx, application_id, version)
    document = await tx.lock(Document, document_id)
    if document.removed_at is not None:
        refuse("document_removed")
    document.removed_at = tx.now
    await changed(tx, application, {"documents"}, may_void=may_void)
    await record(tx, DocumentRemoved(application_id=application_id, document_id=document_id))
    return application


async def refuse_document(
    tx: Tx, application_id: UUID, *, sha256: str, reason: RefusalReason = "marked"
) -> ClassifiedRefusal:
    """Leave the trace of a document with a classification marking or a virus: a hash, an instant and a person
    (dossier 7).

    After one with a marking, the application can't be submitted before the lead has acknowledged it.
    """
    await lock_draft(tx, application_id)
    refusal = ClassifiedRefusal(
        id=new_id(),
        application_id=application_id,
        sha256=sha256,
        reason=reason,
        at=tx.now,
        person_id=tx.actor,
    )
    tx.add(refusal)
    event = DocumentRefused if reason == "marked" else DocumentInfected
    await record(tx, event(application_id=application_id, refusal_id=refusal.id))
    return refusal


async def acknowledge_refusals(tx: Tx, application_id: UUID) -> int:
    """The lead goes on without the documents that were refused; how many those were."""
    await lock_draft(tx, application_id)
    ids = (
        await tx.session.scalars(
            update(ClassifiedRefusal)
            .where(
                ClassifiedRefusal.application_id == application_id,
                ClassifiedRefusal.reason == "marked",
                ClassifiedRefusal.acknowledged_at.is_(None),
            )
            .values(acknowledged_at=tx.now, acknowledged_by=tx.actor)
            .returning(ClassifiedRefusal.id)
            .execution_options(synchronize_session=False)
        )
    ).all()
    if ids:
        await record(tx, RefusalsAcknowledged(application_id=application_id, refusal_ids=sorted(ids)))
    return len(ids)


async def record_consultation(
    tx: Tx, application_id: UUID, text: str, *, seen: int | None = None
) -> Application:
    """Who was consulted on an exception, when, and what came of it (action document, R3: "upon consultation").

    Nothing happens where the same person says the same once more. seen: the version of it that the editor saw (None:
    whatever it is). Refused: "wrong_track", "not_a_draft",
    "consultation_missing" (invalid), "edited_meanwhile".
    """
    application = await lock_draft(tx, application_id)
    may_consult(application.track, text)
    before, after = {KEY: application.consultation or ""}, {KEY: text.strip()}
    saving = await Saving.of(tx, application, KEY, before, after, seen=seen)
    await saving.done(tx)
    if not saving.after and application.consulted_by == tx.actor:
        return application
    application.consultation = after[KEY]
    application.consulted_by = tx.actor
    application.consulted_at = application.saved_at = tx.now
    await record(tx, ConsultationRecorded(application_id=application_id))
    return application
