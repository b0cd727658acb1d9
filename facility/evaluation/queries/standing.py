"""What the evaluation reads: who stands where, from state rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from facility.accounts.models import Person, PersonRole, accounts_of
from facility.applications.models.application import Application, Party
from facility.applications.models.sealing import SEALED
from facility.applications.rules.status import ApplicationStatus
from facility.calls.models.lot import Lot
from facility.calls.rules.lot import place_of
from facility.calls.rules.modes import Mode
from facility.evaluation.models.assessment import Assessment
from facility.evaluation.models.assignment import Assignment
from facility.evaluation.models.committee import HAS_COMMITTEE_SQL
from facility.evaluation.models.consensus import Consensus, stands
from facility.evaluation.models.counting_assessments import ENOUGH_SQL, counts, recused
from facility.evaluation.models.outcome import EvaluationEnd
from facility.evaluation.queries.conflicts import candidates_sql
from facility.evaluation.rules.assignment import Bar, Bars
from facility.evaluation.rules.means import Scores
from facility.evaluation.rules.outcomes import Applicant
from facility.web.access import Role

type Reader = AsyncConnection | AsyncSession
"""A page's connection, or the session of a command."""

COUNTING = text(counts())
"""Of the assessments that are joined with their applications, those that count."""


def home(mode: str, call_id: UUID) -> str:
    """The address where a call is evaluated; an urgent application has one page for all of its steps."""
    return f"/{'urgent' if mode == Mode.URGENT else 'evaluation'}/{call_id}"


async def on_board(reader: Reader, application_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, ...]]:
    """The beneficiaries' codes of the parties that have not left, sorted, by application."""
    by_application: dict[UUID, list[str]] = defaultdict(list)
    rows = await reader.execute(
        select(Party.application_id, Party.beneficiary_code).where(
            Party.application_id.in_(application_ids), Party.on_board
        )
    )
    for row in rows:
        by_application[row.application_id].append(row.beneficiary_code)
    return {key: tuple(sorted(codes)) for key, codes in by_application.items()}


type Sent = tuple[datetime, Scores]
"""When an assessment was sent, and what it gives."""


async def counting_assessments(
    reader: Reader, call_id: UUID, only: UUID | None = None
) -> Mapping[UUID, list[Sent]]:
    """The assessments that count, by application of the call; of one, where only it is asked for."""
    by_application: dict[UUID, list[Sent]] = defaultdict(list)
    query = (
        select(Assessment.application_id, Assessment.scores, Assessment.sent_at)
        .join(Application, Application.id == Assessment.application_id)
        .where(Application.call_id == call_id, COUNTING)
    )
    for row in await reader.execute(query.where(Application.id == only) if only else query):
        by_application[row.application_id].append((row.sent_at, scores_of(row.scores)))
    return by_application


def scores_of(sent: Mapping[str, str | None]) -> Scores:
    """As `Assessment` keeps them."""
    return {key: None if score is None else Decimal(score) for key, score in sent.items()}


_CONSENSUS = literal_column(
    f"""(SELECT jsonb_build_object('closed', consensus.closed_at IS NOT NULL, 'scores', agreed_scores.scores)
        FROM consensus LEFT JOIN agreed_scores ON agreed_scores.consensus_id = consensus.id
        WHERE consensus.application_id = application.id AND {stands()})""",  # noqa: S608 - our own text
    JSONB,
).label("consensus")
"""The consensus that stands on the row `application`, with its scores."""


async def applicants(reader: Reader, call_id: UUID, only: UUID | None = None) -> list[Applicant]:
    """The call's applications of the joint track that were opened, or one of them, as the evaluation sees them. Three statements."""
    query = select(
        Application.id,
        Application.reference,
        Application.status,
        Application.requested,
        Application.received_at,
        select(Lot.seed).where(Lot.call_id == call_id).scalar_subquery().label("seed"),
        _CONSENSUS,
    ).where(
        Application.call_id == call_id,
        Application.track == "joint",
        Application.opened,
        Application.status != ApplicationStatus.DRAFT,
    )
    rows = (await reader.execute(query.where(Application.id == only) if only else query)).all()
    codes = await on_board(reader, [row.id for row in rows])
    sent = await counting_assessments(reader, call_id, only)
    return [_applicant(row, codes.get(row.id, ()), sent.get(row.id, [])) for row in rows]


def _applicant(row: Any, codes: tuple[str, ...], sent: Sequence[Sent]) -> Applicant:
    consensus = row.consensus
    return Applicant(
        application_id=row.id,
        reference=row.reference,
        status=ApplicationStatus(row.status),
        requested=row.requested,
        received_at=row.received_at,
        on_board=codes,
        assessments=tuple(scores for _at, scores in sent),
        lot=place_of(row.seed, row.reference) if row.seed else "",
        sent_at=tuple(at for at, _scores in sent),
        agreed=scores_of(consensus["scores"]) if consensus and consensus["closed"] else None,
        agreeing=bool(consensus) and not consensus["closed"],
    )


async def count_assessments(reader: Reader, application_id: UUID) -> int:
    """How many assessments of the application count."""
    query = (
        select(func.count())
        .select_from(Assessment)
        .join(Application, Application.id == Assessment.application_id)
        .where(Assessment.application_id == application_id, COUNTING)
    )
    return (await reader.execute(query)).scalar_one()


async def counting_assessors(reader: Reader, application_id: UUID) -> set[UUID]:
    """Whose assessments of the application count."""
    query = (
        select(Assessment.assessor_id)
        .join(Application, Application.id == Assessment.application_id)
        .where(Assessment.application_id == application_id, COUNTING)
    )
    return set((await reader.execute(query)).scalars())


async def count_unsent(reader: Reader, application_id: UUID) -> int:
    """How many have the application without a conflict, and have not sent an assessment of it."""
    sent = select(Assessment.assessor_id).where(Assessment.application_id == application_id)
    query = select(func.count()).where(
        Assignment.application_id == application_id,
        Assignment.ended_at.is_(None),
        text(f"NOT {recused('assignment')}"),
        Assignment.assessor_id.not_in(sent),
    )
    return (await reader.execute(query)).scalar_one()


async def has_consensus(reader: Reader, application_ids: Collection[UUID]) -> bool:
    """Whether a consensus on one of these applications has not ended."""
    query = select(Consensus.id).where(
        Consensus.application_id.in_(application_ids), Consensus.ended_at.is_(None)
    )
    return (await reader.execute(query.limit(1))).scalar() is not None


async def count_assessors(reader: Reader, application_id: UUID) -> int:
    """How many have the application and have declared no conflict on it."""
    query = select(func.count()).where(
        Assignment.application_id == application_id,
        Assignment.ended_at.is_(None),
        text(f"NOT {recused('assignment')}"),
    )
    return (await reader.execute(query)).scalar_one()


async def assessors_among(reader: Reader, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of those of these people who are assessors."""
    query = (
        select(Person.id, Person.name)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.ASSESSOR, Person.id.in_(person_ids))
    )
    return {row.id: row.name for row in await reader.execute(query)}


_SETTLED = """EXISTS (SELECT FROM conflict_finding AS settled WHERE NOT settled.conflict AND settled.finder = possible.finder
    AND settled.application_id = possible.application_id AND settled.person_id = possible.person_id)"""
_ASSESSORS = f"SELECT person_id FROM person_role WHERE role = '{Role.ASSESSOR}'"  # noqa: S608 - our own text


@cache
def _barred() -> TextClause:
    possible = candidates_sql(_ASSESSORS, "SELECT unnest(CAST(:ids AS uuid[])) AS id")
    # What comes first counts.
    return text(
        f"""
        SELECT application_id, assessor_id, '{Bar.CONFLICT}' AS bar, 1 AS place FROM conflict_declaration
        WHERE conflict AND application_id = ANY(:ids)
        UNION ALL
        SELECT application_id, person_id, CASE finder WHEN 'same_institution' THEN '{Bar.PARTY}' ELSE '{Bar.POSSIBLE}' END,
            CASE finder WHEN 'same_institution' THEN 2 ELSE 4 END
        FROM ({possible}) AS possible JOIN application ON application.id = application_id JOIN call ON call.id = application.call_id
        WHERE (finder = 'same_institution' OR {HAS_COMMITTEE_SQL}) AND NOT {_SETTLED}
        UNION ALL
        SELECT application_id, assessor_id, '{Bar.HAS_IT}', 3 FROM assignment
        WHERE application_id = ANY(:ids) AND ended_at IS NULL
        UNION ALL
        SELECT taken_off.application_id, account.id, '{Bar.ASSESSED_BEFORE}', 3
        FROM taken_off JOIN reassessment ON reassessment.application_id = taken_off.application_id AND by_others
            AND taken_off.at <= begun_at
        JOIN person ON person.id = taken_off.assessor_id CROSS JOIN LATERAL ({accounts_of("person.id")}) AS account
        WHERE taken_off.application_id = ANY(:ids)
        UNION ALL
        SELECT reassessment.application_id, account.id, '{Bar.UPHELD}', 3
        FROM reassessment JOIN person ON person.id = begun_by CROSS JOIN LATERAL ({accounts_of("person.id")}) AS account
        WHERE reassessment.application_id = ANY(:ids)
        UNION ALL
        SELECT assignment.application_id, account.id, '{Bar.OTHER_ACCOUNT}', 3
        FROM assignment JOIN person ON person.id = assignment.assessor_id
        CROSS JOIN LATERAL ({accounts_of("person.id")}) AS account
        WHERE application_id = ANY(:ids) AND ended_at IS NULL AND account.id <> assignment.assessor_id
        ORDER BY place DESC
        """  # noqa: S608 - our own text
    )


async def barred(reader: Reader, application_ids: Collection[UUID], now: datetime) -> Bars:
    """Which assessors may not have each of these applications, and why. A declared conflict goes before any other
    reason. The others: they work for one of its parties, have it, had it before, upheld a complaint about it, or in a
    call with a committee may have a conflict that is not decided."""
    bars: dict[UUID, dict[UUID, Bar]] = {key: {} for key in application_ids}
    known = {bar.value: bar for bar in Bar}
    rows = await reader.execute(_barred(), {"ids": list(application_ids), "now": now})
    for application_id, assessor_id, bar, _place in rows:
        bars[application_id][assessor_id] = known[bar]
    return bars


_KEEPS = text(
    f"""
    SELECT application.id FROM application JOIN call ON call.id = application.call_id
    JOIN carry_over ON carry_over.application_id = application.id
    WHERE application.id = ANY(:ids) AND {ENOUGH_SQL}
    """  # noqa: S608 - our own text
)


async def keep_scores(reader: Reader, application_ids: Collection[UUID]) -> set[UUID]:
    """Those of these applications that were carried over with enough assessments, and are ranked by the same ones
    again."""
    return set((await reader.execute(_KEEPS, {"ids": list(application_ids)})).scalars())


async def has_ended(reader: Reader, call_id: UUID) -> bool:
    """Whether the call's ranking was proposed, so that scores change no more."""
    query = select(EvaluationEnd.call_id).where(EvaluationEnd.call_id == call_id)
    return (await reader.execute(query)).scalar() is not None


async def is_assigned(reader: Reader, application_id: UUID, assessor_id: UUID) -> bool:
    """Whether the application was given to this assessor, who still has it."""
    query = select(Assignment.at).where(
        Assignment.application_id == application_id,
        Assignment.assessor_id == assessor_id,
        Assignment.ended_at.is_(None),
    )
    return (await reader.execute(query)).scalar() is not None


async def names_of(reader: Reader, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of people, for refusals that name them."""
    rows = await reader.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}


async def is_sealed(reader: Reader, call_id: UUID) -> bool:
    """Whether something came in to the call that two people have not opened yet."""
    query = select(Application.id).where(
        Application.call_id == call_id,
        Application.received_at.is_not(None),
        SEALED,
    )
    return (await reader.execute(query.limit(1))).scalar() is not None
