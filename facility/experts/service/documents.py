"""Documents that experts attach to their profile by their link: a curriculum vitae, certificates."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.db import Tx, new_id
from facility.events.log import record
from facility.experts.events.documents import (
    ProfileDocumentAttached,
    ProfileDocumentInfected,
    ProfileDocumentRefused,
    ProfileDocumentRemoved,
)
from facility.experts.models.document import ExpertDocument, ExpertDocumentRefusal
from facility.experts.models.profile import Expert
from facility.experts.service.profile_link import lock_member
from facility.files.attaching import has_room, may_attach
from facility.files.intake import Paper, RefusalReason
from facility.refused import refuse

MAX_DOCUMENTS = 5
"""Documents that a profile may have at a time."""


async def may_attach_now(tx: Tx, expert_id: UUID, *, count: int) -> None:
    """Asked before so many documents are searched and stored; `attach_documents` asks again. Refused: as that, but for what is in
    them."""
    await lock_member(tx, expert_id)
    has_room(len(await _attached(tx, expert_id)), count, MAX_DOCUMENTS)


async def _attached(tx: Tx, expert_id: UUID) -> list[str]:
    query = select(ExpertDocument.sha256).filter_by(expert_id=expert_id, removed_at=None)
    return list(await tx.session.scalars(query))


async def attach_documents(tx: Tx, expert_id: UUID, papers: Sequence[Paper]) -> None:
    """Documents that the scan found clean and the store holds. Refused: "left_the_pool", "too_many_documents", "document_twice"."""
    await lock_member(tx, expert_id)
    for document in add_documents(tx, papers, await _attached(tx, expert_id), expert_id=expert_id):
        await record(tx, ProfileDocumentAttached(expert_id=expert_id, document_id=document.id))


async def remove_document(tx: Tx, expert_id: UUID, document_id: UUID) -> None:
    """Take a document out of the profile, also after leaving the pool; the row stays, since the history names it. Refused:
    not_found (missing) where it is somebody else's; "document_removed"."""
    await tx.lock(Expert, expert_id)
    document = await lock_document(tx, document_id, expert_id=expert_id)
    document.removed_at = tx.now
    await record(tx, ProfileDocumentRemoved(expert_id=expert_id, document_id=document_id))


async def refuse_document(tx: Tx, expert_id: UUID, *, sha256: str, reason: RefusalReason) -> None:
    """Leave the trace of a document with a classification marking or a virus. Refused: "left_the_pool"."""
    await lock_member(tx, expert_id)
    refusal_id = await leave_trace(tx, sha256, reason, expert_id=expert_id)
    event = ProfileDocumentRefused if reason == "marked" else ProfileDocumentInfected
    await record(tx, event(expert_id=expert_id, refusal_id=refusal_id))


# What a profile (`expert_id`) and a candidacy (`candidacy_id`) have in common.


def add_documents(
    tx: Tx, papers: Sequence[Paper], attached: Sequence[str], **holder: UUID
) -> Iterator[ExpertDocument]:
    """A row for each. attached: the hashes of what is there. Refused: as `may_attach`."""
    there = list(attached)
    for paper in papers:
        may_attach(paper.sha256, there, MAX_DOCUMENTS)
        there.append(paper.sha256)
        document = ExpertDocument(id=new_id(), uploaded_at=tx.now, **holder, **msgspec.structs.asdict(paper))
        tx.add(document)
        yield document


async def lock_document(tx: Tx, document_id: UUID, **holder: UUID) -> ExpertDocument:
    """Refused: not_found (missing) where it is somebody else's; "document_removed"."""
    document = await tx.lock(ExpertDocument, document_id)
    if any(getattr(document, column) != key for column, key in holder.items()):
        refuse("not_found", kind="missing", what="document")
    if document.removed_at is not None:
        refuse("document_removed")
    return document


async def leave_trace(tx: Tx, sha256: str, reason: RefusalReason, **holder: UUID) -> UUID:
    """Of a document that was refused; the id of its row."""
    refusal = ExpertDocumentRefusal(id=new_id(), sha256=sha256, reason=reason, at=tx.now, **holder)
    tx.add(refusal)
    await tx.flush()
    return refusal.id
