"""Reads of applications, as commands, pages and letters need them: few statements, whatever hangs on one."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.rules import Answers, ApplicationView, Confirmation, Partner, Track
from facility.refused import refuse


class PartyLine(msgspec.Struct, frozen=True):
    """An institution in an application; `beneficiary` is the code, `designation` the name as it is printed,
    `chip` the code with an asterisk where a note goes with the name."""

    id: UUID
    institution_id: UUID
    institution: str
    beneficiary: str
    designation: str
    chip: str
    is_lead: bool
    role: str
    amount: Decimal
    contact_name: str
    contact_email: str
    confirmation: Confirmation
    invited_at: datetime | None
    signatory_name: str | None
    signatory_function: str | None
    confirmed_at: datetime | None
    confirmed_version: int | None
    declined_at: datetime | None
    decline_reason: str | None
    left_at: datetime | None
    leave_reason: str | None

    @property
    def confirmed(self) -> bool:
        """Whether its confirmation stands."""
        return self.confirmation is Confirmation.CONFIRMED


class DocumentLine(msgspec.Struct, frozen=True):
    """A document that is attached; size in bytes."""

    id: UUID
    name: str
    kind: str
    size: int
    sha256: str
    uploaded_at: datetime


class RefusalLine(msgspec.Struct, frozen=True):
    """A document that was refused for its marking."""

    sha256: str
    at: datetime
    acknowledged_at: datetime | None


class Parts(msgspec.Struct, frozen=True):
    """What hangs on an application; parties include those that left."""

    parties: tuple[PartyLine, ...]
    documents: tuple[DocumentLine, ...]
    refusals: tuple[RefusalLine, ...]

    @property
    def on_board(self) -> tuple[PartyLine, ...]:
        """The lead and the partners that have not left, lead first."""
        return tuple(party for party in self.parties if party.left_at is None)

    @property
    def lead(self) -> PartyLine:
        """The lead's own part."""
        return next(party for party in self.parties if party.is_lead)

    @property
    def partners(self) -> tuple[PartyLine, ...]:
        """The partners on board."""
        return tuple(party for party in self.on_board if not party.is_lead)

    @property
    def marked(self) -> int:
        """How many refusals the lead has not acknowledged."""
        return sum(refusal.acknowledged_at is None for refusal in self.refusals)


# Amounts as text: a JSON number would come back as a float.
# One statement for all that hangs on the application: a submission waits for few round trips.
_PARTS = text(
    """
    SELECT
        (SELECT jsonb_agg(to_jsonb(line) || jsonb_build_object('amount', amount::text) ORDER BY position) FROM (
            SELECT party.*, institution.name AS institution, beneficiary.code AS beneficiary,
                beneficiary.name AS designation,
                beneficiary.code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END AS chip
            FROM party JOIN institution ON institution.id = party.institution_id
            JOIN beneficiary ON beneficiary.code = party.beneficiary_code
            WHERE party.application_id = :id) AS line) AS parties,
        (SELECT coalesce(jsonb_agg(to_jsonb(document) ORDER BY uploaded_at, id), '[]') FROM document
         WHERE application_id = :id AND removed_at IS NULL) AS documents,
        (SELECT coalesce(jsonb_agg(to_jsonb(classified_refusal) ORDER BY at, id), '[]') FROM classified_refusal
         WHERE application_id = :id) AS refusals
    """
)


async def parts_of(connection: AsyncConnection, application_id: UUID) -> Parts:
    """What hangs on the application now. Raises Refused (missing)."""
    row = (await connection.execute(_PARTS, {"id": application_id})).mappings().one()
    return parts_from(dict(row))


def parts_from(row: Mapping[str, Any]) -> Parts:
    """From a row with the columns parties, documents and refusals."""
    if row["parties"] is None:
        refuse("not_found", kind="missing", what="application")
    return msgspec.convert(
        {name: row[name] for name in ("parties", "documents", "refusals")}, Parts, strict=False
    )


def view_of(application: Any, parts: Parts) -> ApplicationView:
    """What the rules for submission look at; `application`: an Application, or anything with its columns."""
    return ApplicationView(
        track=track_of(application),
        lead=parts.lead.beneficiary,
        partners=tuple(Partner(party.beneficiary, party.confirmed) for party in parts.partners),
        requested=application.requested,
        consultation=bool(application.consultation),
        marked_document=parts.marked > 0,
    )


def answers_of(application: Any, parts: Parts) -> Answers:
    """The texts, as the task list looks at them."""
    return Answers(
        title=application.title,
        themes=tuple(application.themes),
        summary=application.summary,
        plan=application.plan,
        casework_origin=application.casework_origin,
        lead_role=parts.lead.role,
    )


def track_of(application: Any) -> Track:
    """Its track as the rules know it."""
    return "exception" if application.track == "exception" else "joint"
