"""What a bundle says of how its applications were assessed: individual scores, conflicts, consensus."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import text

from facility.awards.rules.bundle import Answer, AssessmentRecord, ConflictRecord, ConsensusRecord
from facility.calls.rules.call import Grid
from facility.evaluation.models.consensus import stands
from facility.evaluation.models.counting_assessments import counts, recused, taken_off
from facility.evaluation.queries.standing import Reader
from facility.evaluation.rules.pseudonyms import pseudonym

RANKED = """unnest(CAST(:calls AS uuid[]), CAST(:applications AS uuid[]), CAST(:untils AS timestamptz[]))
    AS ranked (call_id, application_id, until)"""
"""The applications of each ranking. What came after `until` is not part of it."""

_UNTIL = "coalesce(ranked.until, 'infinity')"
ASSESSMENTS = text(
    f"""
    SELECT ranked.call_id, application.id AS application_id, assessor_id, scores, sent_at,
        {counts(until=_UNTIL)} AS counts, {recused(until=_UNTIL)} AS recused,
        {taken_off(_UNTIL)} AS taken_off
    FROM {RANKED} JOIN application ON application.id = ranked.application_id
    JOIN assessment ON assessment.application_id = application.id AND sent_at <= {_UNTIL}
    """  # noqa: S608 - our own text
)

CONFLICTS = text(
    f"""
    SELECT ranked.call_id, declared.application_id, declared.assessor_id
    FROM {RANKED} JOIN conflict_declaration AS declared ON declared.application_id = ranked.application_id
        AND declared.conflict AND declared.at <= {_UNTIL}
    """  # noqa: S608 - our own text
)

CONSENSUS = text(
    f"""
    SELECT ranked.call_id, consensus.application_id, consensus.rapporteur_id, agreed_scores.scores,
        jsonb_agg(jsonb_build_array(consensus_member.assessor_id, consensus_answer.agrees)) AS answers
    FROM {RANKED} JOIN application ON application.id = ranked.application_id
    JOIN consensus ON consensus.application_id = application.id AND consensus.closed_at <= {_UNTIL} AND {stands(_UNTIL)}
    JOIN agreed_scores ON agreed_scores.consensus_id = consensus.id
    JOIN consensus_member ON consensus_member.consensus_id = consensus.id
    LEFT JOIN consensus_answer ON consensus_answer.consensus_id = consensus.id
        AND consensus_answer.assessor_id = consensus_member.assessor_id AND consensus_answer.at <= {_UNTIL}
    GROUP BY ranked.call_id, consensus.id, agreed_scores.consensus_id
    """  # noqa: S608 - our own text
)


class Assessed(msgspec.Struct, frozen=True):
    """What a bundle says of how applications were assessed."""

    assessments: tuple[AssessmentRecord, ...]
    conflicts: tuple[ConflictRecord, ...]
    consensus: tuple[ConsensusRecord, ...]


async def assessed_now(reader: Reader, call_id: UUID, grid: Grid, references: Mapping[UUID, str]) -> Assessed:
    """Of these applications of the call, with their references, as it is now."""
    ids = list(references)
    about = {"calls": [call_id] * len(ids), "applications": ids, "untils": [None] * len(ids)}
    assessments, conflicts, consensus = [
        (await reader.execute(query, about)).all() for query in (ASSESSMENTS, CONFLICTS, CONSENSUS)
    ]
    return Assessed(
        tuple(assessment_of(row, grid, references) for row in assessments),
        conflicts_of(conflicts, assessments, references),
        agreed_of(call_id, grid, consensus, references),
    )


def plain(score: Decimal | str) -> Decimal:
    """Without an exponent, so that it is written in digits only."""
    return Decimal(f"{Decimal(score):f}")


def _why_not(row: Any) -> Literal["recused", "taken_off", "earlier_submission"]:
    if row.recused:
        return "recused"
    return "taken_off" if row.taken_off else "earlier_submission"


def assessment_of(row: Any, grid: Grid, references: Mapping[UUID, str]) -> AssessmentRecord:
    return AssessmentRecord(
        application=references[row.application_id],
        assessor=pseudonym(row.call_id, row.assessor_id),
        scores=_scores(row.scores, grid),
        counts=row.counts,
        why_not=None if row.counts else _why_not(row),
        sent_at=row.sent_at if grid.settling else UNSET,
    )


def _scores(scores: Mapping[str, str | None], grid: Grid) -> dict[str, Decimal | None]:
    """In the order of the grid."""
    keys = [item.key for item in grid.items]
    ordered = [*(key for key in keys if key in scores), *(scores.keys() - set(keys))]
    return {key: None if (score := scores[key]) is None else plain(score) for key in ordered}


def agreed_of(
    call_id: UUID, grid: Grid, rows: Iterable[Any], references: Mapping[UUID, str]
) -> tuple[ConsensusRecord, ...]:
    answers: dict[bool | None, Literal["agrees", "dissents"] | None]
    answers = {None: None, True: "agrees", False: "dissents"}
    return tuple(
        ConsensusRecord(
            application=references[row.application_id],
            rapporteur=pseudonym(call_id, row.rapporteur_id),
            scores=_scores(row.scores, grid),
            answers=tuple(
                Answer(pseudonym(call_id, UUID(assessor_id)), answers[agrees])
                for assessor_id, agrees in row.answers
            ),
        )
        for row in rows
    )


def conflicts_of(
    conflicts: Iterable[Any], assessments: Iterable[Any], references: Mapping[UUID, str]
) -> tuple[ConflictRecord, ...]:
    sent = {(row.application_id, row.assessor_id) for row in assessments}
    return tuple(
        ConflictRecord(
            application=references[row.application_id],
            assessor=pseudonym(row.call_id, row.assessor_id),
            effect="not_counted" if (row.application_id, row.assessor_id) in sent else "no_assessment",
        )
        for row in conflicts
    )
