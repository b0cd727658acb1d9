"""A bundle's ranking, line and reserve once more, by the rules that the decision went by."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from msgspec import UnsetType

from facility.awards.rules.bundle import (
    ApplicationRecord,
    AssessmentRecord,
    Bundle,
    LineRecord,
    LotRecord,
    RankRecord,
    line_of,
    ranking_of,
)
from facility.awards.rules.cool_down import NO_COOLING, Cooling
from facility.awards.rules.money_line import Drawn, draw
from facility.calls.rules.lot import place_of
from facility.evaluation.rules.means import Scores
from facility.evaluation.rules.outcomes import Applicant
from facility.evaluation.rules.ranking import Standing, stand


class Recomputed(msgspec.Struct, frozen=True):
    """What follows from the scores and the rules."""

    ranking: tuple[RankRecord, ...]
    line: LineRecord


def recompute(bundle: Bundle) -> Recomputed:
    """Rank the bundle's applications and draw its line again; what was passed over is taken as given where it was not kept what
    the rules that spread awards looked at. The bundle's parts fit together."""
    keys = {record.reference: UUID(int=i) for i, record in enumerate(bundle.applications)}
    standing = standing_of(bundle, keys)
    references = {key: reference for reference, key in keys.items()}
    counts = {
        judged.applicant.application_id: len(judged.applicant.assessments) for judged in standing.everyone
    }
    return Recomputed(
        ranking=tuple(ranking_of(standing.everyone, counts)),
        line=line_of(
            _draw(bundle, standing, keys), references, bundle.line.taken, offers=bool(bundle.call.offers)
        ),
    )


def standing_of(bundle: Bundle, keys: Mapping[str, UUID]) -> Standing:
    """How the bundle's applications stand by its scores; keys: their ids by reference."""
    scores: dict[str, list[AssessmentRecord]] = {record.reference: [] for record in bundle.applications}
    for assessment in bundle.assessments:
        if assessment.counts:
            scores[assessment.application].append(assessment)
    agreed = {record.application: record.scores for record in bundle.agreed}
    return stand(
        [
            _applicant(record, keys[record.reference], scores, agreed, bundle.call.lot)
            for record in bundle.applications
        ],
        bundle.call.grid,
        bundle.call.min_beneficiaries,
    )


def _applicant(
    record: ApplicationRecord,
    key: UUID,
    scores: Mapping[str, list[AssessmentRecord]],
    agreed: Mapping[str, Scores],
    lot: LotRecord | UnsetType,
) -> Applicant:
    return Applicant(
        application_id=key,
        reference=record.reference,
        status=record.standing,
        requested=record.requested,
        received_at=record.received_at,
        on_board=record.on_board,
        assessments=tuple(assessment.scores for assessment in scores[record.reference]),
        lot=place_of(lot.seed, record.reference) if lot else "",
        sent_at=tuple(assessment.sent_at for assessment in scores[record.reference] if assessment.sent_at),
        agreed=agreed.get(record.reference),
    )


def _draw(bundle: Bundle, standing: Standing, keys: Mapping[str, UUID]) -> Drawn:
    call, line = bundle.call, bundle.line
    may_carry = {
        keys[record.reference]
        for record in bundle.applications
        if call.carries_over and record.carried_from is None
    }
    if call.spreads and line.taken is None:
        cooling = Cooling(same_lead=frozenset(str(keys[reference]) for reference in line.cooled))
    else:
        cooling = _cooling(bundle, keys) if call.spreads else NO_COOLING
    drawn = draw(
        standing,
        line.free,
        call.skip_unaffordable,
        may_carry=may_carry,
        cooling=cooling,
        offers=call.offers or None,
    )
    if line.taken is None:
        stated = {keys[reference]: why for reference, why in line.cooled.items()}
        cooled = {key: stated.get(key, why) for key, why in drawn.cooled.items()}
        drawn = msgspec.structs.replace(drawn, cooled=cooled)
    return drawn


def _cooling(bundle: Bundle, keys: Mapping[str, UUID]) -> Cooling:
    return Cooling(
        beneficiaries={str(keys[record.reference]): record.lead for record in bundle.applications},
        same_lead=frozenset(
            str(keys[record.reference]) for record in bundle.applications if record.same_lead
        ),
        taken=dict(bundle.line.taken or {}),
        most=bundle.call.cool_down.per_beneficiary_most,
        overridden=frozenset(str(keys[departure.application]) for departure in bundle.decision.departures),
    )
