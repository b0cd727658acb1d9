"""What the pages of the evaluation show: an assessor's work, the calls under evaluation, one call's board."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.application import LATEST_CHECK_SQL
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.models.sealing import OPENED_SQL, SEALED_SQL
from facility.calls.models.call import flag_after_decision
from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.call import Grid
from facility.evaluation.models.committee import FULL_COMMITTEE_SQL, HAS_COMMITTEE_SQL
from facility.evaluation.rules.divergence import Divergence, divergence_of
from facility.evaluation.rules.outcomes import SCORED, Outcome
from facility.evaluation.rules.ranking import Standing
from facility.refused import refuse


class CallShown(msgspec.Struct, frozen=True):
    """The call that is judged; amounts in EUR. `sealed`: something came in that two people have not opened yet. committee, lacks_committee: it asks for one; that is not full."""

    id: UUID
    reference: str
    title: str
    mode: str
    state: str
    closes_at: datetime
    decided_at: datetime | None
    amount: Decimal
    award_min: Decimal
    min_beneficiaries: int
    skip_unaffordable: bool
    grid: Grid
    ended_at: datetime | None
    sealed: bool
    committee: bool
    lacks_committee: bool
    after: AfterDecision

    @property
    def ranking(self) -> str:
        """The page with its ranking."""
        return f"/evaluation/{self.id}/ranking"

    @property
    def assignment(self) -> str:
        """The page on which assessors are proposed for all its applications."""
        return f"/evaluation/{self.id}/assignment"

    @property
    def assigns(self) -> bool:
        """Whether assessors may still be assigned; of a decided call, to what is assessed again."""
        return self.state in ("closed", "decided") and self.ended_at is None

    @property
    def scores(self) -> str:
        """The page with what each assessor gave."""
        return f"/evaluation/{self.id}/scores"

    def shows_ranking(self, ready: bool) -> bool:
        """Whether there is a ranking to look at. ready: every application is judged or set aside."""
        return not self.sealed and (self.state == "decided" or (ready and self.state != "published"))


_CALL = text(
    f"""
    SELECT call.id, call.reference, call.title, call.mode, call.state, call.closes_at, call.decided_at, call.amount,
        call.award_min, call.min_beneficiaries, call.skip_unaffordable, call.grid, call.after_decision AS after, evaluation_end.at AS ended_at,
        EXISTS (SELECT FROM application WHERE call_id = call.id AND received_at IS NOT NULL AND {SEALED_SQL}) AS sealed,
        {HAS_COMMITTEE_SQL} AS committee, {HAS_COMMITTEE_SQL} AND NOT {FULL_COMMITTEE_SQL} AS lacks_committee
    FROM call LEFT JOIN evaluation_end ON evaluation_end.call_id = call.id
    WHERE call.id = :call AND call.state <> 'draft'
    """  # noqa: S608 - our own text
)


async def call(connection: AsyncConnection, call_id: UUID) -> CallShown:
    """The call. Raises Refused (missing)."""
    row = (await connection.execute(_CALL, {"call": call_id})).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="call")
    rules = {
        "grid": msgspec.convert(row["grid"], Grid),
        "after": msgspec.convert(row["after"], AfterDecision),
    }
    return CallShown(**{**row, **rules})


class Party(msgspec.Struct, frozen=True):
    """An institution on board; `chip` is the beneficiary's code, with an asterisk where a footnote goes with its name."""

    institution: str
    designation: str
    chip: str


class ApplicationLine(msgspec.Struct, frozen=True):
    """An application as lists of the evaluation name it; requested in EUR. `parties`: those on board, lead first. `closed`: the
    viewer has declared a conflict on it, and reads its reference only."""

    id: UUID
    reference: str
    title: str
    status: str
    reasons: list[str]
    requested: Decimal
    parties: list[Party]
    set_aside: str | None
    checked: str | None
    carried_from: str | None
    closed: bool = False


_APPLICATIONS = text(
    f"""
    SELECT application.id, application.reference, application.title, application.status, application.reasons,
        application.requested, setting_aside.reason AS set_aside,
        (SELECT jsonb_agg(jsonb_build_object('institution', institution.name, 'designation', beneficiary.name,
            'chip', beneficiary.code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END) ORDER BY position)
         FROM party JOIN institution ON institution.id = party.institution_id
         JOIN beneficiary ON beneficiary.code = party.beneficiary_code
         WHERE party.application_id = application.id AND {ON_BOARD_SQL}) AS parties,
        (SELECT reason {LATEST_CHECK_SQL}) AS checked,
        (SELECT reference FROM carry_over JOIN call ON call.id = from_call_id
         WHERE application_id = application.id AND to_call_id = :call) AS carried_from, {shut_out()} AS closed
    FROM application LEFT JOIN setting_aside ON setting_aside.application_id = application.id
    WHERE application.id IN (SELECT id FROM application WHERE call_id = :call
            UNION ALL SELECT application_id FROM carry_over WHERE :with_carried AND from_call_id = :call)
        AND ((track = 'joint' AND {OPENED_SQL}) OR (:exceptions AND track = 'exception' AND application.received_at IS NOT NULL))
        AND (CAST(:only AS uuid) IS NULL OR application.id = :only)
    ORDER BY application.number
    """  # noqa: S608 - our own text
)


async def applications(
    connection: AsyncConnection,
    call_id: UUID,
    only: UUID | None = None,
    *,
    with_carried: bool = False,
    viewer: UUID | None = None,
    exceptions: bool = False,
) -> list[ApplicationLine]:
    """The call's applications of the joint track that were opened, by number: one statement. `with_carried`: also those
    that it has carried over to the next batch since. `viewer`: who looks at all of them; `exceptions`: also those on the exception track that were submitted."""
    about = {
        "call": call_id,
        "only": only,
        "with_carried": with_carried,
        "viewer": viewer,
        "exceptions": exceptions,
    }
    rows = await connection.execute(_APPLICATIONS, about)
    return [msgspec.convert(dict(row._mapping), ApplicationLine, strict=False) for row in rows]


async def call_of(connection: AsyncConnection, application_id: UUID) -> UUID:
    """The call that an application was made to. Raises Refused (missing)."""
    row = (
        await connection.execute(
            text("SELECT call_id FROM application WHERE id = :id"), {"id": application_id}
        )
    ).first()
    if row is None:
        refuse("not_found", kind="missing", what="application")
    call_id: UUID = row.call_id
    return call_id


class Seat(msgspec.Struct, frozen=True):
    """One assessor and one application: how far that is. No scores here."""

    application_id: UUID
    assessor_id: UUID
    assessor: str
    signed: bool
    answered: bool
    conflict: bool
    sent_at: datetime | None
    due_on: date | None

    def late(self, today: date) -> bool:
        """Whether the day by which it was asked for is over, and it was not sent."""
        return self.due_on is not None and self.due_on < today and self.step not in ("sent", "recused")

    @property
    def step(self) -> str:
        """One word for a cell of the board."""
        if self.conflict:
            return "recused"
        if self.sent_at is not None:
            return "sent"
        return "scoring" if self.signed and self.answered else "undeclared"


_SEATS = text(
    """
    SELECT assignment.application_id, assignment.assessor_id, person.name AS assessor,
        declaration.signed_at IS NOT NULL AS signed, declared.at IS NOT NULL AS answered,
        coalesce(declared.conflict, false) AS conflict, assessment.sent_at, assignment.due_on
    FROM assignment
    JOIN application ON application.id = assignment.application_id
    JOIN person ON person.id = assignment.assessor_id
    LEFT JOIN declaration ON declaration.call_id = application.call_id
        AND declaration.assessor_id = assignment.assessor_id
    LEFT JOIN conflict_declaration AS declared ON declared.application_id = assignment.application_id
        AND declared.assessor_id = assignment.assessor_id
    LEFT JOIN assessment ON assessment.application_id = assignment.application_id
        AND assessment.assessor_id = assignment.assessor_id
    WHERE application.call_id = :call AND assignment.ended_at IS NULL
    ORDER BY person.sort_key, person.id, application.number
    """
)


async def seats(connection: AsyncConnection, call_id: UUID) -> list[Seat]:
    """Who was given what, by assessor: one statement."""
    rows = await connection.execute(_SEATS, {"call": call_id})
    return [msgspec.convert(dict(row._mapping), Seat) for row in rows]


class BoardLine(msgspec.Struct, frozen=True):
    """A row of the board: an application, what it has and lacks, and a seat (or none) for each assessor."""

    application: ApplicationLine
    outcome: Outcome
    sent: int
    missing: int
    seats: list[Seat | None]
    divergence: Divergence | None = None
    agreed: bool = False


def board(
    standing: Standing, lines: Sequence[ApplicationLine], taken: Sequence[Seat], grid: Grid
) -> list[BoardLine]:
    """Applications by number, against the assessors in the order of `taken`."""
    judged = {entry.applicant.application_id: entry for entry in standing.everyone}
    people = list(dict.fromkeys(seat.assessor_id for seat in taken))
    by_place = {(seat.application_id, seat.assessor_id): seat for seat in taken}
    made = []
    for line in lines:
        sent = len(judged[line.id].applicant.assessments)
        made.append(
            BoardLine(
                application=line,
                outcome=judged[line.id].outcome,
                sent=sent,
                missing=max(grid.min_assessments - sent, 0),
                seats=[by_place.get((line.id, person)) for person in people],
                divergence=divergence_of(judged[line.id].applicant, grid)
                if judged[line.id].outcome in SCORED
                else None,
                agreed=judged[line.id].agreed,
            )
        )
    return made


class OwnAssessment(msgspec.Struct, frozen=True):
    """How far one assessor is with one application: both declarations, what is typed, by the name of its field, and what was sent.
    read_by: how those who decide read the comments: "named", "unnamed", or "" where they don't."""

    signed_at: datetime | None
    answered: bool
    typed: dict[str, list[str]]
    scores: dict[str, Decimal | None]
    comments: dict[str, str]
    sent_at: datetime | None
    open: bool
    reopened_at: datetime | None
    reopened_because: str | None
    read_by: str

    @property
    def values(self) -> dict[str, str]:
        """What its form shows."""
        return {name: values[0] for name, values in self.typed.items() if values}


_OWN = text(
    f"""
    SELECT declaration.signed_at, declared.at IS NOT NULL AS answered,
        coalesce(assessment.scores, '{{}}') AS scores, coalesce(assessment.comments, '{{}}') AS comments, coalesce(unsaved.typed, '{{}}') AS typed, assessment.sent_at,
        application.status = 'admissible' AND evaluation_end.at IS NULL AS open, reopened_at, reopened_because,
        CASE WHEN {flag_after_decision("names_assessors")} THEN 'named' WHEN {flag_after_decision("gives_reasons")} THEN 'unnamed' ELSE '' END AS read_by
    FROM application JOIN call ON call.id = application.call_id
    LEFT JOIN LATERAL (
        SELECT reopened_at, reason AS reopened_because FROM reopened_assessment
        WHERE application_id = application.id AND assessor_id = :assessor AND reason <> ''
            AND sent_at >= application.received_at ORDER BY reopened_at DESC LIMIT 1) AS reopened ON true
    LEFT JOIN declaration ON declaration.call_id = application.call_id AND declaration.assessor_id = :assessor
    LEFT JOIN conflict_declaration AS declared
        ON declared.application_id = application.id AND declared.assessor_id = :assessor
    LEFT JOIN assessment ON assessment.application_id = application.id AND assessment.assessor_id = :assessor
    LEFT JOIN unsaved ON unsaved.subject_id = application.id AND section = 'assessment' AND holder_id = :assessor
    LEFT JOIN evaluation_end ON evaluation_end.call_id = application.call_id
    WHERE application.id = :application
    """  # noqa: S608 - our own text
)


async def own_assessment(
    connection: AsyncConnection, application_id: UUID, assessor_id: UUID
) -> OwnAssessment:
    """How far the assessor is with this application. Raises Refused (missing)."""
    row = (
        (await connection.execute(_OWN, {"application": application_id, "assessor": assessor_id}))
        .mappings()
        .first()
    )
    if row is None:
        refuse("not_found", kind="missing", what="application")
    return msgspec.convert(dict(row), OwnAssessment)
