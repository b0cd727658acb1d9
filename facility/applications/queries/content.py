"""What hangs on an application: parties, answers, documents, refused documents, plan; read in one statement."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.budget import PLAN, PlanShown
from facility.applications.rules.activities import Planned, not_joint
from facility.applications.rules.answers import form_findings
from facility.applications.rules.exceptions import asked_for
from facility.applications.rules.own_parts import part_findings, without_confidential
from facility.applications.rules.parties import Confirmation, is_on_board
from facility.applications.rules.plan import plan_findings
from facility.applications.rules.status import Track
from facility.applications.rules.submission import ApplicationView, Partner
from facility.calls.rules.forms import THEMES, TITLE, FormDefinition, FormSection
from facility.calls.service.reading import form_of
from facility.files.attaching import DocumentLine
from facility.forms.checks import Answer, Answers
from facility.refused import Reason, refuse


class PartyLine(msgspec.Struct, frozen=True):
    """An institution in an application; `beneficiary` is the code, `designation` the name as it is printed, `note` the
    footnote that goes with it, `chip` the code with an asterisk where there is such a note."""

    id: UUID
    institution_id: UUID
    institution: str
    beneficiary: str
    designation: str
    note: str | None
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
    replaced_by: UUID | None
    asks_change: bool

    @property
    def on_board(self) -> bool:
        """Whether it was neither taken out nor left."""
        return is_on_board(self.left_at)

    @property
    def confirmed(self) -> bool:
        """Whether its confirmation stands."""
        return self.confirmation is Confirmation.CONFIRMED


class RefusalLine(msgspec.Struct, frozen=True):
    """A document that was refused for its marking, or for a virus."""

    sha256: str
    reason: str
    at: datetime
    acknowledged_at: datetime | None


class SectionLine(msgspec.Struct, frozen=True):
    """What was answered in a section, and who saved it when; `version` counts what was saved. Salts stand beside
    confidential answers, which only their party, the secretariat and assessors may read."""

    section: str
    party_id: UUID
    answers: dict[str, Answer]
    salts: dict[str, str]
    version: int
    saved_by: str | None
    saved_at: datetime


class Parts(msgspec.Struct, frozen=True):
    """What hangs on an application; parties include those that left. `taxonomy`: code and name of the themes that its call
    was published with; `theme_names`: of its own, as they are called now."""

    parties: tuple[PartyLine, ...]
    sections: tuple[SectionLine, ...]
    documents: tuple[DocumentLine, ...]
    refusals: tuple[RefusalLine, ...]
    theme_names: dict[str, str]
    taxonomy: tuple[tuple[str, str], ...]
    plan: PlanShown

    @property
    def on_board(self) -> tuple[PartyLine, ...]:
        """The lead and the partners that have not left, lead first."""
        return tuple(party for party in self.parties if party.on_board)

    @property
    def lead(self) -> PartyLine:
        """The lead's own part."""
        return next(party for party in self.parties if party.is_lead)

    @property
    def partners(self) -> tuple[PartyLine, ...]:
        """The partners on board."""
        return tuple(party for party in self.on_board if not party.is_lead)

    @property
    def note(self) -> str:
        """The footnotes that go with the designations of its parties."""
        return " ".join(sorted({party.note for party in self.parties if party.note}))

    def section(self, key: str, party_id: UUID | None = None) -> SectionLine | None:
        """The answers to a section: the lead's, or this party's own."""
        of = party_id or self.lead.id
        return next((line for line in self.sections if line.section == key and line.party_id == of), None)

    def is_joint(self, activity: Planned) -> bool:
        """Whether people of so many beneficiaries take part that it may count for indicator 10.1."""
        return not not_joint(activity.people, {party.id: party.beneficiary for party in self.on_board})

    @property
    def themes_called(self) -> dict[str, str]:
        """Names of themes by their codes, as they were when the call was published."""
        return {**self.theme_names, **dict(self.taxonomy)}

    @property
    def marked(self) -> int:
        """How many refusals for a marking the lead has not acknowledged."""
        return sum(
            refusal.reason == "marked" and refusal.acknowledged_at is None for refusal in self.refusals
        )


# Amounts as text: a JSON number would come back as a float.
# One statement for all that hangs on the application: a submission waits for few round trips.
PARTS = (
    """
        (SELECT jsonb_agg(to_jsonb(line) || jsonb_build_object('amount', amount::text) ORDER BY position) FROM (
            SELECT party.*, institution.name AS institution, beneficiary.code AS beneficiary,
                beneficiary.name AS designation, beneficiary.designation_note AS note,
                beneficiary.code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END AS chip,
                EXISTS (SELECT FROM change_request WHERE party_id = party.id AND outcome IS NULL) AS asks_change
            FROM party JOIN institution ON institution.id = party.institution_id
            JOIN beneficiary ON beneficiary.code = party.beneficiary_code
            WHERE party.application_id = :id) AS line) AS parties,
        (SELECT coalesce(jsonb_agg(to_jsonb(line)), '[]') FROM (
            SELECT section, party_id, answers, salts, version, saved_at, person.name AS saved_by
            FROM section_answers LEFT JOIN person ON person.id = section_answers.saved_by
            WHERE application_id = :id ORDER BY section COLLATE "C", party_id) AS line) AS sections,
        (SELECT coalesce(jsonb_agg(to_jsonb(document) ORDER BY uploaded_at, id), '[]') FROM document
         WHERE application_id = :id AND removed_at IS NULL) AS documents,
        (SELECT coalesce(jsonb_agg(to_jsonb(classified_refusal) ORDER BY at, id), '[]') FROM classified_refusal
         WHERE application_id = :id) AS refusals,
        (SELECT coalesce(jsonb_object_agg(theme.code, theme.name), '{}') FROM theme JOIN application AS own
         ON own.themes ? theme.code WHERE own.id = :id) AS theme_names,
        (SELECT taxonomy FROM call JOIN application AS own ON own.call_id = call.id WHERE own.id = :id) AS taxonomy,"""  # noqa: S608 - no value goes in
    + PLAN
)
_ALONE = text(f"SELECT {PARTS}")


async def parts_of(connection: AsyncConnection, application_id: UUID) -> Parts:
    """What hangs on the application now. Raises Refused (missing)."""
    row = (await connection.execute(_ALONE, {"id": application_id})).mappings().one()
    return parts_from(dict(row))


def parts_from(row: Mapping[str, Any]) -> Parts:
    """From a row with the columns that `PARTS` names."""
    if row["parties"] is None:
        refuse("not_found", kind="missing", what="application")
    return msgspec.convert({name: row[name] for name in Parts.__struct_fields__}, Parts, strict=False)


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


def answers_of(
    application: Any,
    parts: Parts,
    section: FormSection,
    party_id: UUID | None = None,
    *,
    confidential: bool = False,
) -> Answers:
    """The answers to a section of the lead's or of one party's own, with title and themes in their places. confidential:
    with what only that party, the secretariat and assessors read."""
    line = parts.section(section.key, party_id)
    own = {name: getattr(application, name) for name in (TITLE, THEMES)}
    kept = {field.key: own[field.key] for field in section.fields if field.key in own}
    answers = {**(line.answers if line else {}), **kept}
    return answers if confidential else without_confidential(section, answers)


def findings_of(application: Any, form: FormDefinition, parts: Parts, earliest: date) -> tuple[Reason, ...]:
    """What stands in the lead's answers, each party's own part, the activities and the budget against submitting; earliest:
    the first day of an activity (`rules.earliest_day`)."""
    answers = form_findings(
        form, lambda section: answers_of(application, parts, section), lead_role=parts.lead.role
    )
    plan = plan_findings(
        form,
        joint=application.track == "joint",
        activities=parts.plan.activities,
        lines=parts.plan.lines,
        indirect_percent=parts.plan.percent,
        parties={party.id: party.beneficiary for party in parts.on_board},
        earliest=earliest,
    )
    own = part_findings(
        form,
        [(party.id, party.institution) for party in parts.on_board],
        lambda section, party: answers_of(application, parts, section, party, confidential=True),
    )
    return (*answers, *own, *plan)


def asked_of(application: Any, call: Any) -> FormDefinition:
    """What this application must say; `call`: a Call, or anything with its form as JSON."""
    return asked_for(form_of(call), track_of(application))


def track_of(application: Any) -> Track:
    """Its track as the rules know it."""
    return "exception" if application.track == "exception" else "joint"
