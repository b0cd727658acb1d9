"""What `facility reconcile` looks at in the awards."""

import json
from decimal import InvalidOperation
from itertools import batched
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.models.award import ACCEPTANCE_OPEN_SQL, AWARD_STANDS_SQL
from facility.awards.models.offer import ACCEPTED_SQL, OFFER_OPEN_SQL
from facility.awards.queries.bundle import roots
from facility.awards.queries.proposals import ROOT_SQL
from facility.awards.rules.bundle import root_of
from facility.awards.rules.evaluation_report import digest_of
from facility.awards.rules.money_line import Drawn
from facility.calls.rules.call import Grid
from facility.evaluation.models.consensus import stands
from facility.evaluation.models.counting_assessments import counts
from facility.evaluation.queries.standing import scores_of
from facility.evaluation.rules.means import means
from facility.events.reconcile import check, read_ahead


@check("awards: commitments and ledger")
async def commitments(connection: AsyncConnection) -> list[str]:
    """What an award commits is the sum of its ledger entries, and every entry belongs to an award of its envelope."""
    rows = await connection.execute(
        text(
            """
            SELECT coalesce(award.id, booked.award_id) AS id, award.committed, booked.amount
            FROM award FULL JOIN (
                SELECT award_id, envelope_id, sum(amount) AS amount FROM ledger_entry GROUP BY award_id, envelope_id
            ) AS booked ON booked.award_id = award.id AND booked.envelope_id = award.envelope_id
            WHERE award.id IS NULL OR award.committed <> coalesce(booked.amount, 0) ORDER BY 1
            """
        )
    )
    return [f"award {row.id}: EUR {row.committed} committed, EUR {row.amount} booked" for row in rows]


@check("awards: calls and amounts")
async def call_amounts(connection: AsyncConnection) -> list[str]:
    """The awards of a call, or of all batches of a series, commit no more than its amount (exceptions apart), out of its envelope."""
    rows = await connection.execute(
        text(
            """
            SELECT call.id, call.amount, sum(award.committed) AS committed
            FROM call JOIN call AS batch ON coalesce(batch.series_id, batch.id) = call.id
            JOIN award ON award.call_id = batch.id
            GROUP BY call.id HAVING sum(award.committed) FILTER (WHERE NOT exceptional) + (
                    SELECT coalesce(sum(partial_offer.amount), 0) FROM partial_offer JOIN call AS batch ON batch.id = call_id
                    WHERE coalesce(batch.series_id, batch.id) = call.id AND partial_offer.state = 'open') > call.amount
                OR bool_or(award.envelope_id <> call.envelope_id) ORDER BY call.id
            """
        )
    )
    return [f"call {row.id}: EUR {row.committed} committed of EUR {row.amount}" for row in rows]


@check("awards: cancelled calls")
async def cancelled_calls(connection: AsyncConnection) -> list[str]:
    """A call that was cancelled before its decision has no award, unless on an exception, and no reserve list."""
    rows = await connection.execute(
        text(
            """
            SELECT id FROM call WHERE cancelled_at IS NOT NULL
                AND (decided_at IS NOT NULL OR EXISTS (SELECT FROM award WHERE award.call_id = call.id AND NOT exceptional)
                    OR EXISTS (SELECT FROM reserve_entry WHERE reserve_entry.call_id = call.id))
            ORDER BY id
            """
        )
    )
    return [f"call {row.id} is cancelled, and has awards or a reserve list" for row in rows]


@check("awards: statuses")
async def statuses(connection: AsyncConnection) -> list[str]:
    """An application's status is that of its award or its place on the reserve list."""
    rows = await connection.execute(
        text(
            """
            SELECT application.id, application.status, award.end_kind, award.id AS award, reserve_entry.state
            FROM application
            LEFT JOIN award ON award.application_id = application.id
            LEFT JOIN reserve_entry ON reserve_entry.application_id = application.id
            WHERE (award.id IS NOT NULL AND application.status <> coalesce(award.end_kind, 'awarded'))
               OR (award.id IS NULL AND application.status IN ('awarded', 'closed'))
               OR (reserve_entry.state = 'waiting' AND application.status <> 'reserve' AND NOT (application.status = 'admissible'
                    AND EXISTS (SELECT FROM reassessment WHERE application_id = application.id AND ended_at IS NULL)))
               OR (application.status = 'reserve' AND reserve_entry.state IS DISTINCT FROM 'waiting')
               OR (reserve_entry.state = 'activated' AND award.id IS NULL)
               OR (reserve_entry.state IN ('withdrawn', 'ineligible') AND application.status <> reserve_entry.state)
               OR (reserve_entry.state = 'below_threshold' AND application.status NOT IN ('below_threshold', 'cooled_down', 'ineligible')
                    AND NOT (application.status = 'admissible'
                    AND EXISTS (SELECT FROM reassessment WHERE application_id = application.id AND ended_at IS NULL)))
            ORDER BY application.id
            """
        )
    )
    return [
        f"application {row.id}: {row.status}, but its award is "
        f"{(row.end_kind or 'standing') if row.award else 'missing'} and its place {row.state or 'missing'}"
        for row in rows
    ]


@check("awards: amounts and parts taken off")
async def amounts(connection: AsyncConnection) -> list[str]:
    """An award is what was requested, or the part of it that was offered, less the parts of partners that were taken off it."""
    rows = await connection.execute(
        text(
            """
            SELECT award.id, award.amount, coalesce(partial_offer.amount, application.requested) AS requested,
                coalesce(sum(award_reduction.amount), 0) AS taken_off
            FROM award JOIN application ON application.id = award.application_id
            LEFT JOIN partial_offer ON partial_offer.application_id = award.application_id AND partial_offer.state = 'accepted'
            LEFT JOIN award_reduction ON award_reduction.award_id = award.id AND award_reduction.outcome = 'agreed'
            GROUP BY award.id, application.requested, partial_offer.amount
            HAVING award.amount <> coalesce(partial_offer.amount, application.requested) - coalesce(sum(award_reduction.amount), 0) ORDER BY award.id
            """
        )
    )
    return [
        f"award {row.id}: EUR {row.amount}, but EUR {row.requested} requested and EUR {row.taken_off} taken off"
        for row in rows
    ]


@check("awards: offers and money held")
async def offers(connection: AsyncConnection) -> list[str]:
    """An envelope holds what is offered out of it; an offer is open only while its application waits on the reserve list, and became an
    award where it was accepted."""
    rows = await connection.execute(
        text(
            f"""
            SELECT 'envelope ' || envelope.id || ': EUR ' || held || ' held, EUR ' || coalesce(sum(partial_offer.amount), 0) || ' offered'
            FROM envelope LEFT JOIN call ON call.envelope_id = envelope.id
            LEFT JOIN partial_offer ON partial_offer.call_id = call.id AND {OFFER_OPEN_SQL}
            GROUP BY envelope.id HAVING held <> coalesce(sum(partial_offer.amount), 0)
            UNION ALL SELECT 'offer ' || partial_offer.id || ': ' || partial_offer.state || ', its place ' || reserve_entry.state
            FROM partial_offer JOIN reserve_entry ON reserve_entry.application_id = partial_offer.application_id
            LEFT JOIN award ON award.application_id = partial_offer.application_id
            WHERE {OFFER_OPEN_SQL} AND reserve_entry.state <> 'waiting' OR {ACCEPTED_SQL} AND award.id IS NULL ORDER BY 1
            """  # noqa: S608 - our own text
        )
    )
    return list(rows.scalars())


@check("awards: acceptances and awards")
async def acceptances(connection: AsyncConnection) -> list[str]:
    """Whether an award is to be accepted is open only while it stands; one that was refused, or lapsed, was withdrawn."""
    rows = await connection.execute(
        text(
            f"""
            SELECT award.id, outcome, end_kind FROM award_acceptance JOIN award ON award.id = award_id
            WHERE CASE WHEN {ACCEPTANCE_OPEN_SQL} OR outcome = 'ended' THEN {AWARD_STANDS_SQL} <> {ACCEPTANCE_OPEN_SQL}
                ELSE outcome <> 'accepted' AND end_kind IS DISTINCT FROM 'withdrawn' END
            ORDER BY award.id
            """  # noqa: S608 - our own text
        )
    )
    return [
        f"award {row.id}: its acceptance is {row.outcome or 'open'}, and it {row.end_kind or 'stands'}"
        for row in rows
    ]


@check("awards: decisions and rankings")
async def decisions(connection: AsyncConnection) -> list[str]:
    """A call is decided when its decision says so, and the ranking that was kept is the line that was decided."""
    rows = await connection.execute(
        text(
            """
            SELECT call.id, call.decided_at, award_decision.decided_at AS at, decided_line,
                ARRAY(SELECT application_id FROM ranking_entry WHERE call_id = call.id AND rank IS NOT NULL
                      ORDER BY rank) AS ranked
            FROM call LEFT JOIN award_decision ON award_decision.call_id = call.id ORDER BY call.id
            """
        )
    )
    wrong = []
    for row in rows:
        if row.decided_at != row.at:
            wrong.append(f"call {row.id}: decided at {row.decided_at}, its decision says {row.at}")
        elif row.decided_line is not None:
            line = msgspec.convert(row.decided_line, Drawn, strict=False)
            if {*line.awards, *line.reserve, *line.carried, *line.cooled} != set(row.ranked):
                wrong.append(
                    f"call {row.id}: its ranking is not what its decision awards and puts on reserve"
                )
    return wrong


PORTION = 200


@check("awards: rankings and the log")
async def rankings(connection: AsyncConnection) -> list[str]:
    """The ranking of a decided call, with everything that it follows from, is the one whose root stands in the log."""
    query = f"""SELECT call_id, {ROOT_SQL} AS root FROM award_decision WHERE decided_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM ranking_version WHERE ranking_version.call_id = award_decision.call_id) ORDER BY 1"""  # noqa: S608
    rows = await connection.execute(text(query))
    logged = {row.call_id: row.root for row in rows if row.root}
    wrong = []
    for portion in batched(logged, PORTION, strict=False):
        now = await roots(connection, portion)
        wrong += [
            f"call {key}: its ranking is not the one in the log" for key in portion if now[key] != logged[key]
        ]
    return wrong


@check("awards: versions of rankings and the log")
async def kept_versions(connection: AsyncConnection) -> list[str]:
    """Each version of a ranking that was made anew has the root that stands beside it and in the log."""
    rows = await connection.execute(
        text(
            """
            SELECT ranking_version.call_id, version, document, root, (SELECT data ->> 'root' FROM event
                WHERE event.subject_id = ranking_version.call_id AND CASE version WHEN 1 THEN kind = 'AwardsDecided'
                    ELSE kind = 'VersionDecided' AND data ->> 'version' = CAST(version AS text) END) AS logged
            FROM ranking_version WHERE document IS NOT NULL ORDER BY 1, 2
            """
        )
    )
    return [
        f"call {row.call_id}: version {row.version} of its ranking is not the one in the log"
        for row in rows
        if not root_of(json.loads(row.document)) == row.root == (row.logged or row.root)
    ]


@check("awards: rankings and assessments")
async def sums(connection: AsyncConnection) -> list[str]:
    """The scores that a ranking was made from are those of the assessments that counted when it was decided, or of a consensus. What was
    assessed again stands in the bundles of the versions."""
    query = text(
        f"""
        SELECT ranking_entry.application_id, counted, assessments, grid, coalesce(given.scores, '[]') AS scores,
            ranking_entry.agreed, CASE WHEN ranking_entry.agreed THEN (SELECT agreed_scores.scores FROM consensus
                JOIN application ON application.id = consensus.application_id
                JOIN agreed_scores ON agreed_scores.consensus_id = consensus.id
                WHERE consensus.application_id = ranking_entry.application_id
                    AND consensus.closed_at <= award_decision.decided_at AND {stands("award_decision.decided_at")}) END AS consensus
        FROM ranking_entry JOIN call ON call.id = ranking_entry.call_id
        JOIN award_decision ON award_decision.call_id = call.id
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(scores) AS scores FROM assessment
            JOIN application ON application.id = assessment.application_id
            WHERE assessment.application_id = ranking_entry.application_id AND {counts(until="award_decision.decided_at")}
        ) AS given
        WHERE counted <> '{{}}'
            AND NOT EXISTS (SELECT FROM reassessment WHERE reassessment.application_id = ranking_entry.application_id)
        ORDER BY ranking_entry.application_id
        """  # noqa: S608 - our own text
    )
    return [
        f"application {row.application_id}: ranked by other scores than were sent"
        async for portion in read_ahead(connection, query)
        for row in portion
        if not _follows(row)
    ]


def _follows(row: Any) -> bool:
    if not row.scores or len(row.scores) != row.assessments or row.agreed != (row.consensus is not None):
        return False
    given = [row.consensus] if row.agreed else row.scores
    try:
        counted = means([scores_of(scores) for scores in given], msgspec.convert(row.grid, Grid))
    except (KeyError, InvalidOperation):
        return False
    return bool(counted.kept() == row.counted)


@check("awards: signed evaluation reports")
async def signed_reports(connection: AsyncConnection) -> list[str]:
    """What a member signed has the digest that stands beside it, and in the log."""
    rows = await connection.execute(
        text(
            """
            SELECT report_signature.call_id, person_id, digest, sheet, EXISTS (
                SELECT FROM event WHERE event.subject_id = report_signature.call_id AND event.kind = 'ReportSigned'
                    AND event.data ->> 'digest' = digest AND event.data ->> 'appointee_id' = CAST(person_id AS text)) AS logged
            FROM report_signature ORDER BY 1, 2, 3
            """
        )
    )
    return [
        f"call {row.call_id}: the report that {row.person_id} signed is not what the digest says"
        for row in rows
        if digest_of(row.sheet) != row.digest or not row.logged
    ]
