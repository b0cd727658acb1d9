"""What is attached, and what may be attached beside it: the same bytes once, and so many documents."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from facility.refused import refuse


class DocumentLine(msgspec.Struct, frozen=True):
    """A document that is attached; size in bytes, `unread` pages and pictures that no machine can read."""

    id: UUID
    name: str
    kind: str
    size: int
    sha256: str
    virus_scan: str
    unread: int
    uploaded_at: datetime


def document_of(attached: Iterable[DocumentLine], document_id: UUID) -> DocumentLine:
    """The attached document with this id. Raises Refused (missing)."""
    document = next((line for line in attached if line.id == document_id), None)
    return document or refuse("not_found", kind="missing", what="document")


def may_attach(sha256: str, attached: Collection[str], most: int) -> None:
    """attached: the hashes of what is there. Refused: "document_twice" for the same bytes again (invalid), and as `has_room`."""
    if sha256 in attached:
        refuse("document_twice", kind="invalid", field="document")
    has_room(len(attached), 1, most)


def has_room(attached: int, more: int, most: int) -> None:
    """Refused: "too_many_documents" beyond `most` (invalid)."""
    if attached + more > most:
        refuse("too_many_documents", kind="invalid", field="document", most=str(most))
