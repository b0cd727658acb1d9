"""What can happen to the documents of an expert, or of a candidate."""

from typing import ClassVar
from uuid import UUID

from facility.events.base import Event


class ProfileDocumentAttached(Event, frozen=True, kw_only=True):
    """The expert attached a document to the profile."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert attached a document"

    expert_id: UUID
    document_id: UUID


class ProfileDocumentRemoved(Event, frozen=True, kw_only=True):
    """The expert took a document out of the profile."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "The expert removed a document"

    expert_id: UUID
    document_id: UUID


class ProfileDocumentRefused(Event, frozen=True, kw_only=True):
    """A document with a classification marking came by the link to the profile; it was not stored."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "A document with a classification marking was refused"

    expert_id: UUID
    refusal_id: UUID


class ProfileDocumentInfected(Event, frozen=True, kw_only=True):
    """A document with a virus came by the link to the profile; it was not stored."""

    subject: ClassVar[str] = "expert"
    sentence: ClassVar[str] = "A document with a virus was refused"

    expert_id: UUID
    refusal_id: UUID


class CandidateDocumentAttached(Event, frozen=True, kw_only=True):
    """The candidate attached a document to the candidacy."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "The candidate attached a document"

    candidacy_id: UUID
    document_id: UUID


class CandidateDocumentRemoved(Event, frozen=True, kw_only=True):
    """A document was taken out of the candidacy: by the candidate, or since the candidate was refused."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "A document was removed"

    candidacy_id: UUID
    document_id: UUID


class CandidateDocumentRefused(Event, frozen=True, kw_only=True):
    """A document with a classification marking came by the link to the candidacy; it was not stored."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "A document with a classification marking was refused"

    candidacy_id: UUID
    refusal_id: UUID


class CandidateDocumentInfected(Event, frozen=True, kw_only=True):
    """A document with a virus came by the link to the candidacy; it was not stored."""

    subject: ClassVar[str] = "candidacy"
    sentence: ClassVar[str] = "A document with a virus was refused"

    candidacy_id: UUID
    refusal_id: UUID
