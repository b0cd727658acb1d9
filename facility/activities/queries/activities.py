"""Reads about activities, as pages show them: a list in one statement, an activity with all that hangs on it in another."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.activities.rules.counting import (
    NEEDED_EVIDENCE,
    ActivityStatus,
    ActivityView,
    AwardEnd,
    AwardLife,
    counting,
    funded,
    is_joint,
)
from facility.activities.rules.planning import PLANNED
from facility.activities.rules.reporting import report_gaps
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL, TAKES_PART_SQL
from facility.applications.rules.activities import ActivityKind
from facility.awards.models.award import AWARD_STANDS_SQL
from facility.deployments.queries.report import MISSIONS
from facility.deployments.queries.requests import COMING
from facility.deployments.queries.wishes import LATEST, Wish
from facility.refused import refuse
from facility.web.sentences import sentence
from facility.zone import brussels_midnight

PAGE = 25
DONE = (ActivityStatus.COMPLETED, ActivityStatus.VERIFIED)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What the counting rule looks at. `kinds`: of the evidence at hand; `attended`: people present by beneficiary."""

    starts_on: date
    ends_on: date
    state: ActivityStatus
    kinds: list[str]
    attended: dict[str, int]
    reported_by: UUID | None
    verified_by: UUID | None
    made_at: datetime
    ended_at: datetime | None
    end_kind: AwardEnd | None
    exceptional: bool

    @property
    def award(self) -> AwardLife:
        """The award that bears it."""
        return AwardLife(self.made_at, self.ended_at, self.end_kind, self.exceptional)

    @property
    def reason(self) -> str | None:
        """None where it counts for indicator 10.1, else the first reason why it doesn't."""
        return counting(
            ActivityView(
                start=self.starts_on,
                award=self.award,
                completed=self.completed,
                evidence=frozenset(self.kinds),
                reported_by=str(self.reported_by),
                verified_by=str(self.verified_by) if self.verified_by else None,
                attended=self.attended,
            )
        )

    @property
    def completed(self) -> bool:
        """Whether somebody has reported it as done."""
        return self.state in DONE

    @property
    def funded(self) -> bool:
        """Whether an award bore it when it began, and was not lost later."""
        return funded(self.starts_on, self.award)

    @property
    def before_award(self) -> bool:
        """Whether it begins before its award was made."""
        return brussels_midnight(self.starts_on) < self.made_at

    @property
    def missing(self) -> list[str]:
        """Kinds of evidence that counting needs and nobody has handed in."""
        return sorted(NEEDED_EVIDENCE.difference(self.kinds))

    @property
    def joint(self) -> bool:
        """Whether people of enough beneficiaries came."""
        return is_joint(self.attended)


class ActivityLine(Counted, frozen=True, kw_only=True):
    """An activity on a list."""

    id: UUID
    reference: str
    title: str
    kind: ActivityKind
    place: str
    application_id: UUID
    application: str
    lead: str


# The award's life, the evidence and who came, as `Counted` takes them.
_COUNTED = """
    activity.starts_on, activity.ends_on, activity.state, activity.reported_by, activity.verified_by,
    award.made_at, award.ended_at, award.end_kind, award.exceptional,
    ARRAY(SELECT DISTINCT evidence.kind FROM evidence
          WHERE evidence.activity_id = activity.id AND removed_at IS NULL ORDER BY 1) AS kinds,
    (SELECT coalesce(jsonb_object_agg(beneficiary_code, people), '{}') FROM (
        SELECT beneficiary_code, coalesce(sum(present), 0) AS people FROM attendance
        WHERE attendance.activity_id = activity.id GROUP BY 1) AS counts) AS attended
"""
_FILTERS = {
    "institution": f"""AND (application.lead_institution_id = :institution OR EXISTS (
        SELECT FROM party WHERE party.application_id = application.id AND party.institution_id = :institution
          AND {TAKES_PART_SQL}))""",
    "state": "AND activity.state = :state",
    "application": "AND activity.application_id = :application",
    "before": "AND (activity.ends_on, activity.id) < (SELECT ends_on, id FROM activity WHERE id = :before)",
}


async def activities(
    connection: AsyncConnection,
    viewer: UUID,
    *,
    institution: UUID | None = None,
    state: str | None = None,
    application: UUID | None = None,
    before: UUID | None = None,
) -> tuple[list[ActivityLine], UUID | None]:
    """A page of activities, the latest end first, and the one before which the next page begins; without those of an
    application that is closed to the viewer.

    `institution`: only those of applications in which it takes part.
    """
    given = {"institution": institution, "state": state, "application": application, "before": before}
    given = {name: value for name, value in given.items() if value is not None}
    rows = await connection.execute(
        text(
            f"""
            SELECT activity.id, activity.reference, activity.title, activity.kind, activity.place,
                   activity.application_id, application.reference AS application, institution.name AS lead, {_COUNTED}
            FROM activity JOIN award ON award.id = activity.award_id
            JOIN application ON application.id = activity.application_id
            JOIN institution ON institution.id = application.lead_institution_id
            WHERE NOT {shut_out()} {" ".join(_FILTERS[name] for name in given)}
            ORDER BY activity.ends_on DESC, activity.id DESC LIMIT {PAGE + 1}
            """  # noqa: S608 - texts of our own; every value is bound
        ),
        {**given, "viewer": viewer},
    )
    lines = [msgspec.convert(dict(row), ActivityLine, strict=False) for row in rows.mappings()]
    return lines[:PAGE], lines[PAGE - 1].id if len(lines) > PAGE else None


class Fundable(msgspec.Struct, frozen=True):
    """An application with a standing award, under which its lead may plan."""

    id: UUID
    reference: str
    title: str
    activities: int


_FUNDABLE = text(
    f"""
    SELECT application.id, application.reference, application.title,
           (SELECT count(*) FROM activity WHERE activity.application_id = application.id) AS activities
    FROM application JOIN award ON award.application_id = application.id AND {AWARD_STANDS_SQL}
    WHERE application.lead_institution_id = :institution AND NOT {shut_out()}
    ORDER BY award.made_at DESC, application.id
    """  # noqa: S608 - our own text
)


async def fundable(connection: AsyncConnection, institution_id: UUID, viewer: UUID) -> list[Fundable]:
    """The applications under which the institution may plan, the latest award first."""
    rows = await connection.execute(_FUNDABLE, {"institution": institution_id, "viewer": viewer})
    return [Fundable(**row) for row in rows.mappings()]


class Attended(msgspec.Struct, frozen=True):
    """A line of the attendance: how many were expected and came, None where not stated. institution and gender only
    where told."""

    beneficiary: str
    designation: str
    chip: str
    institution_id: UUID | None
    institution: str | None
    gender: str | None
    expected: int | None
    present: int | None


class EvidenceLine(msgspec.Struct, frozen=True):
    """A piece of evidence; size in bytes."""

    id: UUID
    kind: str
    name: str
    size: int
    sha256: str
    virus_scan: str
    unread: int
    uploaded_at: datetime
    uploaded_by: str | None


class PartyChoice(msgspec.Struct, frozen=True):
    """An institution of the application, for the attendance."""

    institution_id: UUID
    institution: str
    beneficiary: str
    chip: str


class MissionLine(msgspec.Struct, frozen=True):
    """A mission for the activity that is over and has a report."""

    invitation_id: UUID
    reference: str
    seat: int


class ActivityShown(Counted, frozen=True, kw_only=True):
    """An activity with all that hangs on it, for its pages. `version`: of its latest event."""

    id: UUID
    reference: str
    title: str
    kind: ActivityKind
    place: str
    reason_given: str
    planned_at: datetime
    planner: str | None
    reported_at: datetime | None
    reporter: str | None
    verified_at: datetime | None
    verifier: str | None
    award_id: UUID
    call_id: UUID
    call: str
    application_id: UUID
    application: str
    application_title: str
    lead_institution_id: UUID
    attendance: list[Attended]
    evidence: list[EvidenceLine]
    refusals: int
    version: int
    parties: list[PartyChoice]
    experts: list[str]
    missions: list[MissionLine]
    wish: Wish | None

    @property
    def may_wish(self) -> bool:
        """Whether the lead can ask for experts."""
        return self.state in PLANNED and self.ended_at is None and not (self.wish and self.wish.live)

    @property
    def gaps(self) -> dict[str, str]:
        """What a report still lacks, as a sentence by field."""
        reasons = report_gaps([line.present for line in self.attendance], self.kinds)
        return {reason.field: sentence(reason) for reason in reasons if reason.field}

    @property
    def expected(self) -> int | None:
        """How many people were expected; None where no line says."""
        return _together([line.expected for line in self.attendance])

    @property
    def present(self) -> int | None:
        """How many people came; None where no line says."""
        return _together([line.present for line in self.attendance])


def _together(counts: Sequence[int | None]) -> int | None:
    stated = [count for count in counts if count is not None]
    return sum(stated) if stated else None


_CHIP = "beneficiary.code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END"
_SHOWN = text(
    f"""
    SELECT activity.id, activity.reference, activity.title, activity.kind, activity.place, activity.planned_at,
        activity.reason AS reason_given, activity.reported_at, activity.verified_at, activity.award_id,
        planner.name AS planner, reporter.name AS reporter, verifier.name AS verifier,
        call.id AS call_id, call.reference AS call, application.id AS application_id, application.reference AS application,
        application.title AS application_title, application.lead_institution_id, {_COUNTED},
        (SELECT coalesce(jsonb_agg(to_jsonb(line) ORDER BY sort_order, line.institution NULLS FIRST, gender), '[]')
         FROM (SELECT beneficiary.code AS beneficiary, beneficiary.name AS designation, {_CHIP} AS chip, sort_order,
                   institution_id, institution.name AS institution, gender, expected, present
               FROM attendance JOIN beneficiary ON beneficiary.code = beneficiary_code
               LEFT JOIN institution ON institution.id = institution_id
               WHERE activity_id = activity.id) AS line) AS attendance,
        (SELECT coalesce(jsonb_agg(to_jsonb(evidence) || jsonb_build_object('uploaded_by', person.name)
                                   ORDER BY uploaded_at, evidence.id), '[]')
         FROM evidence LEFT JOIN person ON person.id = uploaded_by
         WHERE activity_id = activity.id AND removed_at IS NULL) AS evidence,
        (SELECT count(*) FROM evidence_refusal WHERE activity_id = activity.id AND reason = 'marked') AS refusals,
        (SELECT max(version) FROM event WHERE subject_id = activity.id) AS version,
        (SELECT jsonb_agg(jsonb_build_object('institution_id', institution.id, 'institution', institution.name,
                    'beneficiary', beneficiary.code, 'chip', {_CHIP}) ORDER BY position)
         FROM party JOIN institution ON institution.id = institution_id
         JOIN beneficiary ON beneficiary.code = party.beneficiary_code
         WHERE party.application_id = application.id AND {ON_BOARD_SQL}) AS parties,
        ARRAY({COMING}) AS experts, coalesce(({MISSIONS}), '[]') AS missions, {LATEST} AS wish
    FROM activity JOIN award ON award.id = activity.award_id
    JOIN application ON application.id = activity.application_id JOIN call ON call.id = application.call_id
    LEFT JOIN person AS planner ON planner.id = planned_by
    LEFT JOIN person AS reporter ON reporter.id = reported_by
    LEFT JOIN person AS verifier ON verifier.id = verified_by
    WHERE activity.id = :id
    """  # noqa: S608 - texts of our own
)


async def shown(connection: AsyncConnection, activity_id: UUID) -> ActivityShown:
    """The activity as its pages show it: one statement. Raises Refused (missing)."""
    row: Any = (await connection.execute(_SHOWN, {"id": activity_id})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="activity")
    return msgspec.convert(dict(row), ActivityShown, strict=False)


def evidence_of(activity: ActivityShown, evidence_id: UUID) -> EvidenceLine:
    """The piece of evidence with this id. Raises Refused (missing)."""
    piece = next((evidence for evidence in activity.evidence if evidence.id == evidence_id), None)
    return piece or refuse("not_found", kind="missing", what="evidence")


class PlanFor(msgspec.Struct, frozen=True):
    """The application under which an activity is planned; `made_at`: when its award was made, if it stands."""

    id: UUID
    reference: str
    title: str
    made_at: datetime | None

    @property
    def standing(self) -> bool:
        return self.made_at is not None


async def plan_for(connection: AsyncConnection, application_id: UUID) -> PlanFor:
    """What the form of a new activity says. Raises Refused (missing)."""
    row = (
        await connection.execute(
            text(
                f"""
                SELECT id, reference, title, (SELECT made_at FROM award
                    WHERE application_id = application.id AND {AWARD_STANDS_SQL}) AS made_at
                FROM application WHERE id = :id
                """  # noqa: S608 - our own text
            ),
            {"id": application_id},
        )
    ).first()
    if row is None:
        refuse("not_found", kind="missing", what="application")
    return PlanFor(**row._mapping)
