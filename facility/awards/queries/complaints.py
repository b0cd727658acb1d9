"""Complaints: the list, one with what it contests, and what somebody can complain of."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.accounts.models import accounts_of, with_beneficiary
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.rules.status import ApplicationStatus
from facility.awards.models.complaint import COMPLAINT_OPEN_SQL
from facility.awards.rules.complaints import OF_LETTERS, About, complaint_reference, may_complain
from facility.awards.rules.later_version import can_be_ranked_again
from facility.calls.rules.modes import Mode
from facility.refused import passes, refuse

_ME = f"({accounts_of('CAST(:person_id AS uuid)')})"
TOOK_PART_SQL = f"""coalesce(CASE complaint.about
    WHEN 'admissibility' THEN EXISTS (SELECT FROM admissibility_check AS judged
        WHERE judged.application_id = complaint.application_id AND judged.checked_by IN {_ME})
    WHEN 'exception' THEN EXISTS (SELECT FROM application AS asked WHERE asked.id = complaint.application_id
            AND (asked.exception_decided_by IN {_ME} OR asked.consulted_by IN {_ME}))
        OR EXISTS (SELECT FROM consultation WHERE consultation.application_id = complaint.application_id
            AND consultation.asked_by IN {_ME})
    ELSE EXISTS (SELECT FROM assignment WHERE assignment.application_id = complaint.application_id
            AND assessor_id IN {_ME})
        OR EXISTS (SELECT FROM assessment WHERE assessment.application_id = complaint.application_id
            AND assessor_id IN {_ME})
        OR EXISTS (SELECT FROM reasons_version WHERE reasons_version.application_id = complaint.application_id
            AND written_by IN {_ME})
        OR EXISTS (SELECT FROM call AS contested JOIN committee_member ON committee_member.call_id IN (contested.id, contested.series_id)
            WHERE contested.id = complaint.call_id AND committee_member.person_id IN {_ME})
        OR EXISTS (SELECT FROM setting_aside WHERE setting_aside.application_id = complaint.application_id
            AND set_aside_by IN {_ME})
        OR EXISTS (SELECT FROM conflict_finding AS ruled WHERE ruled.application_id = complaint.application_id
            AND ruled.decided_by IN {_ME})
        OR EXISTS (SELECT FROM cool_down_override AS lifted WHERE lifted.call_id = complaint.call_id
            AND lifted.overridden_by IN {_ME})
        OR EXISTS (SELECT FROM award_decision AS decision WHERE decision.call_id = complaint.call_id
            AND (decision.proposed_by IN {_ME} OR decision.decided_by IN {_ME}))
        OR EXISTS (SELECT FROM returned_proposal AS returned WHERE returned.call_id = complaint.call_id
            AND (returned.proposed_by IN {_ME} OR returned.returned_by IN {_ME}))
        OR EXISTS (SELECT FROM ranking_version AS made WHERE made.call_id = complaint.call_id
            AND (made.proposed_by IN {_ME} OR made.decided_by IN {_ME}))
    END, false)"""  # noqa: S608 - our own text
"""Whether :person_id, under any account, had a part in what the complaint of the row contests: checked, consulted on, assessed,
wrote the reasons of, proposed or decided it, sat on the committee, set the application aside, ruled on a conflict on it, or set a rule
aside in its ranking."""


_ANY_OPEN = text(
    f"SELECT EXISTS (SELECT FROM complaint WHERE complaint.call_id = :call AND {COMPLAINT_OPEN_SQL})"  # noqa: S608 - our own text
)


async def is_complaint_open(reader: AsyncConnection | AsyncSession, call_id: UUID) -> bool:
    """Whether a complaint in the call waits for its answer."""
    return bool((await reader.execute(_ANY_OPEN, {"call": call_id})).scalar())


class ComplaintShown(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint. took_part: whoever looks had a part in what it contests; by_link: it came by the link in the letter. again: its application
    was to be assessed again, by others or not, for this version of the ranking."""

    id: UUID
    number: int
    call_id: UUID
    call: str
    letter_id: UUID
    application_id: UUID
    application: str
    title: str
    lead: str
    about: str
    text: str
    name: str
    by_link: bool
    registered_at: datetime
    decide_by: date
    outcome: str | None
    reason: str
    follow_up: str
    reopened: bool
    decider: str | None
    decided_at: datetime | None
    status: ApplicationStatus
    call_over: bool
    mode: str
    took_part: bool = False
    again: bool = False
    by_others: bool = False
    version: int | None = None

    @property
    def can_be_ranked_again(self) -> bool:
        """Whether whoever upholds it may have the ranking made anew."""
        return can_be_ranked_again(About(self.about), self.status, Mode(self.mode), decided=self.call_over)

    @property
    def reference(self) -> str:
        return complaint_reference(self.call, self.number)


_COLUMNS = f"""
    complaint.id, complaint.number, complaint.call_id, call.reference AS call, complaint.letter_id, complaint.application_id,
    application.reference AS application, application.title, {with_beneficiary()} AS lead, complaint.about, complaint.text,
    complaint.name, complaint.registered_by IS NULL AS by_link, complaint.registered_at, complaint.decide_by,
    complaint.outcome, complaint.reason, complaint.follow_up, complaint.reopened, decider.name AS decider,
    complaint.decided_at, application.status, call.mode, cause.complaint_id IS NOT NULL AS again,
    coalesce(reassessment.by_others, false) AS by_others, ranking_version.version, call.decided_at IS NOT NULL OR call.cancelled_at IS NOT NULL AS call_over
"""
_FROM = """
    FROM complaint JOIN call ON call.id = complaint.call_id
    JOIN application ON application.id = complaint.application_id
    JOIN institution ON institution.id = application.lead_institution_id
    LEFT JOIN person AS decider ON decider.id = complaint.decided_by
    LEFT JOIN ranking_cause AS cause ON cause.complaint_id = complaint.id
    LEFT JOIN ranking_version ON ranking_version.id = cause.version_id
    LEFT JOIN reassessment ON reassessment.id = cause.reassessment_id
"""
_ALL = text(
    f"""SELECT {_COLUMNS}, {TOOK_PART_SQL} AS took_part {_FROM} WHERE NOT {shut_out(person=":person_id")}
        AND (CAST(:call AS uuid) IS NULL OR complaint.call_id = :call)
    ORDER BY complaint.outcome IS NOT NULL, complaint.decide_by, complaint.registered_at, complaint.id"""
)
_ONE = text(f"SELECT {_COLUMNS}, {TOOK_PART_SQL} AS took_part {_FROM} WHERE complaint.id = :complaint")
_OF_APPLICATION = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE complaint.application_id = :application ORDER BY complaint.registered_at"
)


async def complaints(
    connection: AsyncConnection, viewer: UUID, call_id: UUID | None = None
) -> list[ComplaintShown]:
    """All complaints, or those in a call, open ones first by their last day; without those on applications that are closed to the
    viewer."""
    rows = await connection.execute(_ALL, {"person_id": viewer, "call": call_id})
    return [_shown(row) for row in rows]


async def complaint(connection: AsyncConnection, complaint_id: UUID, viewer: UUID) -> ComplaintShown:
    """A complaint. Raises Refused (missing)."""
    row = (await connection.execute(_ONE, {"complaint": complaint_id, "person_id": viewer})).first()
    if row is None:
        refuse("not_found", kind="missing", what="complaint")
    return _shown(row)


async def complaints_on(connection: AsyncConnection, application_id: UUID) -> list[ComplaintShown]:
    """What was complained of about an application, the earliest first."""
    return [_shown(row) for row in await connection.execute(_OF_APPLICATION, {"application": application_id})]


def _shown(row: Any) -> ComplaintShown:
    return msgspec.convert(dict(row._mapping), ComplaintShown)


class Contestable(msgspec.Struct, frozen=True):
    """A letter whose decision somebody can complain of, or could: until when, and the complaint that was made."""

    letter_id: UUID
    application_id: UUID
    reference: str
    title: str
    about: About
    status: ApplicationStatus
    until: date
    complaint_id: UUID | None

    def is_open(self, now: datetime) -> bool:
        """Whether a complaint can be made now."""
        return self.complaint_id is None and passes(may_complain, self.about, self.status, self.until, now)


_KINDS = ", ".join(repr(kind) for kind in OF_LETTERS)
_LETTERS = f"""
    SELECT letter.id AS letter_id, letter.application_id, application.reference, application.title, letter.kind,
        application.status, CAST(letter.data ->> 'complain_until' AS date) AS until, complaint.id AS complaint_id
    FROM letter JOIN application ON application.id = letter.application_id
    LEFT JOIN complaint ON complaint.letter_id = letter.id
    WHERE letter.kind IN ({_KINDS}) AND letter.data ->> 'complain_until' IS NOT NULL
"""  # noqa: S608 - our own text
_OF_LETTER = text(f"{_LETTERS} AND letter.id = :letter")
_LATEST = text(f"{_LETTERS} AND letter.application_id = :application ORDER BY letter.created_at DESC LIMIT 1")


async def contestable_letter(connection: AsyncConnection, letter_id: UUID) -> Contestable:
    """What can be complained of by the link in this letter. Raises Refused (missing)."""
    row = (await connection.execute(_OF_LETTER, {"letter": letter_id})).first()
    if row is None:
        refuse("link_unknown", kind="missing")
    return _contestable(row)


async def latest_contestable(connection: AsyncConnection, application_id: UUID) -> Contestable | None:
    """The latest letter on the application that can be complained of, or could."""
    row = (await connection.execute(_LATEST, {"application": application_id})).first()
    return _contestable(row) if row else None


def _contestable(row: Any) -> Contestable:
    fields = dict(row._mapping)
    return Contestable(
        about=OF_LETTERS[fields.pop("kind")], status=ApplicationStatus(fields.pop("status")), **fields
    )
