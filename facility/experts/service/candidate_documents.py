"""Documents that candidates attach by their link, until the secretariat has decided: then they are the expert's, or go."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from facility.db import Tx
from facility.events.log import record
from facility.experts.events.documents import (
    CandidateDocumentAttached,
    CandidateDocumentInfected,
    CandidateDocumentRefused,
    CandidateDocumentRemoved,
    ProfileDocumentAttached,
)
from facility.experts.models.candidacy import Candidacy
from facility.experts.models.document import ExpertDocument
from facility.experts.rules.candidacy import may_attach_documents
from facility.experts.service.documents import MAX_DOCUMENTS, add_documents, leave_trace, lock_document
from facility.files.attaching import has_room
from facility.files.intake import Paper, RefusalReason


async def _lock_waiting(tx: Tx, candidacy_id: UUID) -> None:
    candidacy = await tx.lock(Candidacy, candidacy_id)
    may_attach_documents(candidacy.state)


async def _attached(tx: Tx, candidacy_id: UUID) -> Sequence[ExpertDocument]:
    query = select(ExpertDocument).filter_by(candidacy_id=candidacy_id, expert_id=None, removed_at=None)
    return (await tx.session.scalars(query.order_by(ExpertDocument.id))).all()


async def may_attach_to_candidacy(tx: Tx, candidacy_id: UUID, *, count: int) -> None:
    """Asked before so many documents are searched and stored; `attach_to_candidacy` asks again. Refused: as that, but for what is in
    them."""
    await _lock_waiting(tx, candidacy_id)
    has_room(len(await _attached(tx, candidacy_id)), count, MAX_DOCUMENTS)


async def attach_to_candidacy(tx: Tx, candidacy_id: UUID, papers: Sequence[Paper]) -> None:
    """Documents that the scan found clean and the store holds. Refused: "candidacy_takes_no_documents", "too_many_documents",
    "document_twice"."""
    await _lock_waiting(tx, candidacy_id)
    attached = [document.sha256 for document in await _attached(tx, candidacy_id)]
    for document in add_documents(tx, papers, attached, candidacy_id=candidacy_id):
        await record(tx, CandidateDocumentAttached(candidacy_id=candidacy_id, document_id=document.id))


async def remove_from_candidacy(tx: Tx, candidacy_id: UUID, document_id: UUID) -> None:
    """Refused: "candidacy_takes_no_documents" once it is decided; not_found (missing) where it is somebody else's; "document_removed"."""
    await _lock_waiting(tx, candidacy_id)
    await _remove(tx, candidacy_id, await lock_document(tx, document_id, candidacy_id=candidacy_id))


async def _remove(tx: Tx, candidacy_id: UUID, document: ExpertDocument) -> None:
    document.removed_at = tx.now
    await record(tx, CandidateDocumentRemoved(candidacy_id=candidacy_id, document_id=document.id))


async def refuse_document_of_candidate(
    tx: Tx, candidacy_id: UUID, *, sha256: str, reason: RefusalReason
) -> None:
    """Leave the trace of a document with a classification marking or a virus. Refused: "candidacy_takes_no_documents"."""
    await _lock_waiting(tx, candidacy_id)
    refusal_id = await leave_trace(tx, sha256, reason, candidacy_id=candidacy_id)
    event = CandidateDocumentRefused if reason == "marked" else CandidateDocumentInfected
    await record(tx, event(candidacy_id=candidacy_id, refusal_id=refusal_id))


async def hand_over_documents(tx: Tx, candidacy_id: UUID, expert_id: UUID) -> None:
    """To the profile of whom the candidacy made an expert. The caller holds the candidacy's lock."""
    for document in await _attached(tx, candidacy_id):
        document.expert_id = expert_id
        await record(tx, ProfileDocumentAttached(expert_id=expert_id, document_id=document.id))


async def drop_documents(tx: Tx, candidacy_id: UUID) -> None:
    """Of a candidate who does not join: they go as any document that is removed. The caller holds the candidacy's lock."""
    for document in await _attached(tx, candidacy_id):
        await _remove(tx, candidacy_id, document)
