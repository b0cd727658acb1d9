"""A ranking as a bundle: of a decided call as it was then, whatever has become of it since; of a proposed one as it stands now."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.queries import money
from facility.awards.queries.bundle_assessments import (
    ASSESSMENTS,
    CONFLICTS,
    CONSENSUS,
    RANKED,
    agreed_of,
    assessment_of,
    conflicts_of,
    plain,
)
from facility.awards.queries.cool_down import cooling
from facility.awards.queries.proposals import ROOT_SQL
from facility.awards.queries.ranking import Kept, decided
from facility.awards.rules.bundle import (
    BEFORE,
    FORMAT,
    ApplicationRecord,
    Bundle,
    CallRecord,
    DecisionRecord,
    Departure,
    Institution,
    LotRecord,
    document_of,
    line_of,
    proposed_of,
    ranking_of,
    version_of,
)
from facility.awards.rules.cool_down import NO_COOLING, Cooling
from facility.awards.rules.money_line import Decided, Drawn, draw, offers_of
from facility.calls.rules.call import LOT, Grid
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.modes import Mode
from facility.calls.service.reading import after_decision_of
from facility.evaluation.queries.standing import applicants
from facility.evaluation.rules.ranking import Judged, stand
from facility.refused import refuse

_CALLS = text(
    f"""
    SELECT call.id, call.reference, call.title, call.mode, call.opens_at, call.closes_at, call.amount, call.award_min,
        call.award_max, call.min_beneficiaries, call.extended_to, call.skip_unaffordable, call.grid, call.cool_down, call.after_decision,
        call.mode = '{Mode.ROLLING}' AND EXISTS (
            SELECT FROM call AS following WHERE following.series_id = call.series_id AND following.batch = call.batch + 1
        ) AS carries_over,
        lot.commitment, lot.seed, proposed_at, line AS proposed, award_decision.decided_at, decided_line AS decided, {ROOT_SQL} AS root
    FROM call JOIN award_decision ON award_decision.call_id = call.id LEFT JOIN lot ON lot.call_id = call.id
    WHERE call.id = ANY (CAST(:calls AS uuid[]))
    """  # noqa: S608 - our own text
)

_APPLICATIONS = text(
    f"""
    SELECT ranked.call_id, application.id, application.title, application.fingerprint,
        submission ->> 'designation_note' AS designation_note,
        (SELECT jsonb_agg(jsonb_build_object('name', party -> 'institution', 'beneficiary', party -> 'beneficiary',
                'lead', party -> 'lead', 'amount', party -> 'amount') ORDER BY place)
            FROM jsonb_array_elements(submission -> 'parties') WITH ORDINALITY AS submitted (party, place)) AS institutions,
        (SELECT reference FROM carry_over JOIN call ON call.id = from_call_id
            WHERE application_id = application.id AND to_call_id = ranked.call_id) AS carried_from,
        cool_down_override.reason AS set_aside
    FROM {RANKED} JOIN application ON application.id = ranked.application_id
    LEFT JOIN cool_down_override ON cool_down_override.application_id = ranked.application_id
        AND cool_down_override.call_id = ranked.call_id
    """  # noqa: S608 - our own text
)

_REFERENCES = text("SELECT id, reference FROM application WHERE id = ANY (CAST(:ids AS uuid[]))")


class _Ranked(msgspec.Struct, frozen=True):
    """A ranking, how many assessments of each application count, and what the rules that spread awards looked at; None where
    that was not kept. offers: the call offers what is left."""

    judged: Sequence[Judged]
    assessments: Mapping[UUID, int]
    drawn: Drawn
    cooling: Cooling | None
    offers: bool


async def bundle(connection: AsyncConnection, call_id: UUID, *, deciding: bool = False) -> dict[str, Any]:
    """The bundle of a proposed or decided call as JSON values. deciding: in the transaction that decides it, and is about to
    write the root down. Refused: "not_proposed"."""
    made = await _bundles(connection, [call_id], deciding=deciding)
    if not made:
        refuse("not_proposed")
    return made[call_id]


async def roots(connection: AsyncConnection, call_ids: Collection[UUID]) -> dict[UUID, str]:
    """The root of each of these decided calls, made anew."""
    return {key: document["root"] for key, document in (await _bundles(connection, call_ids)).items()}


async def _bundles(
    connection: AsyncConnection, call_ids: Collection[UUID], *, deciding: bool = False
) -> dict[UUID, dict[str, Any]]:
    calls = {row.id: row for row in await connection.execute(_CALLS, {"calls": list(call_ids)})}
    frozen = await decided(connection, [key for key, row in calls.items() if row.decided_at])
    ranked = {
        key: _as_decided(row, frozen.get(key, [])) if row.decided_at else await _as_it_stands(connection, row)
        for key, row in calls.items()
    }
    facts = await _facts(connection, calls, ranked)
    return await asyncio.to_thread(_documents, calls, ranked, facts, deciding)


def _as_decided(row: Any, kept: Sequence[Kept]) -> _Ranked:
    drawn = msgspec.convert(row.decided, Decided, strict=False)
    numbers = {entry.judged.applicant.application_id: entry.assessments for entry in kept}
    offers = offers_of(after_decision_of(row), row.award_min)
    return _Ranked([entry.judged for entry in kept], numbers, drawn, drawn.cooling, offers is not None)


async def _as_it_stands(connection: AsyncConnection, row: Any) -> _Ranked:
    grid = msgspec.convert(row.grid, Grid)
    stands = stand(await applicants(connection, row.id), grid, row.min_beneficiaries)
    free = await money.free_money(connection, row.id)
    may_carry = await money.may_be_carried(connection, row.id)
    cool = await cooling(connection, row.id)
    offers = offers_of(after_decision_of(row), row.award_min)
    drawn = draw(stands, free, row.skip_unaffordable, may_carry=may_carry, cooling=cool, offers=offers)
    numbers = {
        judged.applicant.application_id: len(judged.applicant.assessments) for judged in stands.everyone
    }
    return _Ranked(stands.everyone, numbers, drawn, cool, offers is not None)


class _Facts(msgspec.Struct, frozen=True):
    """What the database holds on the applications, by call; references by application."""

    applications: Mapping[UUID, Mapping[UUID, Any]]
    assessments: Mapping[UUID, Sequence[Any]]
    conflicts: Mapping[UUID, Sequence[Any]]
    consensus: Mapping[UUID, Sequence[Any]]
    references: Mapping[UUID, str]


async def _facts(
    connection: AsyncConnection, calls: Mapping[UUID, Any], ranked: Mapping[UUID, _Ranked]
) -> _Facts:
    pairs = [
        (key, entry.applicant.application_id, calls[key].decided_at)
        for key, ranking in ranked.items()
        for entry in ranking.judged
    ]
    columns = [list(column) for column in zip(*pairs, strict=True)] or [[], [], []]
    about = dict(zip(("calls", "applications", "untils"), columns, strict=True))

    async def by_call(query: TextClause) -> dict[UUID, list[Any]]:
        rows: dict[UUID, list[Any]] = defaultdict(list)
        for row in await connection.execute(query, about):
            rows[row.call_id].append(row)
        return rows

    settles = any(msgspec.convert(row.grid, Grid).settling for row in calls.values())
    applications = await by_call(_APPLICATIONS)
    assessments, conflicts = await by_call(ASSESSMENTS), await by_call(CONFLICTS)
    return _Facts(
        applications={key: {row.id: row for row in rows} for key, rows in applications.items()},
        assessments=assessments,
        conflicts=conflicts,
        consensus=await by_call(CONSENSUS) if settles else {},
        references=await _references(connection, calls, ranked),
    )


async def _references(
    connection: AsyncConnection, calls: Mapping[UUID, Any], ranked: Mapping[UUID, _Ranked]
) -> dict[UUID, str]:
    """Also of what was proposed and has left the call since."""
    known = {
        entry.applicant.application_id: entry.applicant.reference
        for ranking in ranked.values()
        for entry in ranking.judged
    }
    named = {key for row in calls.values() for key in _everything(_drawn(row.proposed))}
    if gone := named - known.keys():
        known |= {row.id: row.reference for row in await connection.execute(_REFERENCES, {"ids": list(gone)})}
    return known


def _drawn(line: Mapping[str, Any]) -> Drawn:
    return msgspec.convert(line, Drawn, strict=False)


def _everything(drawn: Drawn) -> list[UUID]:
    return [*drawn.awards, *drawn.reserve, *drawn.carried, *drawn.cooled, *drawn.others]


def _documents(
    calls: Mapping[UUID, Any], ranked: Mapping[UUID, _Ranked], facts: _Facts, deciding: bool
) -> dict[UUID, dict[str, Any]]:
    return {key: document_of(_bundle(row, ranked[key], facts, deciding)) for key, row in calls.items()}


def _bundle(row: Any, ranked: _Ranked, facts: _Facts, deciding: bool) -> Bundle:
    call, about = _call(row), facts.applications.get(row.id, {})
    kept = ranked.cooling is not None or not call.spreads
    looked_at = ranked.cooling or NO_COOLING
    return Bundle(
        format=FORMAT,
        version=version_of(call.grid, offers=bool(call.offers)),
        call=call,
        applications=tuple(
            _application(row, entry, about[entry.applicant.application_id], looked_at)
            for entry in ranked.judged
        ),
        assessments=tuple(
            assessment_of(line, call.grid, facts.references) for line in facts.assessments.get(row.id, ())
        ),
        conflicts=conflicts_of(
            facts.conflicts.get(row.id, ()), facts.assessments.get(row.id, ()), facts.references
        ),
        consensus=agreed_of(row.id, call.grid, facts.consensus.get(row.id, ()), facts.references)
        if call.grid.settling
        else UNSET,
        ranking=tuple(ranking_of(ranked.judged, ranked.assessments)),
        line=line_of(
            ranked.drawn, facts.references, looked_at.taken if kept else None, offers=bool(call.offers)
        ),
        decision=_decision(row, ranked, about.values(), facts.references, deciding),
    )


def _call(row: Any) -> CallRecord:
    grid = msgspec.convert(row.grid, Grid)
    thresholds = {key: plain(least) for key, least in grid.thresholds.items()}
    shared = {name: value for name, value in row._mapping.items() if name in CallRecord.__struct_fields__}
    return CallRecord(
        **shared
        | {
            "grid": msgspec.structs.replace(grid, thresholds=thresholds),
            "cool_down": msgspec.convert(row.cool_down, CoolDown),
            "extended_to": tuple(sorted(row.extended_to)),
            "offers": offers_of(after_decision_of(row), row.award_min) or UNSET,
            "lot": LotRecord(row.commitment, row.seed) if LOT in grid.tie_break else UNSET,
        }
    )


def _application(row: Any, entry: Judged, about: Any, looked_at: Cooling) -> ApplicationRecord:
    applicant = entry.applicant
    return ApplicationRecord(
        reference=applicant.reference,
        title=about.title,
        received_at=applicant.received_at,
        fingerprint=about.fingerprint,
        requested=applicant.requested,
        institutions=msgspec.convert(about.institutions or [], tuple[Institution, ...], strict=False),
        on_board=tuple(sorted(applicant.on_board)),
        designation_note=about.designation_note,
        standing=BEFORE[entry.outcome] if row.decided_at else applicant.status,
        carried_from=about.carried_from,
        same_lead=str(applicant.application_id) in looked_at.same_lead,
    )


def _decision(
    row: Any, ranked: _Ranked, about: Iterable[Any], references: Mapping[UUID, str], deciding: bool
) -> DecisionRecord:
    proposed = _drawn(row.proposed)
    departures = [
        Departure(references[line.id], "cool_down", line.set_aside) for line in about if line.set_aside
    ]
    return DecisionRecord(
        state="decided" if row.decided_at else "proposed",
        proposed_at=row.proposed_at,
        decided_at=row.decided_at,
        proposed=proposed_of(proposed, references, offers=ranked.offers),
        differs=not ranked.drawn.has_outcome_of(proposed),
        departures=tuple(sorted(departures, key=lambda departure: departure.application)),
        root_in_log=deciding or row.root is not None,
    )
